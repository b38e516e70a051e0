package patients

import (
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// maxCandidates is the largest number of records that a refusal names.
const maxCandidates = 10

// rejectDuplicate refuses a second record of the same person, unless staff confirm that it
// is another person. It does not apply to people who register themselves, because it would
// reveal other patients.
func rejectDuplicate(tx core.App, patient Patient) error {
	switch kit.ActorOf(patient.Record).Role {
	case role.Nurse, role.Receptionist, role.Admin:
	default:
		patient.setConfirmedDistinct(false)
		return nil
	}
	if patient.confirmedDistinct() {
		return nil
	}
	found, err := findDuplicates(tx, patient)
	if err != nil || len(found) == 0 {
		return err
	}
	candidates := make([]map[string]any, 0, len(found))
	for _, r := range found {
		candidates = append(candidates, Patient{r}.summary())
	}
	return kit.WithParams(kit.Conflict("confirmed_distinct", "duplicate",
		"Somebody like this has a record already. Use that one, or confirm that this is somebody else."),
		map[string]any{"candidates": candidates})
}

// findDuplicates returns the records with the same national id, or else those with the same
// name, birth date and phone. It ignores case and accents of names, and the format of phone
// numbers.
func findDuplicates(tx core.App, patient Patient) (found []*core.Record, err error) {
	if id := strings.TrimSpace(patient.nationalID()); id != "" {
		err := tx.RecordQuery("patients").AndWhere(dbx.HashExp{"national_id": id,
			"merged_into": ""}).AndWhere(hasNationalID).OrderBy("created").Limit(maxCandidates).All(&found)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	phone := digits(patient.Phone())
	if patient.BirthDate() == "" || phone == "" {
		return nil, nil
	}
	var sameName []*core.Record
	err = tx.RecordQuery("patients").AndWhere(dbx.HashExp{"name_key": NameKey(patient.Name()),
		"birth_date": patient.BirthDate(), "merged_into": ""}).
		OrderBy("created").Limit(100).All(&sameName)
	for _, r := range sameName {
		if digits(Patient{r}.Phone()) == phone && len(found) < maxCandidates {
			found = append(found, r)
		}
	}
	return found, err
}

// hasNationalID tells SQLite that the index of the others can be used.
var hasNationalID = dbx.NewExp("national_id != ''")

// digits returns the digits of a phone number.
func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
}
