package apidocs_test

import (
	"bufio"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/server"
	"hospital/modules/accounts"
)

// TestEveryDocumentedAnswerIsGiven has every operation answer with every status
// that the document has for it, and names those it could not get.
func TestEveryDocumentedAnswerIsGiven(t *testing.T) {
	t.Parallel()
	for path, item := range document(t).Paths.Map() {
		for method, o := range item.Operations() {
			t.Run(o.OperationID, func(t *testing.T) {
				t.Parallel()
				h := hospitaltest.New(t)
				prepare(h)
				switch special, ok := specials[o.OperationID]; {
				case ok:
					special(h)
				case method == http.MethodGet:
					reading(h, path)
				default:
					writing(h, o, method, path)
				}
				if conflict, ok := conflicts[o.OperationID]; ok {
					conflict(h)
				}
				for status := range o.Responses.Map() {
					if code, err := strconv.Atoi(status); err != nil || !hospitaltest.Exercised(o.OperationID, code) && o.OperationID != "openStream" {
						t.Errorf("%s never answered %s (%v)", o.OperationID, status, err)
					}
				}
			})
		}
	}
}

// reading asks for a list, or for one record, as one may and as one may not.
func reading(h *hospitaltest.Hospital, path string) {
	admin := h.As("admin1")
	if !strings.Contains(path, "{id}") {
		admin.Do(http.MethodGet, path, nil)
		admin.Do(http.MethodGet, path+"?filter=(", nil)
		admin.Do(http.MethodGet, path+"?"+hospitaltest.Filter(`@collection.users.id != ""`), nil)
		h.As("guest").Do(http.MethodGet, path, nil)
		return
	}
	collection := strings.Split(path, "/")[3]
	for _, id := range []string{admin.List(collection, "").IDs()[0], "nobody"} {
		admin.Do(http.MethodGet, strings.Replace(path, "{id}", id, 1), nil)
	}
}

// writing sends the first example as everybody, and what is wrong as who sends it.
func writing(h *hospitaltest.Hospital, o *openapi3.Operation, method, path string) {
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
	h.As("nurse1").Do(method, url, hospitaltest.Body{"password": "x", "license_no": "x"}) // fields that others write
	h.As("doctor1").Do(method, strings.Replace(path, "{id}", hospitaltest.ID("dr1"), 1), hospitaltest.Body{"license_no": "x"})
	h.As("patient1").Do(method, strings.Replace(path, "{id}", hospitaltest.ID("pat1"), 1), hospitaltest.Body{"medical_history": "x"})
	h.As("patient1").Do(method, strings.Replace(path, "{id}", hospitaltest.ID("patient1"), 1), hospitaltest.Body{"role": "admin"})
	h.As(by).Do(method, url, hospitaltest.Body{"nothing": 1})
	h.As(by).Do(method, strings.Replace(path, "{id}", "nobody", 1), sent)
	h.As(by).Do(method, url, tooLarge(1))
	at, _ := example.Extensions["x-at"].(string)
	if at != "" {
		h.At(moment(h, path, id, at))
	}
	h.As(by).Do(method, url, sent)
}

// tooLarge is a body of more megabytes than a route takes.
func tooLarge(megabytes int) []byte {
	return []byte(`{"name":"` + strings.Repeat("x", megabytes<<20) + `"}`)
}

// tooOften asks for the same until it is refused.
func tooOften(h *hospitaltest.Hospital, path string) {
	server.SetRate(h.App, 1)
	for range 31 {
		h.As("guest").SkipContract().Do(http.MethodPost, path, nil)
	}
	h.As("guest").Do(http.MethodPost, path, nil)
}

