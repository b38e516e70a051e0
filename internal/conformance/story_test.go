package conformance_test

import (
	"net/http"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

type body = hospitaltest.Body

func TestFromRegistrationToThePaidBill(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	guest := h.As("guest")

	user := guest.Create("users", body{"email": "zoe@example.org", "password": "a-long-password",
		"passwordConfirm": "a-long-password",
		"name":            "Zoë", "role": "patient", "phone": "123", "birth_date": "1990-02-03", "sex": "female"}).OK(t)
	signIn := guest.Do(http.MethodPost, "/api/collections/users/auth-with-password",
		body{"identity": "zoe@example.org", "password": "a-long-password"}).OK(t)
	zoe := h.WithToken(signIn.String("token"))

	me := zoe.List("patients", "").OK(t).Items()
	if len(me) != 1 || me[0]["user"] != user.ID() || me[0]["birth_date"] != "1990-02-03" {
		t.Fatalf("Zoë sees as her own record: %v", me)
	}
	slots := zoe.Do(http.MethodGet, "/api/hospital/slots?department="+hospitaltest.ID("general"),
		nil).OK(t).JSON["slots"].([]any)
	slot := slots[0].(map[string]any)
	visit := zoe.Create("appointments", body{"patient": me[0]["id"], "doctor": slot["doctor"], "starts": slot["starts"],
		"reason": "cough"}).OK(t)
	if visit.String("status") != "pending" {
		t.Fatalf("a patient's booking is %s", visit.String("status"))
	}
	doctor := h.As("doctor1")
	doctor.Update("appointments", visit.ID(), body{"status": "approved"}).OK(t)
	h.At(h.Record("appointments", visit.ID()).GetDateTime("starts").Time().Add(time.Minute))
	doctor.Update("appointments", visit.ID(), body{"status": "completed"}).OK(t)

	bills := zoe.List("bills", "").OK(t).Items()
	if len(bills) != 1 || bills[0]["total_minor"] != 5350.0 || bills[0]["status"] != "unpaid" {
		t.Fatalf("Zoë's bills: %v", bills)
	}
	payment := zoe.Create("payments", body{"bill": bills[0]["id"], "method": "transfer", "amount_minor": 5350,
		"reference": "T1"}).OK(t)
	h.As("accountant1").Update("payments", payment.ID(), body{"status": "verified"}).OK(t)
	if bill := zoe.View("bills", bills[0]["id"].(string), "").OK(t); bill.String("status") != "paid" ||
		bill.Int("balance_minor") != 0 {
		t.Fatalf("after the payment the bill is %s", bill.Raw)
	}
	h.Verify()
}
