package kit

import (
	"mime"

	"github.com/pocketbase/pocketbase/core"
)

// Attach sets the headers of an answer that browsers save as a file with this name.
func Attach(e *core.RequestEvent, name, contentType string) {
	e.Response.Header().Set("Content-Type", contentType)
	e.Response.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}
