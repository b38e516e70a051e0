package accounts_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

func person(more body) body {
	b := body{"email": "new@example.org", "password": "a-long-password", "passwordConfirm": "a-long-password",
		"name": "Nadia"}
	for k, v := range more {
		b[k] = v
	}
	return b
}

func signIn(h *hospitaltest.Hospital, email, password string) hospitaltest.Response {
	return h.As("guest").Do(http.MethodPost, "/api/collections/users/auth-with-password",
		body{"identity": email, "password": password})
}

func TestRegisteringAsAPatientMakesAccountAndRecordTogether(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	user := h.As("guest").Create("users", person(body{"role": "patient", "phone": "12", "birth_date": "1990-01-02",
		"sex": "female", "blood_group": "O+",
		"address": "Street 1", "national_id": "X1", "emergency_name": "Mum", "medical_history": "asthma"})).OK(t)
	patient, err := h.App.FindFirstRecordByData("patients", "user", user.ID())
	if err != nil {
		t.Fatal("no patients record:", err)
	}
	for field, want := range (body{"name": "Nadia", "phone": "12", "email": "new@example.org",
		"birth_date": "1990-01-02", "sex": "female", "national_id": "X1", "medical_history": "asthma"}) {
		if got := patient.GetString(field); got != want {
			t.Errorf("the patient's %s is %q, want %q", field, got, want)
		}
	}
	signIn(h, "NEW@example.org", "a-long-password").OK(t)
	h.Verify()
}

func TestABadProfileLeavesNoAccountBehind(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("users")
	for field, value := range (body{"birth_date": "2999-01-01", "sex": "yes", "emergency_name": 7,
		"specialization": "none of a patient's"}) {
		answer := h.As("guest").Create("users", person(body{field: value}))
		if answer.Status != http.StatusBadRequest || answer.Code(field) == "" {
			t.Errorf("%s=%v answered %d %s", field, value, answer.Status, answer.Raw)
		}
	}
	if h.Count("users") != before {
		t.Error("an account was made")
	}
}

func TestADoctorWhoRegistersWaitsForAnAdmin(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	user := h.As("guest").Create("users", person(body{"role": "doctor", "specialization": "Cardiology",
		"license_no": "L9"})).OK(t)
	if answer := signIn(h, "new@example.org", "a-long-password"); answer.Status < 400 {
		t.Error("a pending doctor signed in")
	}
	doctor, err := h.App.FindFirstRecordByData("doctors", "user", user.ID())
	if err != nil || doctor.GetBool("active") || doctor.GetString("specialization") != "Cardiology" {
		t.Fatalf("the doctors record: %v, %v", doctor, err)
	}
	h.As("admin1").Update("users", user.ID(), body{"status": "active"}).OK(t)
	signIn(h, "new@example.org", "a-long-password").OK(t)
	if !h.Record("doctors", doctor.Id).GetBool("active") {
		t.Error("the activated doctor cannot be booked")
	}
	h.As("admin1").Update("users", user.ID(), body{"status": "suspended"}).OK(t)
	if h.Record("doctors", doctor.Id).GetBool("active") {
		t.Error("the suspended doctor can be booked")
	}
}

func TestGuestsCannotRegisterWithMoreRights(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	before := h.Count("users")
	for field, value := range (body{"role": "admin", "status": "active", "verified": true, "tokenKey": "x",
		"is_admin": true, "mrn": "000000018"}) {
		answer := h.As("guest").Create("users", person(body{field: value}))
		if answer.Status < 400 || answer.Status > 499 || answer.Code(field) == "" {
			t.Errorf("%s=%v answered %d %s", field, value, answer.Status, answer.Raw)
		}
	}
	if got := h.Count("users"); got != before {
		t.Errorf("%d accounts were made", got-before)
	}
	for _, r := range []string{"nurse", "receptionist", "accountant"} {
		if answer := h.As("guest").Create("users", person(body{"role": r})); answer.Code("role") != "not_allowed" {
			t.Errorf("registering as %s answered %s", r, answer.Raw)
		}
	}
}

func TestAChangeOfRoleOrStatusEndsLiveTokens(t *testing.T) {
	t.Parallel()
	for _, change := range []body{{"status": "suspended"}, {"role": "nurse"}} {
		h := hospitaltest.New(t)
		patient := h.As("patient1")
		if len(patient.List("appointments", "").IDs()) == 0 {
			t.Fatal("patient1 sees nothing to begin with")
		}
		h.As("admin1").Update("users", hospitaltest.ID("patient1"), change).OK(t)
		if ids := patient.List("appointments", "").IDs(); len(ids) > 0 {
			t.Errorf("after %v the old token lists %v", change, ids)
		}
		if answer := patient.View("users", hospitaltest.ID("patient1"), ""); answer.Status != http.StatusNotFound {
			t.Errorf("after %v the old token views its account: %d", change, answer.Status)
		}
		if answer := patient.Do(http.MethodPost, "/api/collections/users/auth-refresh", nil); answer.Status < 400 {
			t.Errorf("after %v the old token was refreshed", change)
		}
		if answer := patient.Update("users", hospitaltest.ID("patient1"), body{"phone": "666"}); answer.Status < 400 {
			t.Errorf("after %v the old token writes", change)
		}
	}
}

func TestTheLastActiveAdminCannotBeDemoted(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("users", hospitaltest.ID("admin2"), body{"role": "nurse"}).OK(t)
	for _, change := range []body{{"role": "doctor"}, {"status": "suspended"}, {"status": "pending"}} {
		if answer := h.As("admin1").Update("users", hospitaltest.ID("admin1"),
			change); answer.Status != http.StatusConflict || answer.Code("role") != "last_admin" {
			t.Errorf("%v of the last admin answered %d %s", change, answer.Status, answer.Raw)
		}
	}
}

