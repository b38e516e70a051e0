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

// Document is the API document, joined once for all hospitals of a test.
var Document = sync.OnceValue(func() apidocs.Document {
	document, err := apidocs.Join(modules.All)
	if err != nil {
		panic(err)
	}
	return document
})

// contract finds the documented operation of a request.
var contract = sync.OnceValue(func() routers.Router {
	for _, file := range []string{"application/pdf", "image/png", "image/jpeg", "application/dicom"} {
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

// holds fails the test when an exchange is not as the API document says: a
// request that it forbids and the server takes, an answer that it does not know,
// of another shape, or with a code that does not stand in it.
func (h *Hospital) holds(request *http.Request, sent []byte, answer *httptest.ResponseRecorder) {
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
	options := &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	// Bodies of JSON are held to their schemas here: the filter would compile them anew each time.
	options.ExcludeRequestBody = isJSON(request.Header)
	request.Body = io.NopCloser(bytes.NewReader(sent))
	input := &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route, Options: options}
	if answer.Code < 400 {
		err := openapi3filter.ValidateRequest(context.Background(), input)
		if body := route.Operation.RequestBody; err == nil && options.ExcludeRequestBody && body != nil && (len(sent) > 0 || body.Value.Required) {
			err = schemas.holds(append(slices.Clone(at), "requestBody", "content", "application/json", "schema"), sent)
		}
		if err != nil {
			h.T.Errorf("contract: %s %s was taken, and the document forbids it: %v", request.Method, request.URL, err)
		}
	}
	partly := request.URL.Query().Has("fields") // a part of what the schema wants whole
	options.ExcludeResponseBody = partly || isJSON(answer.Header())
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{RequestValidationInput: input,
		Status: answer.Code, Header: answer.Header(), Body: io.NopCloser(bytes.NewReader(answer.Body.Bytes())), Options: options})
	var media *openapi3.MediaType
	if err == nil {
		media = route.Operation.Responses.Status(answer.Code).Value.Content["application/json"]
		switch given := answer.Body.Len() > 0; {
		case partly || !isJSON(answer.Header()):
		case (media != nil) != given:
			err = fmt.Errorf("a body is given: %v, documented: %v", given, media != nil)
		case given:
			err = schemas.holds(append(at, "responses", strconv.Itoa(answer.Code), "content", "application/json", "schema"), answer.Body.Bytes())
		}
	}
	if err != nil {
		h.T.Errorf("contract: %s %s answered %d otherwise than documented: %v", request.Method, request.URL, answer.Code, err)
		return
	}
	h.codes(route.Operation, answer)
	var value any
	if media != nil && json.Unmarshal(answer.Body.Bytes(), &value) == nil {
		h.knows("the answer to "+request.Method+" "+request.URL.String(), media.Schema.Value, value)
	}
}

func isJSON(header http.Header) bool {
	return strings.HasPrefix(header.Get("Content-Type"), "application/json")
}

// knows fails the test when an answer has a field that does not stand in the
// document. The schemas allow more, as clients must; the hospital may not give it.
func (h *Hospital) knows(what string, schema *openapi3.Schema, value any) {
	h.T.Helper()
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			if schema.Items != nil {
				h.knows(what, schema.Items.Value, item)
			}
		}
	case map[string]any:
		known, open := fieldsOf(schema)
		for name, field := range v {
			switch property := known[name]; {
			case property != nil:
				h.knows(what, property.Value, field)
			case open == nil:
				h.T.Errorf("contract: %s has the field %s, which is not documented", what, name)
			default:
				h.knows(what, open, field)
			}
		}
	}
}

// fieldsOf are the fields of an object, and what else it may hold; nil for nothing.
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

// codes holds the codes of a refusal against those that are documented for it.
func (h *Hospital) codes(operation *openapi3.Operation, answer *httptest.ResponseRecorder) {
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
	for field, said := range refusal.Data {
		if said.Code != "" && !slices.Contains(known, any(said.Code)) {
			h.T.Errorf("contract: %s answered %d with the code %s of %s, which is not documented for it", operation.OperationID, answer.Code, said.Code, field)
		}
	}
}

// HoldsEvent fails the test when an event of a stream is not as the API document
// says: its data, and the record in it, which is to be as a view shows it.
func (h *Hospital) HoldsEvent(name string, data []byte) {
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
	h.fits("the event "+name, stream.Spec.Components.Schemas[path.Base(ref)], event)
	if opening {
		return
	}
	collection, _, _ := strings.Cut(name, "/")
	values, _ := event.(map[string]any)
	view, _, err := contract().FindRoute(httptest.NewRequest(http.MethodGet, "/api/collections/"+collection+"/records/any", nil))
	if err != nil {
		h.T.Errorf("contract: there are events of %s, whose view is not documented", collection)
		return
	}
	shown := view.Operation.Responses.Status(http.StatusOK).Value.Content["application/json"].Schema
	h.fits("the record of the event "+name, shown, values["record"])
}

// fits fails the test when a value is not as a schema says.
func (h *Hospital) fits(what string, schema *openapi3.SchemaRef, value any) {
	h.T.Helper()
	if schema == nil {
		h.T.Errorf("contract: %s is not documented", what)
		return
	}
	if err := schema.Value.VisitJSON(value, openapi3.EnableJSONSchema2020(), openapi3.VisitAsResponse()); err != nil {
		h.T.Errorf("contract: %s is otherwise than documented: %v", what, err)
	}
	h.knows(what, schema.Value, value)
}

// exercised are the operations and statuses that were seen, "listBills 200".
var exercised sync.Map

// Exercised says whether a test of this package had an operation answer with a status.
func Exercised(operationID string, status int) bool {
	_, ok := exercised.Load(operationID + " " + strconv.Itoa(status))
	return ok
}

// documented says whether the contract speaks of a path at all; pages and assets are none of it.
func documented(path string) bool {
	return strings.HasPrefix(path, "/api/") && !strings.HasPrefix(path, "/api/docs")
}
