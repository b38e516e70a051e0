package apidocs

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/swaggest/swgui/v5/static"

	"hospital/internal/kit"
)

// csp allows the page to load files from and send requests to this server only, and no
// inline scripts. Swagger UI needs inline styles.
const csp = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

//go:embed page
var own embed.FS

// borrowed are the files of Swagger UI that the page needs. Their module contains most of
// them compressed.
var borrowed = []string{"swagger-ui-bundle.js.gz", "swagger-ui.css.gz", "favicon-32x32.png"}

// page returns the files under /api/docs, by name.
func page() map[string]file {
	files := map[string]file{}
	for _, name := range borrowed {
		content := read(static.FS, name)
		name, packed := strings.CutSuffix(name, ".gz")
		f := plain(mime.TypeByExtension(path.Ext(name)), content)
		f.packed = packed
		files[name] = f
	}
	for _, name := range []string{"index.html", "page.css", "page.js"} {
		files[name] = plain(mime.TypeByExtension(path.Ext(name)), read(own, "page/"+name))
	}
	return files
}

func read(files fs.FS, name string) []byte {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		panic(fmt.Errorf("a file of the docs page: %w", err))
	}
	return content
}

// file is a file of the docs. It does not change until the next release, so browsers may
// cache it and revalidate it with its ETag.
type file struct {
	kind    string // content type
	content []byte
	tag     string
	packed  bool // content is compressed
}

func plain(kind string, content []byte) file {
	sum := sha256.Sum256(content)
	return file{kind: kind, content: content, tag: `"` + hex.EncodeToString(sum[:8]) + `"`}
}

// answer serves the file as a declared route.
func (f file) answer(r *kit.Request) error { return f.serve(r.RequestEvent) }

func (f file) serve(e *core.RequestEvent) error {
	h := e.Response.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Content-Security-Policy", csp)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", f.tag)
	content := f.content
	if f.packed {
		h.Add("Vary", "Accept-Encoding")
		if strings.Contains(e.Request.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
		} else if content = unpack(content); content == nil {
			return e.InternalServerError("", nil)
		}
	}
	http.ServeContent(e.Response, e.Request, "", time.Time{}, bytes.NewReader(content))
	return nil
}

func unpack(content []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil
	}
	return text
}