func TestTwoAdminsWhoDemoteEachOtherLeaveOne(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	admins := []hospitaltest.Client{h.As("admin1"), h.As("admin2")}
	targets := []string{hospitaltest.ID("admin2"), hospitaltest.ID("admin1")}
	var both sync.WaitGroup
	for i := range admins {
		both.Go(func() { admins[i].Update("users", targets[i], body{"role": "nurse"}) })
	}
	both.Wait()
	left, err := h.App.FindRecordsByFilter("users", `role = "admin" && status = "active"`, "", 0, 0)
	if err != nil || len(left) != 1 {
		t.Errorf("%d admins are left (%v)", len(left), err)
	}
}

func TestAChangeOfRoleOrStatusDeactivatesTheStaffRecord(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("users", hospitaltest.ID("doctor1"), body{"role": "receptionist"}).OK(t)
	if h.Record("doctors", hospitaltest.ID("dr1")).GetBool("active") {
		t.Error("the former doctor can still be booked")
	}
	h.As("admin1").Update("users", hospitaltest.ID("nurse1"), body{"status": "suspended"}).OK(t)
	if h.Record("nurses", hospitaltest.ID("ns1")).GetBool("active") {
		t.Error("the suspended nurse is still active")
	}
	h.Verify()
}

func TestAdminsSeeAddressesAndCannotTakeAccountsOver(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	if seen := h.As("admin1").View("users", hospitaltest.ID("patient1"),
		"").OK(t); seen.String("email") != "patient1@example.org" {
		t.Errorf("the admin sees %s", seen.Raw)
	}
	hash := h.Record("users", hospitaltest.ID("patient1")).GetString("password:hash")
	for field, value := range (body{"email": "mine@example.org", "verified": true, "password": "another-password"}) {
		change := body{field: value}
		if field == "password" {
			change["passwordConfirm"] = value
		}
		if answer := h.As("admin1").Update("users", hospitaltest.ID("patient1"), change); answer.Status < 400 ||
			answer.Status > 499 || answer.Code(field) == "" {
			t.Errorf("changing a patient's %s answered %d %s", field, answer.Status, answer.Raw)
		}
	}
	if r := h.Record("users", hospitaltest.ID("patient1")); r.Email() != "patient1@example.org" ||
		r.GetString("password:hash") != hash {
		t.Error("the account was taken over")
	}
}

func TestChangingThePasswordNeedsTheOldOne(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	change := body{"password": "another-password", "passwordConfirm": "another-password", "oldPassword": "wrong-password"}
	if answer := h.As("patient1").Update("users", hospitaltest.ID("patient1"),
		change); answer.Status != http.StatusBadRequest || answer.Code("oldPassword") == "" {
		t.Errorf("a wrong old password answered %d %s", answer.Status, answer.Raw)
	}
	change["oldPassword"] = hospitaltest.Password
	h.As("patient1").Update("users", hospitaltest.ID("patient1"), change).OK(t)
	signIn(h, "patient1@example.org", "another-password").OK(t)
}

func TestPasswordsHaveAtLeastTwelveCharacters(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	const shortest = "otter-lamp-7" // twelve
	tooShort := shortest[1:]
	answer := h.As("guest").Create("users", person(body{"password": tooShort, "passwordConfirm": tooShort}))
	if answer.Status != http.StatusBadRequest || answer.Code("password") != "validation_min_text_constraint" {
		t.Errorf("eleven characters answered %d %s", answer.Status, answer.Raw)
	}
	h.As("guest").Create("users", person(body{"password": shortest, "passwordConfirm": shortest})).OK(t)
}

func TestAnAccountIsNeverDeleted(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for name, client := range map[string]hospitaltest.Client{"themselves": h.As("patient1"), "an admin": h.As("admin1"),
		"the operator": h.Operator()} {
		if answer := client.Do(http.MethodDelete, "/api/collections/users/records/"+hospitaltest.ID("patient1"),
			nil); answer.Status < 400 {
			t.Errorf("an account was deleted by %s", name)
		}
	}
	h.Record("users", hospitaltest.ID("patient1"))
}

// TestOnlyWhoIsShownAnAddressFiltersByIt: the filter finds an account for admins, also through
// a relation, and tells no other role whether there is one.
func TestOnlyWhoIsShownAnAddressFiltersByIt(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, c := range []struct {
		account, collection, filter string
		want                        []string
	}{
		{"admin1", "users", `email = "patient2@example.org"`, []string{hospitaltest.ID("patient2")}},
		{"admin1", "users", `email ~ "patient2@" && role = "patient"`, []string{hospitaltest.ID("patient2")}},
		{"admin1", "users", `email = "nobody@example.org"`, nil},
		{"admin1", "doctors", `user.email = "doctor1@example.org"`, []string{hospitaltest.ID("dr1")}},
		{"doctor1", "users", `email = "doctor2@example.org"`, nil},
		{"receptionist1", "patients", `user.email = "patient1@example.org"`, nil},
		{"nurse1", "doctors", `user.email ~ "doctor1"`, nil},
	} {
		answer := h.As(c.account).List(c.collection, hospitaltest.Filter(c.filter)).OK(t)
		if got := answer.IDs(); !slices.Equal(got, c.want) {
			t.Errorf("%s filters %s by %s and finds %v, want %v", c.account, c.collection, c.filter, got, c.want)
		}
		for _, item := range answer.Items() {
			if c.collection == "users" && (item["email"] != "patient2@example.org" || item["password"] != nil ||
				item["tokenKey"] != nil) {
				t.Errorf("%s is shown %v", c.account, item)
			}
		}
	}
}
