package apidocs_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"hospital/modules/hospitaltest"
)

// TestEveryExampleIsAccepted sends the examples of all requests, each to a
// hospital of its own.
func TestEveryExampleIsAccepted(t *testing.T) {
	t.Parallel()
	sent := 0
	for path, item := range document(t).Paths.Map() {
		for method, o := range item.Operations() {
			if o.RequestBody == nil {
				continue
			}
			for name, example := range o.RequestBody.Value.Content["application/json"].Examples {
				sent++
				by, _ := example.Value.Extensions["x-by"].(string)
				id, _ := example.Value.Extensions["x-id"].(string)
				at, _ := example.Value.Extensions["x-at"].(string)
				t.Run(o.OperationID+" "+name, func(t *testing.T) {
					t.Parallel()
					if by == "" || strings.Contains(path, "{id}") != (id != "") {
						t.Fatal("the example does not say who sends it, or for which record")
					}
					h := hospitaltest.New(t)
					prepare(h)
					if at != "" {
						h.At(moment(h, path, id, at))
					}
					h.As(by).Do(method, strings.Replace(path, "{id}", id, 1), body(t, h, example.Value.Value)).OK(t)
				})
			}
		}
	}
	if sent < 40 {
		t.Errorf("only %d examples", sent)
	}
}

// prepare adds to the furnished hospital what examples begin with: accounts of
// staff who have no record yet, and a server for mail.
func prepare(h *hospitaltest.Hospital) {
	h.T.Helper()
	users, err := h.App.FindCollectionByNameOrId("users")
	if err != nil {
		h.T.Fatal(err)
	}
	for _, role := range []string{"doctor", "nurse"} {
		account := core.NewRecord(users)
		account.Load(map[string]any{"id": hospitaltest.ID("new" + role), "email": "new" + role + "@example.org", "password": hospitaltest.Password, "name": "New", "role": role})
		if err := h.App.Save(account); err != nil {
			h.T.Fatal(err)
		}
	}
}

// moment is when an example happens: an instant, or what a field of its record says.
func moment(h *hospitaltest.Hospital, path, id, at string) time.Time {
	if instant, err := types.ParseDateTime(at); err == nil && !instant.IsZero() {
		return instant.Time()
	}
	return h.Record(strings.Split(path, "/")[3], id).GetDateTime(at).Time()
}

// body is an example as it is sent. Bills are written by the hospital, under ids
// of its own choice; the example's stands for the bill of the first visit.
func body(t *testing.T, h *hospitaltest.Hospital, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	bill, err := h.App.FindFirstRecordByData("bills", "appointment", hospitaltest.ID("done1"))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(strings.ReplaceAll(string(text), hospitaltest.ID("bill1"), bill.Id))
}
