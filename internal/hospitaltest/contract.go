package hospitaltest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"hospital/internal/apidocs"
	"hospital/modules"
)

// Document is the API document, joined once.
var Document = sync.OnceValue(func() apidocs.Document { return apidocs.MustJoin(modules.All) })

// contract finds the operation of a request in the document.
var contract = sync.OnceValue(func() routers.Router {
	for _, file := range []string{"application/pdf", "image/png", "image/jpeg", "application/dicom", "text/calendar", "application/zip",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"} {
		openapi3filter.RegisterBodyDecoder(file, openapi3filter.FileBodyDecoder)
	}
	parsed, err := openapi3.NewLoader().LoadFromData(Document().JSON)
	if err != nil {
		panic(err)
	}
	router, err := gorillamux.NewRouter(parsed)
	if err != nil {
		panic(err)
	}
	return router
})

// checkContract fails the test if an exchange differs from the API document: a request
// that the document forbids and the server accepts, an undocumented status, an answer of
// another shape, or an undocumented error code.
func (h *Hospital) checkContract(request *http.Request, sent []byte, answer *httptest.ResponseRecorder) {
	h.T.Helper()
	route, params, err := contract().FindRoute(request)
	if err != nil {
		if answer.Code < 400 {
			h.T.Errorf("contract: %s %s is not documented, and answered %d", request.Method, request.URL.Path, answer.Code)
		}
		return
	}
	exercised.Store(route.Operation.OperationID+" "+strconv.Itoa(answer.Code), true)
	at := []string{"paths", route.Path, strings.ToLower(request.Method)}
	options := &openapi3filter.Options{
		IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}
	// JSON bodies are validated below: the filter would compile their schemas each time.
	options.ExcludeRequestBody = isJSON(request.Header)
	request.Body = io.NopCloser(bytes.NewReader(sent))
	input := &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route, Options: options}
	if answer.Code < 400 {
		err := openapi3filter.ValidateRequest(context.Background(), input)
		if body := route.Operation.RequestBody; err == nil && options.ExcludeRequestBody && body != nil &&
			(len(sent) > 0 || body.Value.Required) {
			err = schemas.validate(append(slices.Clone(at), "requestBody", "content", "application/json", "schema"), sent)
		}
		if err != nil {
			h.T.Errorf("contract: %s %s was accepted, but the document forbids it: %v", request.Method, request.URL, err)
		}
	}
	partly := request.URL.Query().Has("fields") // the answer has only some of the fields
	options.ExcludeResponseBody = partly || isJSON(answer.Header())
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: answer.Code, Header: answer.Header(),
		Body: io.NopCloser(bytes.NewReader(answer.Body.Bytes())), Options: options,
	})
	var media *openapi3.MediaType
	if err == nil {
		media = route.Operation.Responses.Status(answer.Code).Value.Content["application/json"]
		switch given := answer.Body.Len() > 0; {
		case partly || !isJSON(answer.Header()):
		case (media != nil) != given:
			err = fmt.Errorf("a body is given: %v, documented: %v", given, media != nil)
		case given:
			at = append(at, "responses", strconv.Itoa(answer.Code), "content", "application/json", "schema")
			err = schemas.validate(at, answer.Body.Bytes())
		}
	}
	if err != nil {
		h.T.Errorf("contract: %s %s answered %d, but not as documented: %v", request.Method, request.URL, answer.Code, err)
		return
	}
	h.checkCodes(route.Operation, answer)
	var value any
	if media != nil && json.Unmarshal(answer.Body.Bytes(), &value) == nil {
		h.checkFields("the answer to "+request.Method+" "+request.URL.String(), media.Schema.Value, value)
	}
}

func isJSON(header http.Header) bool {
	return strings.HasPrefix(header.Get("Content-Type"), "application/json")
}

// checkFields fails the test if an answer has an undocumented field. The schemas allow
// more fields, so that clients accept future ones.
func (h *Hospital) checkFields(what string, schema *openapi3.Schema, value any) {
	h.T.Helper()
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			if schema.Items != nil {
				h.checkFields(what, schema.Items.Value, item)
			}
		}
	case map[string]any:
		known, open := fieldsOf(schema)
		for name, field := range v {
			switch property := known[name]; {
			case property != nil:
				h.checkFields(what, property.Value, field)
			case open == nil:
				h.T.Errorf("contract: %s has the field %s, which is not documented", what, name)
			default:
				h.checkFields(what, open, field)
			}
		}
	}
}