// conflicts are the ways to a 409.
var conflicts = map[string]func(h *hospitaltest.Hospital){
	"createAppointment": func(h *hospitaltest.Hospital) {
		booked := h.Record("appointments", hospitaltest.ID("booked1"))
		h.At(booked.GetDateTime("starts").Time().AddDate(0, 0, -1))
		h.As("patient2").Create("appointments", hospitaltest.Body{"patient": hospitaltest.ID("pat2"), "doctor": hospitaltest.ID("dr1"), "starts": booked.GetString("starts")})
	},
	"updateAppointment": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("appointments", hospitaltest.ID("done1"), hospitaltest.Body{"status": "approved"})
	},
	"createSchedule": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Create("schedules", hospitaltest.Body{"doctor": hospitaltest.ID("dr1"), "weekday": 1, "start_time": "09:00", "end_time": "10:00", "slot_minutes": 30, "capacity": 1})
	},
	"updateSchedule": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("schedules", hospitaltest.ID("hours1d1"), hospitaltest.Body{"weekday": 2})
	},
	"createRebooking": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Update("time_off", hospitaltest.ID("sick1"), hospitaltest.Body{"active": false})
		h.As("receptionist1").Create("rebookings", hospitaltest.Body{"time_off": hospitaltest.ID("sick1")})
	},
	"updateRebooking": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Update("rebookings", hospitaltest.ID("rebook2"), hospitaltest.Body{"time_off": hospitaltest.ID("away1")})
		h.As("receptionist1").Update("rebookings", hospitaltest.ID("rebook2"), hospitaltest.Body{"status": "withdrawn"})
		h.As("receptionist1").Update("rebookings", hospitaltest.ID("rebook2"), hospitaltest.Body{"status": "applied"})
	},
	"updateRebookingItem": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Update("rebookings", hospitaltest.ID("rebook1"), hospitaltest.Body{"status": "withdrawn"})
		h.As("receptionist1").Update("rebooking_items", actual(h, hospitaltest.ID("item1")), hospitaltest.Body{"outcome": "cancel"})
	},
	"createCharge": func(h *hospitaltest.Hospital) {
		h.As("nurse1").Create("charges", hospitaltest.Body{"appointment": hospitaltest.ID("done1"), "service": hospitaltest.ID("ecg"), "quantity": 1})
	},
	"updateCharge": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Update("appointments", hospitaltest.ID("moved1"), hospitaltest.Body{"status": "cancelled"})
		h.As("nurse1").Update("charges", hospitaltest.ID("charge1"), hospitaltest.Body{"quantity": 9})
	},
	"createBill": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Create("bills", hospitaltest.Body{"kind": "credit_note", "original": hospitaltest.ID("draft1"), "reason": "a mistake"})
	},
	"updateBill": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Update("bills", hospitaltest.ID("sale1"), hospitaltest.Body{"status": "unpaid"})
	},
	"createBillItem": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Create("bill_items", hospitaltest.Body{"bill": hospitaltest.ID("sale1"), "description": "x", "quantity": 1})
	},
	"updateBillItem": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Update("bill_items", hospitaltest.ID("splint1"), hospitaltest.Body{"quantity": 9})
	},
	"createDiscount": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Create("discounts", hospitaltest.Body{"bill": hospitaltest.ID("sale1"), "bp": 1, "reason": "again"})
	},
	"updateDiscount": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Update("discounts", hospitaltest.ID("cheaper2"), hospitaltest.Body{"status": "approved"})
		h.As("accountant1").Update("discounts", hospitaltest.ID("cheaper2"), hospitaltest.Body{"status": "rejected"})
		h.As("admin1").Update("discounts", hospitaltest.ID("cheaper2"), hospitaltest.Body{"status": "approved"})
	},
	"createPatient": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Create("patients", hospitaltest.Body{"name": "Another Name", "national_id": "ID1"})
	},
	"updatePatient": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Update("patients", hospitaltest.ID("twin1"), hospitaltest.Body{"phone": "9"})
	},
	"createBreakGlass": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Create("break_glass", hospitaltest.Body{"patient": hospitaltest.ID("twin1"), "reason": "found unconscious in the yard"})
	},
	"createPatientMerge": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Create("patient_merges", hospitaltest.Body{"duplicate": hospitaltest.ID("twin1"), "survivor": hospitaltest.ID("pat2"), "reason": "again"})
	},
	"updatePatientMerge": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Update("patient_merges", hospitaltest.ID("merge1"), hospitaltest.Body{"reason": "other"})
		h.As("receptionist1").Update("patient_merges", hospitaltest.ID("merge1"), hospitaltest.Body{"status": "undone"})
		h.As("receptionist1").Update("patient_merges", hospitaltest.ID("merge1"), hospitaltest.Body{"status": "merged"})
	},
	"createEncounter": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Create("encounters", hospitaltest.Body{"appointment": hospitaltest.ID("asked1")})
	},
	"updateEncounter": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("encounters", hospitaltest.ID("notes1"), hospitaltest.Body{"notes": "other"})
	},
	"createVitals": func(h *hospitaltest.Hospital) {
		h.As("nurse1").Create("vitals", hospitaltest.Body{"patient": hospitaltest.ID("pat1"), "pulse": 70, "corrects": hospitaltest.ID("wrong1")})
	},
	"updateVitals": func(h *hospitaltest.Hospital) {
		h.As("nurse1").Update("vitals", hospitaltest.ID("wrong1"), hospitaltest.Body{"state": "final"})
	},
	"createCondition": func(h *hospitaltest.Hospital) {
		h.As("admin1").Create("care_team", hospitaltest.Body{"patient": hospitaltest.ID("twin1"), "user": hospitaltest.ID("doctor1"), "starts": "2020-01-01 00:00:00.000Z", "ends": "2099-01-01 00:00:00.000Z"})
		h.As("doctor1").Create("conditions", hospitaltest.Body{"patient": hospitaltest.ID("twin1"), "text": "Cough"})
	},
	"updateCondition": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("conditions", hospitaltest.ID("condition1"), hospitaltest.Body{"text": "Cough", "version": 9})
	},
	"createAllergy": func(h *hospitaltest.Hospital) {
		h.As("nurse1").Create("allergies", hospitaltest.Body{"patient": hospitaltest.ID("twin1"), "substance": "Nickel"})
	},
	"updateAllergy": func(h *hospitaltest.Hospital) {
		h.As("nurse1").Update("allergies", hospitaltest.ID("allergy1"), hospitaltest.Body{"reaction": "Cough", "version": 9})
	},
	"updateDocument": func(h *hospitaltest.Hospital) {
		for range 2 {
			h.As("nurse1").Update("documents", hospitaltest.ID("kept1"), hospitaltest.Body{"state": "entered_in_error"})
			h.As("nurse1").Update("documents", hospitaltest.ID("kept1"), hospitaltest.Body{"state": "final"})
		}
		h.As("nurse1").Do(http.MethodPatch, "/api/collections/documents/records/"+hospitaltest.ID("kept1"), tooLarge(22))
	},
	"createPrescription": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Create("prescriptions", hospitaltest.Body{"appointment": hospitaltest.ID("asked1")})
	},
	"updatePrescription": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("prescriptions", hospitaltest.ID("rx1"), hospitaltest.Body{"notes": "other"})
	},
	"createPrescriptionItem": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Create("prescription_items", hospitaltest.Body{"prescription": hospitaltest.ID("rx1"), "drug": "Zinc"})
	},
	"updatePrescriptionItem": func(h *hospitaltest.Hospital) {
		h.As("doctor1").Update("prescription_items", hospitaltest.ID("item1"), hospitaltest.Body{"drug": "Zinc"})
		h.As("nurse1").Update("prescription_items", hospitaltest.ID("item1"), hospitaltest.Body{"drug": "Zinc"})
	},
	"createPayment": func(h *hospitaltest.Hospital) {
		h.As("receptionist1").Create("payments", hospitaltest.Body{"bill": h.Record("payments", hospitaltest.ID("paid1")).GetString("bill"), "method": "cash", "amount_minor": 9_999_999})
	},
	"updatePayment": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Update("payments", hospitaltest.ID("paid1"), hospitaltest.Body{"status": "verified"})
		h.As("accountant1").Update("payments", hospitaltest.ID("paid1"), hospitaltest.Body{"status": "rejected"})
	},
	"createInvitation": func(h *hospitaltest.Hospital) {
		h.As("admin1").Create("invitations", hospitaltest.Body{"email": "patient1@example.org", "role": "nurse"})
	},
	"updateInvitation": func(h *hospitaltest.Hospital) {
		h.As("admin1").Update("invitations", hospitaltest.ID("invited1"), hospitaltest.Body{"email": "other@example.org"})
		h.As("admin1").Update("invitations", hospitaltest.ID("invited1"), hospitaltest.Body{"status": "open"})
	},
	"updateHospital": func(h *hospitaltest.Hospital) {
		h.As("admin1").Update("hospital", "hospitalsetting", hospitaltest.Body{"staff_mfa": true})
	},
	"updateUser": func(h *hospitaltest.Hospital) {
		h.As("admin1").Update("users", hospitaltest.ID("admin2"), hospitaltest.Body{"status": "suspended"})
		h.As("admin1").Update("users", hospitaltest.ID("admin1"), hospitaltest.Body{"status": "suspended"})
	},
}

