package kit

import (
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// Attach says of an answer that it is a file to be saved, under a name.
func Attach(e *core.RequestEvent, name, contentType string) {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/%;`, r) {
			return '_'
		}
		return r
	}, name)
	e.Response.Header().Set("Content-Type", contentType)
	e.Response.Header().Set("Content-Disposition", `attachment; filename="`+plain+`"; filename*=UTF-8''`+url.PathEscape(name))
}
