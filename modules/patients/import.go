package patients

import (
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// CheckImported checks a new patient of another system and fills in what the server sets, but for the record number.
// It returns what is wrong.
func CheckImported(app core.App, patient Patient) ([]kit.Problem, error) {
	return kit.CheckNew(app, patient.Record, func() error {
		patient.setNameKey(NameKey(patient.Name()))
		return checkBirthDate(patient.BirthDate(), kit.Now(app))
	})
}

// Insert writes patients that CheckImported has checked, with the next record numbers.
func Insert(tx core.App, all []Patient) error {
	first, _, err := hospital.NextNumbers(tx, "mrn", len(all), "SELECT ''")
	if err != nil {
		return err
	}
	records := make([]*core.Record, len(all))
	for i, p := range all {
		p.setMRN(MRN(first + int64(i)))
		records[i] = p.Record
	}
	return kit.InsertRecords(tx, records...)
}

// Candidate is a record that may be of the same person.
type Candidate struct {
	MRN       string `db:"mrn" json:"mrn,omitempty"`
	Name      string `db:"name" json:"name"`
	BirthDate string `db:"birth_date" json:"birth_date"`
}

// FindSimilar returns the records with the national id of a patient, or with its name and birth date.
func FindSimilar(app core.App, patient Patient) (found []Candidate, err error) {
	similar := func(where dbx.HashExp, more dbx.Expression) error {
		var some []Candidate
		where["merged_into"] = ""
		err := app.DB().Select("mrn", "name", "birth_date").From("patients").Where(where).AndWhere(more).OrderBy("created").
			Limit(maxCandidates).All(&some)
		for _, c := range some {
			if !slices.Contains(found, c) {
				found = append(found, c)
			}
		}
		return err
	}
	if id := patient.nationalID(); id != "" {
		if err := similar(dbx.HashExp{"national_id": id}, hasNationalID); err != nil {
			return nil, err
		}
	}
	if patient.BirthDate() == "" {
		return found, nil
	}
	return found, similar(dbx.HashExp{"name_key": NameKey(patient.Name()), "birth_date": patient.BirthDate()}, nil)
}

// SamePerson are the keys by which FindSimilar finds a patient.
func (p Patient) SamePerson() (keys []string) {
	if id := p.nationalID(); id != "" {
		keys = append(keys, "national id "+id)
	}
	if p.BirthDate() != "" {
		keys = append(keys, "name "+NameKey(p.Name())+" "+p.BirthDate())
	}
	return keys
}

// ConfirmDistinct says that the patient is another person than a similar one.
func (p Patient) ConfirmDistinct(yes bool) { p.setConfirmedDistinct(yes) }

// Activate sets whether visits can be booked.
func (p Patient) Activate(yes bool) { p.setActive(yes) }

// FindByMRN reads the patient with a record number, or that it was merged into.
func FindByMRN(app core.App, mrn string) (Patient, error) {
	found, err := app.FindFirstRecordByData("patients", "mrn", mrn)
	if err != nil {
		return Patient{found}, err
	}
	if into := (Patient{found}).mergedInto(); into != "" {
		return Find(app, into)
	}
	return Patient{found}, nil
}
