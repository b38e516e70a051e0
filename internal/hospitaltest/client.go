package hospitaltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
)

// Client sends requests as one account.
type Client struct {
	h            *Hospital
	token        string
	skipContract bool
	unsized      bool
	headers      http.Header
}

// Unsized returns a client that does not announce the length of its bodies.
func (c Client) Unsized() Client {
	c.unsized = true
	return c
}

// With returns a client that also sends a header.
func (c Client) With(header, value string) Client {
	c.headers = c.headers.Clone()
	if c.headers == nil {
		c.headers = http.Header{}
	}
	c.headers.Set(header, value)
	return c
}

// CheckContract turns SkipContract off again.
func (c Client) CheckContract() Client {
	c.skipContract = false
	return c
}

// SkipContract returns a client whose requests and answers are not checked against the
// API document, for invalid requests and for superusers.
func (c Client) SkipContract() Client {
	c.skipContract = true
	return c
}

// As returns a client of one of the Accounts, signed in, or of "guest", who is not.
func (h *Hospital) As(account string) Client {
	h.T.Helper()
	if account == "guest" {
		return Client{h: h}
	}
	if token, ok := h.tokens.Load(account); ok {
		return Client{h: h, token: token.(string)}
	}
	token, err := h.Record("users", ID(account)).NewAuthToken()
	if err != nil {
		h.T.Fatalf("sign in %s: %v", account, err)
	}
	h.tokens.Store(account, token)
	return Client{h: h, token: token}
}

// WithToken returns a client that sends a token.
func (h *Hospital) WithToken(token string) Client { return Client{h: h, token: token} }

// Body is the JSON of a request.
type Body map[string]any

// Response is the answer to a request.
type Response struct {
	Status int
	Raw    []byte
	Header http.Header
	JSON   map[string]any // nil if the body is not a JSON object
}

// Do sends a request. The body may be nil, a Body, or raw bytes.
func (c Client) Do(method, path string, body any) Response {
	c.h.T.Helper()
	var raw []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		raw = b
	default:
		var err error
		if raw, err = json.Marshal(b); err != nil {
			c.h.T.Fatal("encode the request:", err)
		}
	}
	request := httptest.NewRequest(method, path, bytes.NewReader(raw))
	request.Header.Set("Content-Type", "application/json")
	request.RemoteAddr = "127.0.0.1:1" // as for the streams of a test server
	if c.unsized {
		request.ContentLength = -1
	}
	for header := range c.headers {
		request.Header.Set(header, c.headers.Get(header))
	}
	if c.token != "" {
		request.Header.Set("Authorization", c.token)
	}
	recorder := httptest.NewRecorder()
	c.h.Handler.ServeHTTP(recorder, request)
	if !c.skipContract && documented(request.URL.Path) {
		c.h.checkContract(request, raw, recorder)
	}
	response := Response{Status: recorder.Code, Raw: recorder.Body.Bytes(), Header: recorder.Header()}
	_ = json.Unmarshal(response.Raw, &response.JSON) // not every answer is an object
	return response
}

// File is a file in a Body, which is then sent as a form.
type File struct {
	Name    string
	Content []byte
}

// Create creates a record.
func (c Client) Create(collection string, body Body) Response {
	c.h.T.Helper()
	return c.send(http.MethodPost, "/api/collections/"+collection+"/records", body)
}

// send sends a body as JSON, or as a form if it contains files.
func (c Client) send(method, path string, body Body) Response {
	c.h.T.Helper()
	var form bytes.Buffer
	parts, files := multipart.NewWriter(&form), 0
	for name, value := range body {
		var err error
		switch v := value.(type) {
		case File:
			files++
			var part io.Writer
			if part, err = parts.CreateFormFile(name, v.Name); err == nil {
				_, err = part.Write(v.Content)
			}
		default:
			err = parts.WriteField(name, fmt.Sprint(v))
		}
		if err != nil {
			c.h.T.Fatal("write the form:", err)
		}
	}
	if files == 0 {
		return c.Do(method, path, body)
	}
	if err := parts.Close(); err != nil {
		c.h.T.Fatal("write the form:", err)
	}
	return c.With("Content-Type", parts.FormDataContentType()).Do(method, path, form.Bytes())
}

// Update changes a record.
func (c Client) Update(collection, id string, body Body) Response {
	c.h.T.Helper()
	return c.send(http.MethodPatch, "/api/collections/"+collection+"/records/"+id, body)
}

// View reads one record. The query may be empty.
func (c Client) View(collection, id, query string) Response {
	c.h.T.Helper()
	return c.Do(http.MethodGet, "/api/collections/"+collection+"/records/"+id+questionMark(query), nil)
}

// List reads the records of a collection, at most 1000. The query may be empty.
func (c Client) List(collection, query string) Response {
	c.h.T.Helper()
	return c.Do(http.MethodGet, "/api/collections/"+collection+"/records?perPage=1000&"+query, nil)
}

// Filter returns a query with a filter.
func Filter(filter string) string { return "filter=" + url.QueryEscape(filter) }

// Query removes the characters that a query cannot contain.
func Query(text string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == '#' || r >= 0x7f {
			return -1
		}
		return r
	}, text)
}

func questionMark(query string) string {
	if query == "" {
		return ""
	}
	return "?" + query
}

// ID returns the id of the record in an answer.
func (r Response) ID() string { return r.String("id") }

// String returns a text field of the record in an answer.
func (r Response) String(field string) string {
	s, _ := r.JSON[field].(string)
	return s
}

// Int returns a number field of the record in an answer.
func (r Response) Int(field string) int64 {
	n, _ := r.JSON[field].(float64)
	return int64(n)
}

// Items returns the records of a list.
func (r Response) Items() (items []map[string]any) {
	list, _ := r.JSON["items"].([]any)
	for _, item := range list {
		items = append(items, item.(map[string]any))
	}
	return items
}

// IDs returns the ids of a list.
func (r Response) IDs() (ids []string) {
	for _, item := range r.Items() {
		ids = append(ids, item["id"].(string))
	}
	return ids
}

// Code returns the error code of a field.
func (r Response) Code(field string) string {
	data, _ := r.JSON["data"].(map[string]any)
	entry, _ := data[field].(map[string]any)
	code, _ := entry["code"].(string)
	return code
}

// OK fails the test unless the request succeeded.
func (r Response) OK(t interface {
	Helper()
	Fatalf(string, ...any)
}) Response {
	t.Helper()
	if r.Status < 200 || r.Status > 299 {
		t.Fatalf("answered %d: %s", r.Status, strings.TrimSpace(string(r.Raw)))
	}
	return r
}
