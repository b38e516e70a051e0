// One visit from registration to the paid bill, with the client that oapi-codegen generated from the API document,
// against a running demo hospital:
//
//	go run . http://127.0.0.1:8090
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"slices"
	"time"

	"hospital-clients/build/api"
)

const demoPassword = "demo-hospital"

// guest is a client that is not signed in.
var guest *api.ClientWithResponses

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run . http://127.0.0.1:8090")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var err error
	if guest, err = api.NewClientWithResponses(os.Args[1]); err == nil {
		err = story(ctx)
	}
	if err != nil {
		log.Fatal("go: the story ended with a surprise: ", err)
	}
}

func story(ctx context.Context) error {
	mia, err := register(ctx)
	if err != nil {
		return err
	}
	records, err := mia.ListPatientsWithResponse(ctx, nil)
	if err = want(records, err, http.StatusOK); err != nil {
		return err
	}
	if n := len(records.JSON200.Items); n != 1 {
		return fmt.Errorf("a new patient sees %d records", n)
	}
	say("signs in; her medical record number is %s", records.JSON200.Items[0].Mrn)

	visit, doctor, err := book(ctx, mia, records.JSON200.Items[0].Id)
	if err != nil {
		return err
	}
	if visit.Status != api.AppointmentStatusPending {
		return fmt.Errorf("a patient's booking is %s", visit.Status)
	}
	say("books %s with %s at %s", visit.Number, doctor.Name, visit.Starts)

	if err := treat(ctx, visit, doctor); err != nil {
		return err
	}
	bill, err := billOf(ctx, mia, visit)
	if err != nil {
		return err
	}
	if bill.Status != api.BillStatusUnpaid || bill.TotalMinor <= 0 || bill.BalanceMinor != bill.TotalMinor {
		return fmt.Errorf("the bill is %s, %d of %d open", bill.Status, bill.BalanceMinor, bill.TotalMinor)
	}
	say("finds the bill %s of %s %d.%02d", bill.Number, bill.Currency, bill.TotalMinor/100, bill.TotalMinor%100)

	if err := pay(ctx, mia, bill); err != nil {
		return err
	}
	if bill, err = billOf(ctx, mia, visit); err != nil {
		return err
	}
	if bill.Status != api.BillStatusPaid || bill.BalanceMinor != 0 {
		return fmt.Errorf("the bill is %s, and %d is open", bill.Status, bill.BalanceMinor)
	}
	say("the bill is paid")
	return nil
}

// register creates an account for Mia and signs her in.
func register(ctx context.Context) (*api.ClientWithResponses, error) {
	const password = "a-password-of-mine"
	email := fmt.Sprintf("mia-%d@example.com", time.Now().UnixNano())
	account, err := guest.CreateUserWithResponse(ctx, nil, api.UserCreate{
		Email: api.Email(email), Password: password, PasswordConfirm: password, Name: "Mia Story",
		BirthDate: ptr("1992-04-17"), Sex: ptr(api.UserCreateSexFemale), Phone: ptr("+49 30 5550199"),
	})
	if err = want(account, err, http.StatusOK); err != nil {
		return nil, err
	}
	if role := account.JSON200.Role; role != api.UserRolePatient {
		return nil, fmt.Errorf("who registers is a %s", role)
	}
	say("%s registers as a patient", email)
	return signIn(ctx, email, password)
}

// signIn returns a client with the token of one person.
func signIn(ctx context.Context, email, password string) (*api.ClientWithResponses, error) {
	in, err := guest.SignInWithResponse(ctx, nil, api.SignInJSONRequestBody{Identity: email, Password: password})
	if err = want(in, err, http.StatusOK); err != nil {
		return nil, fmt.Errorf("sign in %s: %w", email, err)
	}
	token := in.JSON200.Token
	return api.NewClientWithResponses(os.Args[1], api.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
		r.Header.Set("Authorization", token)
		return nil
	}))
}

// emails are the accounts of the demo doctors.
var emails = map[string]string{"Dr. Sofia Keller": "doctor@hospital.example",
	"Dr. Emeka Obi": "doctor2@hospital.example"}

// book books the first free slot of the demo doctors. When it has just been taken, the next slot of the list is tried.
func book(ctx context.Context, mia *api.ClientWithResponses, patient api.RecordId) (visit api.Appointment,
	doctor api.Doctor, err error) {
	doctors, err := mia.ListDoctorsWithResponse(ctx, &api.ListDoctorsParams{Sort: ptr("-name"), SkipTotal: ptr(true)})
	if err = want(doctors, err, http.StatusOK); err != nil {
		return visit, doctor, err
	}
	free, err := mia.ListSlotsWithResponse(ctx, &api.ListSlotsParams{Limit: ptr(200)})
	if err = want(free, err, http.StatusOK); err != nil {
		return visit, doctor, err
	}
	for _, slot := range free.JSON200.Slots {
		i := slices.IndexFunc(doctors.JSON200.Items, func(d api.Doctor) bool {
			return d.Id == slot.Doctor &&
				emails[d.Name] != ""
		})
		if i < 0 {
			continue
		}
		asked, err := mia.CreateAppointmentWithResponse(ctx, nil, api.AppointmentCreate{Patient: patient, Doctor: slot.Doctor,
			Starts: slot.Starts, Reason: ptr("Sore throat")})
		if err == nil && refused(asked.JSON409, "starts", api.HospitalCodeSlotTaken) {
			say("%s has just been taken", slot.Starts)
			continue
		}
		if err = want(asked, err, http.StatusOK); err != nil {
			return visit, doctor, err
		}
		return *asked.JSON200, doctors.JSON200.Items[i], nil
	}
	return visit, doctor, fmt.Errorf("the demo doctors have no free slot")
}

