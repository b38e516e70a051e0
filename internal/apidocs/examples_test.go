package apidocs_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"

	"hospital/internal/hospitaltest"
)

// TestEveryExampleIsAccepted sends the examples of all requests, each to a new hospital.
func TestEveryExampleIsAccepted(t *testing.T) {
	t.Parallel()
	sent := 0
	for path, item := range document(t).Paths.Map() {
		for method, o := range item.Operations() {
			if o.RequestBody == nil {
				continue
			}
			for name, example := range media(o).Examples {
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
					id = actual(h, id)
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

// prepare adds to the fixture what examples need: accounts of staff without a staff record,
// and a mail server.
func prepare(h *hospitaltest.Hospital) {
	h.T.Helper()
	users, err := h.App.FindCollectionByNameOrId("users")
	if err != nil {
		h.T.Fatal(err)
	}
	for _, role := range []string{"doctor", "nurse"} {
		account := core.NewRecord(users)
		account.Load(map[string]any{"id": hospitaltest.ID("new" + role), "email": "new" + role + "@example.org",
			"password": hospitaltest.Password, "name": "New", "role": role})
		if err := h.App.Save(account); err != nil {
			h.T.Fatal(err)
		}
	}
}

// moment returns the time at which an example is sent: an instant, or the value of a field
// of its record.
func moment(h *hospitaltest.Hospital, path, id, at string) time.Time {
	if instant, err := types.ParseDateTime(at); err == nil && !instant.IsZero() {
		return instant.Time()
	}
	return h.Record(strings.Split(path, "/")[3], id).GetDateTime(at).Time()
}

// body returns the body of an example.
func body(t *testing.T, h *hospitaltest.Hospital, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(actual(h, string(text)))
}

// actual replaces ids in an example by those of records with random ids: the bill of the
// first visit, the first rebooking item, the first alert, and a notice of a moved visit.
func actual(h *hospitaltest.Hospital, text string) string {
	h.T.Helper()
	for name, at := range map[string][3]string{"bill1": {"bills", "appointment", "done1"},
		"item1": {"rebooking_items", "rebooking", "rebook1"}, "alert1": {"alerts", "user", "admin1"},
		"notice1": {"notices", "appointment", "moved1"}} {
		if id := hospitaltest.ID(name); strings.Contains(text, id) {
			record, err := h.App.FindFirstRecordByData(at[0], at[1], hospitaltest.ID(at[2]))
			if err != nil {
				h.T.Fatal(err)
			}
			text = strings.ReplaceAll(text, id, record.Id)
		}
	}
	return text
}
