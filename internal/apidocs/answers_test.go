package apidocs_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"hospital/internal/hospitaltest"
	"hospital/internal/server"
)

// TestEveryDocumentedStatusIsAnswered sends requests to every operation until it has
// answered with every status that the document lists.
func TestEveryDocumentedStatusIsAnswered(t *testing.T) {
	t.Parallel()
	for path, item := range document(t).Paths.Map() {
		for method, o := range item.Operations() {
			t.Run(o.OperationID, func(t *testing.T) {
				t.Parallel()
				h := hospitaltest.New(t)
				prepare(h)
				send := routeRequests[o.OperationID]
				if send == nil {
					send = accountRequests[o.OperationID]
				}
				switch {
				case send != nil:
					send(h)
				case method == http.MethodGet:
					sendReads(h, path)
				default:
					sendWrites(h, o, method, path)
				}
				if send := conflictRequests[o.OperationID]; send != nil {
					send(h)
				}
				admin := h.As("admin1")
				h.Damage()
				admin.Do(method, strings.Replace(path, "{id}", "nobody", 1), nil)
				for status := range o.Responses.Map() {
					code, err := strconv.Atoi(status)
					answered := hospitaltest.Exercised(o.OperationID, code) || o.OperationID == "openStream"
					if err != nil || !answered {
						t.Errorf("%s never answered %s (%v)", o.OperationID, status, err)
					}
				}
			})
		}
	}
}

// sendReads sends valid and invalid requests for a list or a record.
func sendReads(h *hospitaltest.Hospital, path string) {
	collection := strings.Split(path, "/")[3]
	reader := h.As("admin1")
	if account, ok := readers[collection]; ok {
		reader.Do(http.MethodGet, path, nil)
		reader = h.As(account)
	}
	if !strings.Contains(path, "{id}") {
		reader.Do(http.MethodGet, path, nil)
		reader.Do(http.MethodGet, path+"?filter=(", nil)
		reader.Do(http.MethodGet, path+"?"+hospitaltest.Filter(`@collection.users.id != ""`), nil)
		h.As("guest").Do(http.MethodGet, path, nil)
		return
	}
	for _, id := range []string{reader.List(collection, "").IDs()[0], "missing"} {
		reader.Do(http.MethodGet, strings.Replace(path, "{id}", id, 1), nil)
	}
}

// sendWrites sends the first example as every account, and invalid requests as the account
// of the example.
func sendWrites(h *hospitaltest.Hospital, o *openapi3.Operation, method, path string) {
	examples := o.RequestBody.Value.Content["application/json"].Examples
	names := make([]string, 0, len(examples))
	for name := range examples {
		names = append(names, name)
	}
	slices.Sort(names)
	example := examples[names[0]].Value
	by, _ := example.Extensions["x-by"].(string)
	id, _ := example.Extensions["x-id"].(string)
	id = actual(h, id)
	url := strings.Replace(path, "{id}", id, 1)

	sent := body(h.T.(*testing.T), h, example.Value)
	for _, account := range append([]string{"guest"}, hospitaltest.Accounts...) {
		if account != by {
			h.As(account).Do(method, url, sent)
		}
	}
	h.As("nurse1").Do(method, url, hospitaltest.Body{"password": "x", "license_no": "x"}) // forbidden fields
	h.As("doctor1").Do(method, strings.Replace(path, "{id}", hospitaltest.ID("dr1"), 1),
		hospitaltest.Body{"license_no": "x"})
	h.As("patient1").Do(method, strings.Replace(path, "{id}", hospitaltest.ID("pat1"), 1),
		hospitaltest.Body{"medical_history": "x"})
	h.As("patient1").Do(method, strings.Replace(path, "{id}", hospitaltest.ID("patient1"), 1),
		hospitaltest.Body{"role": "admin"})
	h.As(by).Do(method, url, hospitaltest.Body{"nothing": 1})
	h.As(by).Do(method, strings.Replace(path, "{id}", "missing", 1), sent)
	h.As(by).Do(method, url, tooLarge(1))
	at, _ := example.Extensions["x-at"].(string)
	if at != "" {
		h.At(moment(h, path, id, at))
	}
	h.As(by).Do(method, url, sent)
}

// tooLarge returns a JSON body of more than the given megabytes.
func tooLarge(megabytes int) []byte {
	return []byte(`{"name":"` + strings.Repeat("x", megabytes<<20) + `"}`)
}

// exceedLimit repeats a request until it is refused with 429.
func exceedLimit(h *hospitaltest.Hospital, path string) {
	server.SetRate(h.App, 1)
	for range 31 {
		h.As("guest").SkipContract().Do(http.MethodPost, path, nil)
	}
	h.As("guest").Do(http.MethodPost, path, nil)
}
