package hospitaltest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"hospital/modules"
	"hospital/modules/apidocs"
)

// contract finds the documented operation of a request.
var contract = sync.OnceValue(func() routers.Router {
	document, err := apidocs.Join(modules.All)
	if err != nil {
		panic(err)
	}
	parsed, err := openapi3.NewLoader().LoadFromData(document.JSON)
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
	options := &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	request.Body = io.NopCloser(bytes.NewReader(sent))
	input := &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route, Options: options}
	if answer.Code < 400 {
		if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
			h.T.Errorf("contract: %s %s was taken, and the document forbids it: %v", request.Method, request.URL, err)
		}
	}
	options.ExcludeResponseBody = request.URL.Query().Has("fields") // a part of what the schema wants whole
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{RequestValidationInput: input,
		Status: answer.Code, Header: answer.Header(), Body: io.NopCloser(bytes.NewReader(answer.Body.Bytes())), Options: options})
	if err != nil {
		h.T.Errorf("contract: %s %s answered %d otherwise than documented: %v", request.Method, request.URL, answer.Code, err)
		return
	}
	h.codes(route.Operation, answer)
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
