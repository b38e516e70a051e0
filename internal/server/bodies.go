package server

import (
	"errors"
	"io"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

const (
	guestBody = 64 * kib // of a guest, and of a body that is neither JSON nor a form
	textBody  = 4 * mib  // of JSON and URL-encoded forms; only files are larger

	batchPattern = "POST /api/batch"
)

// maxBody is how large a body of this request may be.
func (l Limit) maxBody(e *core.RequestEvent) int64 {
	switch format := bodyFormat(e); {
	case e.Auth == nil, format == otherBody:
		return min(l.Body, guestBody)
	case format != multipartBody:
		return min(l.Body, textBody)
	}
	return l.Body
}

const (
	jsonBody = iota
	urlencodedBody
	multipartBody
	otherBody // PocketBase reads XML too
)

// bodyFormat says how PocketBase will decode the body, by its own test.
func bodyFormat(e *core.RequestEvent) int {
	contentType := e.Request.Header.Get("Content-Type")
	for format, prefix := range []string{
		"application/json", "application/x-www-form-urlencoded", "multipart/form-data",
	} {
		if strings.HasPrefix(contentType, prefix) {
			return format
		}
	}
	return otherBody
}

// limitBody bounds the body of a request while it is read.
func limitBody(e *core.RequestEvent, limit Limit) error {
	largest := limit.maxBody(e)
	if e.Request.ContentLength > largest {
		return apis.ErrRequestEntityTooLarge
	}
	release, err := reserveMemory(e, largest)
	if err != nil {
		return err
	}
	defer release()
	body := &limitedBody{ReadCloser: e.Request.Body, max: largest, format: bodyFormat(e), first: newScanner(e)}
	body.scanner = body.first
	e.Request.Body = body
	err = e.Next()
	if body.refusal != nil && !e.Written() {
		return body.refusal // PocketBase says of a failed read only that the body is wrong
	}
	return err
}

// limitedBody is a body whose reading fails when it gets too long, too deep or has too
// many values, before the decoder has built them. Several handlers read it in turn;
// each starts from the beginning.
type limitedBody struct {
	io.ReadCloser
	max, read int64
	format    int
	first     scanner // as it is before the first byte
	scanner   scanner
	refusal   error
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.refusal != nil {
		return 0, b.refusal
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	switch b.format {
	case jsonBody:
		b.refusal = b.scanner.json(p[:n])
	case urlencodedBody:
		b.refusal = b.scanner.form(p[:n])
	}
	if b.read > b.max {
		b.refusal = apis.ErrRequestEntityTooLarge
	}
	if b.refusal != nil {
		return 0, b.refusal
	}
	if errors.Is(err, io.EOF) {
		b.read, b.scanner = 0, b.first
	}
	return n, err
}

// Reread starts from the beginning after a handler that did not read to the end.
func (b *limitedBody) Reread() {
	b.read, b.scanner = 0, b.first
	if inner, ok := b.ReadCloser.(router.Rereader); ok {
		inner.Reread()
	}
}

// limitForms reads a form and bounds the JSON inside it, before a handler decodes that.
// Go itself bounds the parts of a form (1000) and the size of its values (10 MiB).
func limitForms(e *core.RequestEvent) error {
	if e.HasSuperuserAuth() || !strings.HasPrefix(e.Request.URL.Path, "/api/") {
		return e.Next()
	}
	payloads := e.Request.PostForm[router.JSONPayloadKey]
	if bodyFormat(e) == multipartBody {
		if err := e.Request.ParseMultipartForm(router.DefaultMaxMemory); err != nil {
			return e.Next() // the handler finds the same error, if it reads the form
		}
		payloads = e.Request.MultipartForm.Value[router.JSONPayloadKey]
	}
	document, total := newScanner(e), 0
	for _, payload := range payloads {
		if total += len(payload); total > textBody {
			return apis.ErrRequestEntityTooLarge
		}
		document.depth, document.inString, document.escaped = 0, false, false
		if err := document.json([]byte(payload)); err != nil {
			return err
		}
	}
	return e.Next()
}
