package conformance_test

import (
	"maps"
	"net/http"
	"testing"

	"hospital/internal/hospitaltest"
)

func TestBatchIsGuardedLikeSingleRequests(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	send := func(account, method, url string, b body) hospitaltest.Response {
		return h.As(account).Do(http.MethodPost, "/api/batch",
			body{"requests": []any{body{"method": method, "url": url, "body": b}}})
	}
	visits := "/api/collections/appointments/records"
	booked := visits + "/" + hospitaltest.ID("booked1")
	operator := h.Operator()
	before := counts(h)
	for what, answer := range map[string]hospitaltest.Response{
		"approving as a patient": send("patient1", "PATCH", visits+"/"+hospitaltest.ID("asked1"),
			body{"status": "approved"}),
		"a visit of another patient": send("patient2", "PATCH", booked, body{"reason": "mine"}),
		"a server-owned field":       send("admin1", "PATCH", booked, body{"number": "A-9"}),
		"an unknown field":           send("admin1", "PATCH", booked, body{"nothing": 1}),
		"a wrong type":               send("admin1", "PATCH", booked, body{"reason": 5}),
		"a staff field":              send("patient1", "PATCH", booked, body{"staff_note": "x"}),
		"a taken slot": send("receptionist1", "POST", visits,
			body{"patient": hospitaltest.ID("pat2"), "doctor": hospitaltest.ID("dr1"),
				"starts": h.Record("appointments", hospitaltest.ID("booked1")).GetString("starts")}),
		"registering as an admin": send("guest", "POST", "/api/collections/users/records",
			body{"email": "b@example.org", "password": hospitaltest.Password, "passwordConfirm": hospitaltest.Password,
				"name": "B", "role": "admin"}),
		"deleting": send("admin1", "DELETE", booked, nil),
		"deleting as the operator": operator.Do(http.MethodPost, "/api/batch",
			body{"requests": []any{body{"method": "DELETE", "url": booked}}}),
		"an upsert of another's visit": send("patient2", "PUT", visits, body{"id": hospitaltest.ID("booked1"),
			"patient": hospitaltest.ID("pat2"), "doctor": hospitaltest.ID("dr2"), "starts": at(700 * 60 * 60 * 1e9)}),
	} {
		if answer.Status < 400 || answer.Status > 499 {
			t.Errorf("%s answered %d %s", what, answer.Status, answer.Raw)
		}
	}
	if after := counts(h); !maps.Equal(before, after) {
		t.Errorf("records before %v, after %v", before, after)
	}
	h.As("patient1").Do(http.MethodPost, "/api/batch", body{"requests": []any{
		body{"method": "POST", "url": visits, "body": body{"patient": hospitaltest.ID("pat1"),
			"doctor": hospitaltest.ID("dr1"), "starts": at(600 * 60 * 60 * 1e9)}},
		body{"method": "PATCH", "url": visits + "/" + hospitaltest.ID("asked1"), "body": body{"status": "cancelled"}},
	}}).OK(t)
	registration := body{"email": "b@example.org", "password": hospitaltest.Password, "passwordConfirm": hospitaltest.Password, "name": "B", "birth_date": "1999-12-31"}
	if answer := send("guest", "POST", "/api/collections/users/records", registration); answer.Status != http.StatusUnauthorized {
		t.Errorf("a guest's batch answered %d %s", answer.Status, answer.Raw)
	}
	h.Verify()
}