// users posts to an endpoint of the accounts.
func users(client hospitaltest.Client, endpoint string, b any) hospitaltest.Response {
	return client.Do(http.MethodPost, "/api/collections/users/"+endpoint, b)
}

// halfSignedIn is somebody who has given their password, where a code has to follow.
func halfSignedIn(h *hospitaltest.Hospital, identity string) (mfaID string) {
	h.App.Settings().SMTP.Enabled = true
	h.As("admin1").Update("hospital", "hospitalsetting", hospitaltest.Body{"staff_mfa": true}).OK(h.T)
	return users(h.As("guest"), "auth-with-password", hospitaltest.Body{"identity": identity, "password": hospitaltest.Password}).String("mfaId")
}

// specials are the operations that are not of a record.
var specials = map[string]func(h *hospitaltest.Hospital){
	"health": func(h *hospitaltest.Hospital) { h.As("guest").Do(http.MethodGet, "/api/health", nil) },
	"ready": func(h *hospitaltest.Hospital) {
		h.As("guest").Do(http.MethodGet, "/api/hospital/ready", nil)
		h.At(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC))
		h.As("guest").Do(http.MethodGet, "/api/hospital/ready", nil)
	},
	"documentYaml": func(h *hospitaltest.Hospital) { twice(h, "/api/hospital/openapi.yaml") },
	"listActions": func(h *hospitaltest.Hospital) {
		h.As("patient1").Do(http.MethodGet, "/api/hospital/actions/bills", nil)
		h.As("guest").Do(http.MethodGet, "/api/hospital/actions/bills", nil)
		h.As("patient1").Do(http.MethodGet, "/api/hospital/actions/none", nil)
	},
	"documentJson": func(h *hospitaltest.Hospital) { twice(h, "/api/hospital/openapi.json") },
	"listSlotsOfDoctor": func(h *hospitaltest.Hospital) {
		for _, path := range []string{"dr1000000000000/slots", "dr1000000000000/slots?from=tomorrow", "nobody/slots"} {
			h.As("patient1").Do(http.MethodGet, "/api/hospital/doctors/"+path, nil)
		}
		h.As("guest").Do(http.MethodGet, "/api/hospital/doctors/dr1000000000000/slots", nil)
	},
	"listSlots": func(h *hospitaltest.Hospital) {
		h.As("patient1").Do(http.MethodGet, "/api/hospital/slots", nil)
		h.As("patient1").Do(http.MethodGet, "/api/hospital/slots?limit=0", nil)
		h.As("guest").Do(http.MethodGet, "/api/hospital/slots", nil)
	},
	"verifyAudit": func(h *hospitaltest.Hospital) {
		for _, account := range []string{"guest", "patient1", "admin1"} {
			h.As(account).Do(http.MethodGet, "/api/hospital/audit/verify", nil)
		}
	},
	"statementOfPatient": func(h *hospitaltest.Hospital) {
		for _, path := range []string{"pat100000000000/statement", "pat100000000000/statement?from=tomorrow", "nobody/statement"} {
			h.As("patient1").Do(http.MethodGet, "/api/hospital/patients/"+path, nil)
		}
		h.As("doctor1").Do(http.MethodGet, "/api/hospital/patients/pat100000000000/statement", nil)
		h.As("guest").Do(http.MethodGet, "/api/hospital/patients/pat100000000000/statement", nil)
	},
	"dayClose": func(h *hospitaltest.Hospital) {
		h.As("accountant1").Do(http.MethodGet, "/api/hospital/reports/day-close", nil)
		h.As("accountant1").Do(http.MethodGet, "/api/hospital/reports/day-close?date=tomorrow", nil)
		h.As("patient1").Do(http.MethodGet, "/api/hospital/reports/day-close", nil)
		h.As("guest").Do(http.MethodGet, "/api/hospital/reports/day-close", nil)
	},
	"billPdf": func(h *hospitaltest.Hospital) { printed(h, "/api/hospital/bills/%s/pdf", "bill1") },
	"billCsv": func(h *hospitaltest.Hospital) { printed(h, "/api/hospital/bills/%s/csv", "bill1") },
	"paymentReceipt": func(h *hospitaltest.Hospital) {
		printed(h, "/api/hospital/payments/%s/receipt", "paid1")
		h.As("accountant1").Update("payments", hospitaltest.ID("paid1"), hospitaltest.Body{"status": "verified"})
		printed(h, "/api/hospital/payments/%s/receipt", "paid1")
	},
	"exportBills":       func(h *hospitaltest.Hospital) { books(h, "/api/hospital/reports/bills.csv") },
	"exportPayments":    func(h *hospitaltest.Hospital) { books(h, "/api/hospital/reports/payments.csv") },
	"billingStatistics": func(h *hospitaltest.Hospital) { books(h, "/api/hospital/reports/billing") },
	"patientHistory": func(h *hospitaltest.Hospital) {
		for _, path := range []string{"pat100000000000/history", "pat100000000000/history?from=tomorrow", "pat200000000000/history"} {
			h.As("patient1").Do(http.MethodGet, "/api/hospital/patients/"+path, nil)
		}
		h.As("guest").Do(http.MethodGet, "/api/hospital/patients/pat100000000000/history", nil)
	},
	"createDocument": func(h *hospitaltest.Hospital) {
		file := func(as, patient string, more hospitaltest.Body) {
			sent := hospitaltest.Body{"patient": hospitaltest.ID(patient), "kind": "other", "title": "Letter", "file": hospitaltest.File{Name: "letter.txt", Content: []byte("Dear colleague")}}
			maps.Copy(sent, more)
			h.As(as).Create("documents", sent)
		}
		file("patient1", "pat1", nil)
		file("patient1", "pat2", nil)
		file("guest", "pat1", nil)
		file("receptionist1", "pat1", nil)
		file("nurse1", "twin1", nil)
		file("nurse1", "pat1", hospitaltest.Body{"file": hospitaltest.File{Name: "huge.txt", Content: []byte(strings.Repeat("x", 22<<20))}})
	},
	"fileToken": func(h *hospitaltest.Hospital) {
		h.As("patient1").Do(http.MethodPost, "/api/files/token", nil)
		h.As("guest").Do(http.MethodPost, "/api/files/token", nil)
	},
	"downloadFile": func(h *hospitaltest.Hospital) {
		token := h.As("patient1").Do(http.MethodPost, "/api/files/token", nil).String("token")
		path := "/api/files/documents/" + hospitaltest.ID("shown1") + "/" + h.Record("documents", hospitaltest.ID("shown1")).GetString("file")
		h.As("guest").Do(http.MethodGet, path+"?token="+token, nil)
		h.As("patient1").Do(http.MethodGet, path, nil)
	},
	"openStream": func(*hospitaltest.Hospital) {}, // never ends; the realtime tests read it
	"listAuthMethods": func(h *hospitaltest.Hospital) {
		h.As("guest").Do(http.MethodGet, "/api/collections/users/auth-methods", nil)
	},
	"signIn": func(h *hospitaltest.Hospital) {
		for _, credentials := range []hospitaltest.Body{{"identity": "patient1@example.org", "password": hospitaltest.Password}, {"identity": "patient1@example.org", "password": "wrong-password"}, {"identity": "retired@example.org", "password": hospitaltest.Password}} {
			users(h.As("guest"), "auth-with-password", credentials)
		}
		for range 6 {
			users(h.As("guest"), "auth-with-password", hospitaltest.Body{"identity": "nurse1@example.org", "password": "wrong-password"})
		}
		halfSignedIn(h, "nurse2@example.org")
	},
	"requestCode": func(h *hospitaltest.Hospital) {
		users(h.As("guest"), "request-otp", hospitaltest.Body{"email": "nurse1@example.org"})
		users(h.As("guest"), "request-otp", hospitaltest.Body{"email": "no address"})
		tooOften(h, "/api/collections/users/request-otp")
	},
	"signInWithCode": func(h *hospitaltest.Hospital) {
		sent := hospitaltest.Body{"mfaId": halfSignedIn(h, "nurse1@example.org"), "otpId": hospitaltest.ID("code"), "password": "12345678"}
		nurse := h.Record("users", hospitaltest.ID("nurse1"))
		for _, status := range []string{"active", "suspended"} {
			code := core.NewOTP(h.App)
			code.Id = hospitaltest.ID("code")
			code.SetCollectionRef(nurse.Collection().Id)
			code.SetRecordRef(nurse.Id)
			code.SetPassword("12345678")
			if err := h.App.Save(code); err != nil {
				h.T.Fatal(err)
			}
			if status == "suspended" {
				sent["mfaId"] = halfSignedIn(h, "nurse1@example.org")
				if err := h.SQL("UPDATE users SET status = 'suspended' WHERE id = '" + nurse.Id + "'"); err != nil {
					h.T.Fatal(err)
				}
			}
			users(h.As("guest"), "auth-with-otp", sent)
		}
		code := core.NewOTP(h.App)
		code.Id = hospitaltest.ID("other")
		code.SetCollectionRef(nurse.Collection().Id)
		code.SetRecordRef(nurse.Id)
		code.SetPassword("12345678")
		if err := h.App.Save(code); err != nil {
			h.T.Fatal(err)
		}
		for range 6 {
			users(h.As("guest"), "auth-with-otp", hospitaltest.Body{"mfaId": "none", "otpId": code.Id, "password": "87654321"})
		}
	},
	"acceptInvitation": func(h *hospitaltest.Hospital) {
		secret, err := accounts.IssueToken(h.App, h.Record("invitations", hospitaltest.ID("invited1")))
		if err != nil {
			h.T.Fatal(err)
		}
		for range 2 {
			h.As("guest").Do(http.MethodPost, "/api/hospital/invitations/accept", hospitaltest.Body{"token": secret, "name": "Noor", "password": "seven-wild-geese"})
		}
		h.As("guest").Do(http.MethodPost, "/api/hospital/invitations/accept", tooLarge(1))
		tooOften(h, "/api/hospital/invitations/accept")
	},
	"confirmRegistration": func(h *hospitaltest.Hospital) {
		h.As("admin1").Update("hospital", "hospitalsetting", hospitaltest.Body{"confirm_email": true}).OK(h.T)
		asked := h.As("guest").Create("users", hospitaltest.Body{"email": "zoe@example.org", "password": hospitaltest.Password, "passwordConfirm": hospitaltest.Password, "name": "Zoe"}).OK(h.T)
		secret, err := accounts.IssueToken(h.App, h.Record("registrations", asked.ID()))
		if err != nil {
			h.T.Fatal(err)
		}
		for range 2 {
			h.As("guest").Do(http.MethodPost, "/api/hospital/registrations/confirm", hospitaltest.Body{"token": secret, "password": hospitaltest.Password})
		}
		h.As("guest").Do(http.MethodPost, "/api/hospital/registrations/confirm", tooLarge(1))
		tooOften(h, "/api/hospital/registrations/confirm")
	},
	"refresh": func(h *hospitaltest.Hospital) {
		users(h.As("patient1"), "auth-refresh", nil)
		users(h.As("guest"), "auth-refresh", nil)
		users(h.Operator().CheckContract(), "auth-refresh", nil)
	},
	"requestPasswordReset": func(h *hospitaltest.Hospital) {
		users(h.As("guest"), "request-password-reset", hospitaltest.Body{"email": "patient1@example.org"})
		users(h.As("guest"), "request-password-reset", hospitaltest.Body{"email": "no address"})
		tooOften(h, "/api/collections/users/request-password-reset")
	},
	"confirmPasswordReset": func(h *hospitaltest.Hospital) {
		token, _ := h.Record("users", hospitaltest.ID("patient1")).NewPasswordResetToken()
		for range 2 {
			users(h.As("guest"), "confirm-password-reset", hospitaltest.Body{"token": token, "password": "another-password", "passwordConfirm": "another-password"})
		}
	},
	"requestVerification": func(h *hospitaltest.Hospital) {
		users(h.As("guest"), "request-verification", hospitaltest.Body{"email": "patient1@example.org"})
		users(h.As("guest"), "request-verification", hospitaltest.Body{"email": "no address"})
		tooOften(h, "/api/collections/users/request-verification")
	},
	"confirmVerification": func(h *hospitaltest.Hospital) {
		token, _ := h.Record("users", hospitaltest.ID("patient1")).NewVerificationToken()
		users(h.As("guest"), "confirm-verification", hospitaltest.Body{"token": token})
		users(h.As("guest"), "confirm-verification", hospitaltest.Body{"token": "forged"})
	},
	"requestEmailChange": func(h *hospitaltest.Hospital) {
		users(h.As("patient1"), "request-email-change", hospitaltest.Body{"newEmail": "moved@example.org"})
		users(h.As("patient1"), "request-email-change", hospitaltest.Body{"newEmail": "no address"})
		users(h.As("guest"), "request-email-change", hospitaltest.Body{"newEmail": "moved@example.org"})
		users(h.Operator().CheckContract(), "request-email-change", hospitaltest.Body{"newEmail": "moved@example.org"})
	},
	"confirmEmailChange": func(h *hospitaltest.Hospital) {
		token, _ := h.Record("users", hospitaltest.ID("patient1")).NewEmailChangeToken("moved@example.org")
		for range 2 {
			users(h.As("guest"), "confirm-email-change", hospitaltest.Body{"token": token, "password": hospitaltest.Password})
		}
	},
	"batch": func(h *hospitaltest.Hospital) {
		one := []any{hospitaltest.Body{"method": "PATCH", "url": "/api/collections/users/records/" + hospitaltest.ID("patient1"), "body": hospitaltest.Body{"phone": "1"}}}
		h.As("patient1").Do(http.MethodPost, "/api/batch", hospitaltest.Body{"requests": one})
		h.As("patient2").Do(http.MethodPost, "/api/batch", hospitaltest.Body{"requests": one})
		h.As("patient2").Do(http.MethodPost, "/api/batch", tooLarge(22))
		h.As("guest").Do(http.MethodPost, "/api/batch", hospitaltest.Body{"requests": one})
		server.SetBodyMemory(h.App, 1) // none for a large body
		h.As("patient2").Do(http.MethodPost, "/api/batch", tooLarge(1))
	},
	"subscribe": func(h *hospitaltest.Hospital) {
		server := httptest.NewServer(h.Handler)
		h.T.Cleanup(server.Close)
		client := openStream(h, server)
		subscribe := func(as hospitaltest.Client, id, topic string) {
			as.Do(http.MethodPost, "/api/realtime", hospitaltest.Body{"clientId": id, "subscriptions": []string{topic}})
		}
		subscribe(h.As("patient1"), client, "appointments/*")
		subscribe(h.As("patient1"), client, `appointments/*?options={"query":{"filter":"staff_note != ''"}}`)
		subscribe(h.As("patient2"), client, "appointments/*") // somebody else's stream
		subscribe(h.As("patient1"), "nobody", "appointments/*")
		for range 8 { // and the first one
			subscribe(h.As("patient1"), openStream(h, server), "appointments/*")
		}
	},
}