// moveToNow moves the visit to a few seconds from now, as the front desk.
func moveToNow(ctx context.Context, visit api.Appointment) error {
	desk, err := signIn(ctx, "reception@hospital.example", demoPassword)
	if err != nil {
		return err
	}
	starts := time.Now().UTC().Add(3 * time.Second)
	moved, err := desk.UpdateAppointmentWithResponse(ctx, visit.Id, nil, api.AppointmentUpdate{
		Starts: ptr(starts.Format(time.RFC3339Nano)), Ends: ptr(starts.Add(5 * time.Minute).Format(time.RFC3339Nano)),
		Overbook: ptr(true), StaffNote: ptr("Is here already"),
	})
	if err = want(moved, err, http.StatusOK); err != nil {
		return fmt.Errorf("come now: %w", err)
	}
	say("is here already; the front desk moves the visit to now")
	return nil
}

// treat approves the visit, waits until it starts, and completes it, as the doctor.
func treat(ctx context.Context, visit api.Appointment, doctor api.Doctor) error {
	physician, err := signIn(ctx, emails[doctor.Name], demoPassword)
	if err != nil {
		return err
	}
	approved, err := physician.UpdateAppointmentWithResponse(ctx, visit.Id, nil,
		api.AppointmentUpdate{Status: ptr(api.AppointmentUpdateStatusApproved), Version: &visit.Version})
	if err = want(approved, err, http.StatusOK); err != nil {
		return fmt.Errorf("approve: %w", err)
	}
	say("%s approves it", doctor.Name)
	if err := moveToNow(ctx, visit); err != nil {
		return err
	}
	for tooEarly := 0; ; tooEarly++ {
		completed, err := physician.UpdateAppointmentWithResponse(ctx, visit.Id, nil,
			api.AppointmentUpdate{Status: ptr(api.AppointmentUpdateStatusCompleted)})
		if err == nil && refused(completed.JSON409, "status", api.HospitalCodeTooEarly) {
			time.Sleep(time.Second / 2)
			continue
		}
		if err = want(completed, err, http.StatusOK); err != nil {
			return fmt.Errorf("complete: %w", err)
		}
		if status := completed.JSON200.Status; status != api.AppointmentStatusCompleted || tooEarly == 0 {
			return fmt.Errorf("a visit is %s after having been too early %d times", status, tooEarly)
		}
		say("%s completes the visit", doctor.Name)
		return nil
	}
}

// billOf returns the only bill of a visit.
func billOf(ctx context.Context, as *api.ClientWithResponses, visit api.Appointment) (bill api.Bill, err error) {
	bills, err := as.ListBillsWithResponse(ctx, &api.ListBillsParams{Filter: ptr("appointment = '" + visit.Id + "'")})
	if err = want(bills, err, http.StatusOK); err != nil {
		return bill, err
	}
	if n := len(bills.JSON200.Items); n != 1 || bills.JSON200.TotalItems != 1 {
		return bill, fmt.Errorf("one visit has %d bills", n)
	}
	return bills.JSON200.Items[0], nil
}

// pay reports a payment of the whole bill, which the accountant verifies.
func pay(ctx context.Context, mia *api.ClientWithResponses, bill api.Bill) error {
	declared, err := mia.CreatePaymentWithResponse(ctx, nil, api.PaymentCreate{
		Bill: bill.Id, Method: api.PaymentCreateMethodTransfer, AmountMinor: bill.TotalMinor,
		Reference: ptr("story of " + bill.Id),
	})
	if err = want(declared, err, http.StatusOK); err != nil {
		return err
	}
	payment := declared.JSON200
	if payment.Status != api.PaymentStatusPending {
		return fmt.Errorf("a payment that a patient reports is %s", payment.Status)
	}
	say("reports the payment %s", payment.Number)

	accountant, err := signIn(ctx, "accountant@hospital.example", demoPassword)
	if err != nil {
		return err
	}
	verified, err := accountant.UpdatePaymentWithResponse(ctx, payment.Id, nil,
		api.PaymentUpdate{Status: ptr(api.PaymentUpdateStatusVerified), Version: &payment.Version})
	if err = want(verified, err, http.StatusOK); err != nil {
		return err
	}
	say("the accountant verifies it")
	return nil
}

// answer is an answer of the generated client.
type answer interface {
	StatusCode() int
	GetBody() []byte
}

// want returns an error with the body of the answer, unless the answer has the expected status.
func want(a answer, err error, status int) error {
	if err != nil {
		return err
	}
	if a.StatusCode() != status {
		return fmt.Errorf("%d %s", a.StatusCode(), a.GetBody())
	}
	return nil
}

// refused reports whether a field has an error with the code.
func refused(r *api.Refusal, field string, why api.HospitalCode) bool {
	if r == nil {
		return false
	}
	code, err := r.Data[field].Code.AsHospitalCode()
	return err == nil && code == why
}

func say(format string, a ...any) { fmt.Printf("go: "+format+"\n", a...) }

func ptr[T any](v T) *T { return &v }