// fieldsOf returns the fields of an object, and the schema of additional ones; nil if none are allowed.
func fieldsOf(schema *openapi3.Schema) (known openapi3.Schemas, open *openapi3.Schema) {
	known = openapi3.Schemas{}
	maps.Copy(known, schema.Properties)
	for _, part := range schema.AllOf {
		fields, _ := fieldsOf(part.Value)
		maps.Copy(known, fields)
	}
	switch more := schema.AdditionalProperties; {
	case more.Schema != nil:
		open = more.Schema.Value
	case more.Has != nil && *more.Has:
		open = &openapi3.Schema{AdditionalProperties: more}
	}
	return known, open
}

// checkCodes fails the test if a refusal has an undocumented error code.
func (h *Hospital) checkCodes(operation *openapi3.Operation, answer *httptest.ResponseRecorder) {
	h.T.Helper()
	documented := operation.Responses.Status(answer.Code)
	if answer.Code < 400 || documented == nil {
		return
	}
	known, ok := documented.Value.Extensions["x-codes"].([]any)
	var refusal struct {
		Data map[string]struct{ Code string }
	}
	if !ok || json.Unmarshal(answer.Body.Bytes(), &refusal) != nil {
		return
	}
	for field, entry := range refusal.Data {
		if entry.Code != "" && !slices.Contains(known, any(entry.Code)) {
			h.T.Errorf("contract: %s answered %d with the code %s of %s, which is not documented for it",
				operation.OperationID, answer.Code, entry.Code, field)
		}
	}
}

// CheckEvent fails the test if an event of a realtime stream differs from the API
// document, or its record from the answer to a view.
func (h *Hospital) CheckEvent(name string, data []byte) {
	h.T.Helper()
	var event any
	if err := json.Unmarshal(data, &event); err != nil {
		h.T.Errorf("contract: the data of the event %s: %v", name, err)
		return
	}
	stream, _, err := contract().FindRoute(httptest.NewRequest(http.MethodGet, "/api/realtime", nil))
	if err != nil {
		h.T.Errorf("contract: the stream is not documented: %v", err)
		return
	}
	media := stream.Operation.Responses.Status(http.StatusOK).Value.Content["text/event-stream"]
	events, _ := media.Extensions["x-events"].(map[string]any)
	described, opening := events[name].(map[string]any)
	if !opening {
		described, _ = events["topic"].(map[string]any)
	}
	ref, _ := described["$ref"].(string)
	h.checkSchema("the event "+name, stream.Spec.Components.Schemas[path.Base(ref)], event)
	if opening {
		return
	}
	collection, _, _ := strings.Cut(name, "/")
	values, _ := event.(map[string]any)
	request := httptest.NewRequest(http.MethodGet, "/api/collections/"+collection+"/records/any", nil)
	view, _, err := contract().FindRoute(request)
	if err != nil {
		h.T.Errorf("contract: there are events of %s, whose view is not documented", collection)
		return
	}
	shown := view.Operation.Responses.Status(http.StatusOK).Value.Content["application/json"].Schema
	h.checkSchema("the record of the event "+name, shown, values["record"])
}

// checkSchema fails the test if a value does not match a schema.
func (h *Hospital) checkSchema(what string, schema *openapi3.SchemaRef, value any) {
	h.T.Helper()
	if schema == nil {
		h.T.Errorf("contract: %s is not documented", what)
		return
	}
	if err := schema.Value.VisitJSON(value, openapi3.EnableJSONSchema2020(), openapi3.VisitAsResponse()); err != nil {
		h.T.Errorf("contract: %s is not as documented: %v", what, err)
	}
	h.checkFields(what, schema.Value, value)
}

// exercised are the operations and statuses seen so far, such as "listBills 200".
var exercised sync.Map

// Exercised reports whether an operation answered with a status in a test of this package.
func Exercised(operationID string, status int) bool {
	_, ok := exercised.Load(operationID + " " + strconv.Itoa(status))
	return ok
}

// documented reports whether the document covers a path. It does not cover pages and assets.
func documented(path string) bool {
	return strings.HasPrefix(path, "/api/") && !strings.HasPrefix(path, "/api/docs")
}
