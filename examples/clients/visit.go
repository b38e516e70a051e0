package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"hospital-clients/build/api"
)

// emails are the accounts of the demo doctors.
var emails = map[string]string{
	"Dr. Sofia Keller": "doctor@hospital.example", "Dr. Emeka Obi": "doctor2@hospital.example",
}

// book books the first free slot of the demo doctors. If it has just been taken, it tries the next slot.
func book(
	ctx context.Context, mia *api.ClientWithResponses, patient api.RecordId,
) (visit api.Appointment, doctor api.Doctor, err error) {
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
			return d.Id == slot.Doctor && emails[d.Name] != ""
		})
		if i < 0 {
			continue
		}
		booked, err := mia.CreateAppointmentWithResponse(ctx, nil, api.AppointmentCreate{
			Patient: patient, Doctor: slot.Doctor, Starts: slot.Starts, Reason: ptr("Sore throat"),
		})
		if err == nil && refused(booked.JSON409, "starts", api.HospitalCodeSlotTaken) {
			say("%s has just been taken", slot.Starts)
			continue
		}
		if err = want(booked, err, http.StatusOK); err != nil {
			return visit, doctor, err
		}
		return *booked.JSON200, doctors.JSON200.Items[i], nil
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
