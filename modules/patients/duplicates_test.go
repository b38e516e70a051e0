package patients_test

import (
	"net/http"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
)

func TestStaffAreWarnedOfDuplicates(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("receptionist1").Create("patients",
		body{"id": id("zoe"), "name": "Zoë  Łukasz", "birth_date": "1999-01-02", "phone": "+49 (30) 555-01",
			"national_id": "K 1"}).OK(t)
	for _, sent := range []body{
		{"name": "zoe lukasz", "birth_date": "1999-01-02", "phone": "4930 55501"},
		{"name": "Somebody Else", "national_id": " K 1 "},
	} {
		for _, account := range []string{"nurse1", "receptionist1", "admin1"} {
			answer := h.As(account).Create("patients", sent)
			if answer.Status != http.StatusConflict || answer.Code("confirmed_distinct") != "duplicate" ||
				!strings.Contains(string(answer.Raw), id("zoe")) {
				t.Errorf("%v by %s: %d %s", sent, account, answer.Status, answer.Raw)
			}
		}
		sent["confirmed_distinct"] = true
		h.As("receptionist1").Create("patients", sent).OK(t)
	}
	for _, distinct := range []body{
		{"name": "Zoe Lukasz", "birth_date": "1999-01-02"},
		{"name": "Zoe Lukasz", "birth_date": "1999-01-03", "phone": "493055501"},
		{"name": "Zoe Lukas", "birth_date": "1999-01-02", "phone": "493055501"},
	} {
		h.As("receptionist1").Create("patients", distinct).OK(t)
	}
}

func TestDuplicatesAreNotRevealedToGuestsAndParents(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("receptionist1").Create("patients",
		body{"name": "Zoe", "birth_date": "1999-01-02", "phone": "123", "national_id": "K1"}).OK(t)
	h.As("guest").Create("users", body{"email": "zoe@example.org", "password": hospitaltest.Password,
		"passwordConfirm": hospitaltest.Password, "name": "Zoe", "phone": "123", "birth_date": "1999-01-02",
		"national_id": "K1"}).OK(t)
	child := h.As("patient1").Create("patients",
		body{"user": id("patient1"), "name": "Zoe", "birth_date": "1999-01-02", "phone": "123", "national_id": "K1"}).OK(t)
	if strings.Contains(string(child.Raw), "distinct") {
		t.Errorf("the answer: %s", child.Raw)
	}
	if answer := h.As("patient1").Create("patients",
		body{"user": id("patient1"), "name": "Zoe", "confirmed_distinct": true}); answer.Status != http.StatusForbidden {
		t.Errorf("a parent confirms: %d %s", answer.Status, answer.Raw)
	}
}
