package patients_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/modules/patients"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

func TestTheCheckDigitOfARecordNumberDetectsAWrongDigit(t *testing.T) {
	t.Parallel()
	if got := patients.MRN(7992739871); got != "79927398713" { // the common example of the Luhn algorithm
		t.Errorf("MRN(7992739871) = %s", got)
	}
	for n := range int64(1000) {
		mrn := patients.MRN(n)
		if !isMRN(mrn) {
			t.Fatalf("%s is not valid", mrn)
		}
		for i := range mrn {
			for d := byte('0'); d <= '9'; d++ {
				if wrong := mrn[:i] + string(d) + mrn[i+1:]; wrong != mrn && isMRN(wrong) {
					t.Fatalf("%s differs from %s in one digit and is valid", wrong, mrn)
				}
			}
		}
	}
}

// isMRN reports whether the last digit of a number is the check digit of the others.
func isMRN(text string) bool {
	n, err := strconv.ParseInt(text[:len(text)-1], 10, 64)
	return err == nil && patients.MRN(n) == text
}

func TestNamesAreFoundWithoutAccents(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Łukasz  Müller": "lukasz muller", "ZOË": "zoe", "Søren Ærø": "soren aero",
		"Nguyễn Văn Đức": "nguyen van duc",
		"Straße":         "strasse", "ﬁona": "fiona", "İpek": "ipek", "王小明": "王小明", "فاطمة": "فاطمة"} {
		if got := patients.NameKey(name); got != want {
			t.Errorf("NameKey(%q) = %q, want %q", name, got, want)
		}
	}
	h := hospitaltest.New(t)
	made := h.As("receptionist1").Create("patients", body{"name": "Łukasz Müller"}).OK(t)
	found := h.As("receptionist1").List("patients",
		hospitaltest.Filter(`name_key ~ "`+patients.NameKey("lukasz")+`"`)).OK(t).IDs()
	if len(found) != 1 || found[0] != made.ID() {
		t.Errorf("found %v", found)
	}
}

func TestAPatientAddsTheirChild(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	child := h.As("patient1").Create("patients",
		body{"user": id("patient1"), "name": "Second Child", "birth_date": "2021-02-28"}).OK(t)
	if !isMRN(child.String("mrn")) || child.JSON["active"] != true {
		t.Errorf("the child: %s", child.Raw)
	}
	if answer := h.As("patient1").Create("patients",
		body{"user": id("patient2"), "name": "Foundling"}); answer.Status != http.StatusBadRequest ||
		answer.Code("user") != "not_yours" {
		t.Errorf("a child of another account answered %d %s", answer.Status, answer.Raw)
	}
	if answer := h.As("admin1").Create("patients",
		body{"user": id("doctor1"), "user_reason": "a mistake", "name": "Doctor"}); answer.Code("user") != "wrong_role" {
		t.Errorf("a patient with a doctor's account answered %s", answer.Raw)
	}
}

func TestInvalidAndFutureBirthDatesAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, day := range []string{"2023-02-29", "1850-01-01", "31.12.1980",
		time.Now().AddDate(0, 0, 3).Format(time.DateOnly), "1980-1-1"} {
		if answer := h.As("receptionist1").Create("patients",
			body{"name": "N", "birth_date": day}); answer.Status != http.StatusBadRequest || answer.Code("birth_date") == "" {
			t.Errorf("%s answered %d %s", day, answer.Status, answer.Raw)
		}
	}
	h.As("receptionist1").Create("patients", body{"name": "N", "birth_date": "2024-02-29"}).OK(t)
}

// The valid entry of another doctor must not extend an expired one.
func TestAccessEndsWithTheCareTeamEntry(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	if answer := h.As("doctor1").View("patients", id("pat2"), ""); answer.Status != http.StatusNotFound {
		t.Errorf("after the care has ended the doctor views the record: %d", answer.Status)
	}
	if answer := h.As("doctor1").Update("patients", id("pat2"),
		body{"medical_history": "forged"}); answer.Status != http.StatusNotFound {
		t.Errorf("after the care has ended the doctor writes the record: %d", answer.Status)
	}
	h.As("admin1").Create("care_team", body{"patient": id("pat2"), "user": id("doctor1"),
		"starts": "2020-01-01 00:00:00.000Z",
		"ends":   time.Now().Add(time.Hour).UTC().Format("2006-01-02 15:04:05.000Z")}).OK(t)
	h.As("doctor1").View("patients", id("pat2"), "").OK(t)
}

func TestConcurrentEditsOfDifferentFieldsAreBothStored(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	stale := h.Record("patients", id("pat1"))
	h.As("doctor1").Update("patients", id("pat1"), body{"medical_history": "allergic to cats"}).OK(t)
	stale.Set("phone", "999")
	stale.IgnoreUnchangedFields(true)
	if err := h.App.Save(stale); err != nil {
		t.Fatal(err)
	}
	h.As("patient1").Update("patients", id("pat1"), body{"address": "Elsewhere 1"}).OK(t)
	if r := h.Record("patients", id("pat1")); r.GetString("medical_history") != "allergic to cats" ||
		r.GetString("phone") != "999" || r.GetString("address") != "Elsewhere 1" {
		t.Errorf("the record: %v", r.PublicExport())
	}
}

func TestAnAccountAddsFewDependants(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"patients_per_account": 3}).OK(t)
	add := func(c hospitaltest.Client, name string) hospitaltest.Response {
		return c.Create("patients", body{"user": id("patient1"), "name": name, "birth_date": "2020-01-01"})
	}
	parent := h.As("patient1") // has one child
	add(parent, "Second Child").OK(t)
	answer := add(parent, "Third Child")
	if answer.Status != http.StatusConflict || answer.Code("user") != "patients_per_account" ||
		!strings.Contains(answer.String("message"), "call the hospital") {
		t.Errorf("answered %d %s", answer.Status, answer.Raw)
	}
	h.As("admin1").Create("patients", body{"user": id("patient1"), "user_reason": "The mother called.",
		"name": "Third Child", "birth_date": "2020-01-01"}).OK(t)
}
