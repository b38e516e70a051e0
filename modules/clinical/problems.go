package clinical

import (
	"database/sql"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/patients"
)

// Problem is a record of conditions or allergies. Allergies have no encounter, code or onset: those are
// empty.
type Problem struct{ *core.Record }

func (p Problem) encounter() string { return p.GetString("encounter") }
func (p Problem) state() State      { return State(p.GetString("state")) }
func (p Problem) code() string      { return p.GetString("code") }
func (p Problem) onsetOn() string   { return p.GetString("onset_on") }

func (p Problem) setState(state State) { p.Set("state", string(state)) }
func (p Problem) setCode(code string)  { p.Set("code", code) }

func (p Problem) setRecorded(by string) {
	p.Set("recorded_by", by)
	p.Set("version", 1)
}

// Allergy is a record of allergies: a substance that the patient does not tolerate.
type Allergy struct{ *core.Record }

// Substance names one or more substances or brands.
func (a Allergy) Substance() string { return a.GetString("substance") }

// Reaction is what happens to the patient, such as "hives".
func (a Allergy) Reaction() string { return a.GetString("reaction") }

// DrugAllergies returns a patient's active allergies that may be about a drug.
func DrugAllergies(app core.App, patient string) ([]Allergy, error) {
	const filter = "patient = {:patient} && state = 'active' && " +
		"(category = 'medication' || category = 'biologic' || category = '')"
	found, err := app.FindRecordsByFilter("allergies", filter, "created,id", 0, 0, dbx.Params{"patient": patient})
	allergies := make([]Allergy, len(found))
	for i, r := range found {
		allergies[i] = Allergy{r}
	}
	return allergies, err
}

// createProblem checks a new condition or allergy. It is active unless the request says otherwise.
func createProblem(e *core.RecordEvent) error {
	p, patient := Problem{e.Record}, patientOf(e.Record)
	if err := patients.RejectMerged(e.App, patient); err != nil {
		return err
	}
	if err := checkSamePatient(e.App, "encounter", "encounters", p.encounter(), patient); err != nil {
		return err
	}
	if p.state() == "" {
		p.setState(Active)
	}
	p.setRecorded(kit.ActorOf(e.Record).ID)
	if err := checkProblem(e.App, p); err != nil {
		return err
	}
	return e.Next()
}

func updateProblem(c kit.Change) error { return checkProblem(c.App, Problem{c.After}) }

// checkProblem normalizes the code, and refuses an invalid code or an onset in the future.
func checkProblem(app core.App, p Problem) error {
	if p.code() != "" {
		code, ok := normalizeCode(p.code())
		if !ok {
			return kit.Invalid("code", "invalid_code", "This is not an ICD-10 code. A code looks like J45.0.")
		}
		p.setCode(code)
	}
	if p.onsetOn() == "" {
		return nil
	}
	onset, err := time.Parse(time.DateOnly, p.onsetOn())
	if err != nil {
		return kit.Invalid("onset_on", "invalid_date", "This must be a day such as 1980-12-31.")
	}
	if onset.After(kit.Now(app).Add(14 * time.Hour)) { // UTC+14: the first zone where tomorrow begins
		return kit.Invalid("onset_on", "in_the_future", "The onset cannot be in the future.")
	}
	return nil
}

// icd10 matches a letter, a digit, a letter or digit, and up to four more after a point.
var icd10 = regexp.MustCompile(`^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$`)

// normalizeCode returns a code as it is stored, "J45.0" for "j450". ok is false if it is not one.
func normalizeCode(text string) (code string, ok bool) {
	code = strings.ToUpper(strings.TrimSpace(text))
	if len(code) > 3 && !strings.Contains(code, ".") {
		code = code[:3] + "." + code[3:]
	}
	return code, icd10.MatchString(code)
}

// patientRecord is a record of conditions, allergies, documents, encounters, vitals or appointments.
// Each belongs to a patient.
type patientRecord struct{ *core.Record }

func (r patientRecord) patient() string { return r.GetString("patient") }

func patientOf(r *core.Record) string { return patientRecord{r}.patient() }

// checkSamePatient refuses a relation to a record of another patient. The refusal is the same as
// for a record that does not exist, so that it reveals nothing.
func checkSamePatient(tx core.App, field, collection, id, patient string) error {
	if id == "" {
		return nil
	}
	other, err := tx.FindRecordById(collection, id)
	if errors.Is(err, sql.ErrNoRows) || err == nil && patientOf(other) != patient {
		return kit.Invalid(field, "not_found", "This patient has no such record.")
	}
	return err
}
