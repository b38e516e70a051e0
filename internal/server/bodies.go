package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
	"golang.org/x/sync/semaphore"

	"hospital/internal/kit"
)

const (
	guestBody = 64 * kib // of a guest, and of a body that is neither JSON nor a form
	textBody  = 4 * mib  // of JSON and URL-encoded forms; only files are larger

	maxDepth  = 32      // objects and arrays inside one another
	maxValues = 100_000 // values of a JSON document, fields of a form

	smallBody    = 64 * kib // a smaller one does not wait for memory
	bodyMemory   = 64 * mib // bodies in flight
	decodedText  = 4        // a byte of JSON counts so often, because decoding copies it
	maxBodyWait  = 2 * time.Second
	retryMemory  = 5 * time.Second
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

// scanner counts the depth and the values of a document, byte by byte. It does not
// check the syntax, which is the decoder's task.
type scanner struct {
	requests          int // how many a batch may have; 0 for any other document
	inString, escaped bool
	depth, values     int
	commas            int // between the requests of a batch
}

func newScanner(e *core.RequestEvent) scanner {
	if e.Request.Pattern != batchPattern {
		return scanner{}
	}
	return scanner{requests: e.App.Settings().Batch.MaxRequests}
}

// json scans the next bytes of a JSON document.
func (s *scanner) json(p []byte) error {
	for _, c := range p {
		if s.inString {
			switch {
			case s.escaped:
				s.escaped = false
			case c == '\\':
				s.escaped = true
			case c == '"':
				s.inString = false
			}
			continue
		}
		switch c {
		case '"':
			s.inString = true
		case '{', '[':
			s.depth++
			s.values++
		case '}', ']':
			s.depth--
		case ',':
			s.values++
			if s.depth == 2 { // {"requests": [{}, {}]}
				s.commas++
			}
		default:
			continue
		}
		if err := s.check(); err != nil {
			return err
		}
	}
	return nil
}

// form scans the next bytes of an URL-encoded form.
func (s *scanner) form(p []byte) error {
	for _, c := range p {
		if c == '&' {
			s.values++
		}
	}
	return s.check()
}

func (s *scanner) check() error {
	switch {
	case s.depth > maxDepth:
		return kit.TooLarge("body", "too_deep", fmt.Sprintf("The body is nested deeper than %d levels.", maxDepth))
	case s.values > maxValues:
		return kit.TooLarge("body", "too_many_values", fmt.Sprintf("The body has more than %d values.", maxValues))
	case s.requests > 0 && s.commas >= s.requests:
		return kit.Invalid("requests", "validation_length_too_long",
			fmt.Sprintf("A batch has at most %d requests. Send the others in another batch.", s.requests))
	}
	return nil
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

// memory bounds the sum of the bodies that are handled at once.
type memory struct {
	free    *semaphore.Weighted
	share   int64 // of one account, so that its stalled uploads do not stop those of others
	refused atomic.Int64
	lock    sync.Mutex
	taken   map[string]int64 // by account
}

const memoryKey = "hospital.memory"

// SetBodyMemory sets how many bytes of bodies are handled at once. Tests use it.
func SetBodyMemory(app core.App, bytes int64) { app.Store().Set(memoryKey, newMemory(bytes)) }

func newMemory(bytes int64) *memory {
	return &memory{free: semaphore.NewWeighted(bytes), share: bytes / 2, taken: map[string]int64{}}
}

func memoryOf(app core.App) *memory {
	return app.Store().GetOrSet(memoryKey, func() any { return newMemory(bodyMemory) }).(*memory)
}

// reserveMemory waits until there is memory for the body of a request. A body whose
// length is not announced counts as the largest that the route takes.
func reserveMemory(e *core.RequestEvent, largest int64) (release func(), err error) {
	weight := e.Request.ContentLength
	if weight < 0 {
		weight = largest
	}
	if weight <= smallBody {
		return func() {}, nil
	}
	if bodyFormat(e) != multipartBody {
		weight *= decodedText
	}
	m, account := memoryOf(e.App), e.Auth.Id // a guest's body is small
	if !m.take(account, weight) {
		return nil, kit.TooManyRequests(e, "request", "too_many_requests",
			"You are sending too many large requests at once. Wait until one is finished.", retryMemory)
	}
	ctx, cancel := context.WithTimeout(e.Request.Context(), maxBodyWait)
	defer cancel()
	if m.free.Acquire(ctx, weight) != nil {
		m.give(account, weight)
		m.refused.Add(1)
		return nil, kit.Unavailable(e, "request", "overloaded",
			"The server is busy with other large requests. Try again in a few seconds.", retryMemory)
	}
	return func() {
		m.free.Release(weight)
		m.give(account, weight)
	}, nil
}

// take counts a body for its account. The first one may be larger than the share.
func (m *memory) take(account string, weight int64) bool {
	m.lock.Lock()
	defer m.lock.Unlock()
	taken := m.taken[account]
	if taken > 0 && taken+weight > m.share {
		return false
	}
	m.taken[account] = taken + weight
	return true
}

func (m *memory) give(account string, weight int64) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.taken[account] -= weight; m.taken[account] <= 0 {
		delete(m.taken, account)
	}
}
