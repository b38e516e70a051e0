package clinical_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

func TestConditionsAreValidated(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	create := func(field, value string) hospitaltest.Response {
		return doctor.Create("conditions", body{"patient": id("pat1"), "text": "x", field: value})
	}
	for code, want := range map[string]string{
		"j45.0": "J45.0", "J450": "J45.0", "Z99": "Z99", "": "", "U07.1": "U07.1", "S72.00XA": "S72.00XA",
	} {
		if got := create("code", code).OK(t).String("code"); got != want {
			t.Errorf("%q is stored as %q", code, got)
		}
	}
	for _, code := range []string{"45.0", "J4", "asthma", "J45.", "J45.0.1", "Ж45.0"} {
		answer := create("code", code)
		wantRefusal(t, fmt.Sprintf("%q", code), answer, http.StatusBadRequest, "code", "invalid_code")
	}
	answer := create("encounter", id("notes2"))
	wantRefusal(t, "encounter of another patient", answer, http.StatusBadRequest, "encounter", "not_found")
	answer = doctor.Create("conditions", body{"patient": id("pat2"), "text": "x"})
	wantRefusal(t, "patient not in care", answer, http.StatusBadRequest, "patient", "not_yours")
	for day, code := range map[string]string{
		"2023-02-30": "invalid_date", time.Now().AddDate(0, 0, 3).Format(time.DateOnly): "in_the_future",
	} {
		wantRefusal(t, day, create("onset_on", day), http.StatusBadRequest, "onset_on", code)
	}
	h.Verify()
}

func TestConditionsEnteredInErrorAreFinal(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	doctor.Update("conditions", id("condition1"), body{"state": "entered_in_error"}).OK(t)
	answer := doctor.Update("conditions", id("condition1"), body{"state": "active"})
	wantStatus(t, "reactivating it", answer, http.StatusConflict)
	h.Verify()
}
