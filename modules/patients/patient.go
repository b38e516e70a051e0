package patients

import (
	"cmp"

	"github.com/pocketbase/pocketbase/core"
)

// Patient is a record of patients: a person who is treated.
type Patient struct{ *core.Record }

// Find reads the record of a patient.
func Find(app core.App, id string) (Patient, error) {
	found, err := app.FindRecordById("patients", id)
	return Patient{found}, err
}

// Name is the full name.
func (p Patient) Name() string { return p.GetString("name") }

// UserField is the relation from a patient to the account that manages them.
const UserField = "user"

// User is the id of the account that manages the patient, or empty.
func (p Patient) User() string { return p.GetString(UserField) }

// Language is that of mails to the patient. It is empty if none was chosen.
func (p Patient) Language() string { return p.GetString("language") }

// Phone is the phone number.
func (p Patient) Phone() string { return p.GetString("phone") }

// MRN is the medical record number.
func (p Patient) MRN() string { return p.GetString("mrn") }

// BirthDate is a day, YYYY-MM-DD.
func (p Patient) BirthDate() string { return p.GetString("birth_date") }

// Address is the postal address; it may be empty.
func (p Patient) Address() string { return p.GetString("address") }

// Active is false for a closed record.
func (p Patient) Active() bool { return p.GetBool("active") }

// userReason is why an admin set the account.
func (p Patient) userReason() string { return p.GetString("user_reason") }

func (p Patient) nationalID() string      { return p.GetString("national_id") }
func (p Patient) medicalHistory() string  { return p.GetString("medical_history") }
func (p Patient) confirmedDistinct() bool { return p.GetBool("confirmed_distinct") }

// Current is the id of the record that is used: its own, or of the record that it was merged into.
func (p Patient) Current() string { return cmp.Or(p.mergedInto(), p.Id) }

// mergedInto is the id of the record that is used instead, or empty.
func (p Patient) mergedInto() string { return p.GetString("merged_into") }

func (p Patient) setUser(id string)              { p.Set("user", id) }
func (p Patient) setUserReason(reason string)    { p.Set("user_reason", reason) }
func (p Patient) setName(name string)            { p.Set("name", name) }
func (p Patient) setPhone(phone string)          { p.Set("phone", phone) }
func (p Patient) setMRN(mrn string)              { p.Set("mrn", mrn) }
func (p Patient) setNameKey(key string)          { p.Set("name_key", key) }
func (p Patient) setActive(active bool)          { p.Set("active", active) }
func (p Patient) setConfirmedDistinct(done bool) { p.Set("confirmed_distinct", done) }
func (p Patient) setMergedInto(id string)        { p.Set("merged_into", id) }

// summary returns the fields that a refusal contains of a possible duplicate.
func (p Patient) summary() map[string]any {
	return map[string]any{"id": p.Id, "mrn": p.MRN(), "name": p.Name(), "birth_date": p.BirthDate()}
}
