package notices

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/appointments"
)

// TellMoved tells a patient that the hospital gave their visit another time.
func TellMoved(tx core.App, after *core.Record) error {
	return write(tx, Moved, appointments.Appointment{Record: after}, map[string]any{
		"old_starts": after.Original().GetDateTime("starts"), "new_starts": after.GetDateTime("starts")})
}

// TellCancelled tells a patient that their visit will not take place.
func TellCancelled(tx core.App, after *core.Record) error {
	return write(tx, Cancelled, appointments.Appointment{Record: after}, map[string]any{
		"old_starts": after.GetDateTime("starts"), "note": after.GetString("cancel_note")})
}

// write puts a notice on every way to the patient. Where there is no way by mail,
// it says so to the front desk.
func write(tx core.App, kind Kind, visit appointments.Appointment, says map[string]any) error {
	patient, err := tx.FindRecordById("patients", visit.Patient())
	if err != nil {
		return fmt.Errorf("notice of %s: %w", visit.Number(), err)
	}
	address, err := addressOf(tx, patient)
	if err != nil {
		return err
	}
	now := kit.Now(tx)
	mail := map[string]any{"channel": string(Email), "status": string(Pending), "next_try_at": now}
	if address == "" {
		mail = map[string]any{"channel": string(Email), "status": string(Skipped), "error": "The patient has no e-mail address."}
	}
	ways := []map[string]any{mail}
	if patient.GetString("user") != "" {
		ways = append(ways, map[string]any{"channel": string(Portal), "status": string(Sent), "sent_at": now})
	}
	for _, way := range ways {
		notice, err := kit.New(tx, "notices")
		if err != nil {
			return err
		}
		notice.Load(map[string]any{"patient": patient.Id, "appointment": visit.Id, "appointment_version": visit.Version(), "kind": string(kind)})
		notice.Load(says)
		notice.Load(way)
		if err := tx.Save(notice); err != nil {
			return fmt.Errorf("notice of %s: %w", visit.Number(), err)
		}
	}
	return nil
}

// addressOf is where a patient's mail goes: their own address, or that of the
// account that looks after them.
func addressOf(app core.App, patient *core.Record) (string, error) {
	if address := patient.GetString("email"); address != "" || patient.GetString("user") == "" {
		return address, nil
	}
	user, err := app.FindRecordById("users", patient.GetString("user"))
	if err != nil {
		return "", fmt.Errorf("account of patient %s: %w", patient.Id, err)
	}
	return user.Email(), nil
}
