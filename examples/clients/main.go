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
		log.Fatal("go: the example failed: ", err)
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
		return nil, fmt.Errorf("the new account has the role %s", role)
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
func refused(r *api.Refusal, field string, want api.HospitalCode) bool {
	if r == nil {
		return false
	}
	code, err := r.Data[field].Code.AsHospitalCode()
	return err == nil && code == want
}

func say(format string, a ...any) { fmt.Printf("go: "+format+"\n", a...) }

func ptr[T any](v T) *T { return &v }
