package main

import (
	"context"
	"fmt"
	"net/http"

	"hospital-clients/build/api"
)

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