// openStream opens a realtime stream until the test ends, and returns its client id.
func openStream(h *hospitaltest.Hospital, server *httptest.Server) string {
	request, err := http.NewRequestWithContext(h.T.Context(), http.MethodGet, server.URL+"/api/realtime", nil)
	if err != nil {
		h.T.Fatal(err)
	}
	stream, err := server.Client().Do(request)
	if err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(func() { _ = stream.Body.Close() })
	hello, err := bufio.NewReader(stream.Body).ReadString('\n')
	client := strings.TrimSpace(strings.TrimPrefix(hello, "id:"))
	if err != nil || client == "" {
		h.T.Fatalf("the stream begins with %q (%v)", hello, err)
	}
	return client
}

// printed asks for what is printed of a record: as its patient, as another one, as a guest.
func printed(h *hospitaltest.Hospital, path, name string) {
	for _, account := range []string{"patient1", "patient2", "guest"} {
		h.As(account).Do(http.MethodGet, fmt.Sprintf(path, actual(h, hospitaltest.ID(name))), nil)
	}
}

// books asks for a report: as an accountant, with a day that is none, as a patient, as a guest.
func books(h *hospitaltest.Hospital, path string) {
	h.As("accountant1").Do(http.MethodGet, path, nil)
	h.As("accountant1").Do(http.MethodGet, path+"?from=tomorrow", nil)
	h.As("patient1").Do(http.MethodGet, path, nil)
	h.As("guest").Do(http.MethodGet, path, nil)
}

// twice asks for a document, and again with what it is known by.
func twice(h *hospitaltest.Hospital, path string) {
	first := get(h, path, "")
	h.As("guest").Do(http.MethodGet, path, nil)
	h.As("guest").With("If-None-Match", first.Header().Get("ETag")).Do(http.MethodGet, path, nil)
}
