package clinical

import (
	"database/sql"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/patients"
)

// note is the law for a new condition or allergy.
func note(e *core.RecordEvent) error {
	r := e.Record
	if err := patients.RejectMerged(e.App, r.GetString("patient")); err != nil {
		return err
	}
	if err := samePatient(e.App, r, "encounter", "encounters"); err != nil {
		return err
	}
	if r.GetString("state") == "" {
		r.Set("state", string(Active))
	}
	r.Set("recorded_by", kit.ActorOf(r).ID)
	r.Set("version", 1)
	if err := fitting(e.App, r); err != nil {
		return err
	}
	return e.Next()
}

// icd10 is the shape of a code: a letter, two places, and up to four behind the point.
var icd10 = regexp.MustCompile(`^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$`)

// Code brings a code to the form in which it is kept, "J45.0", and says whether it is one.
func Code(text string) (code string, ok bool) {
	code = strings.ToUpper(strings.TrimSpace(text))
	if len(code) > 3 && !strings.Contains(code, ".") {
		code = code[:3] + "." + code[3:]
	}
	return code, icd10.MatchString(code)
}

// fitting refuses a code that is none, and a beginning that is still to come.
func fitting(app core.App, r *core.Record) error {
	if text := r.GetString("code"); text != "" {
		code, ok := Code(text)
		if !ok {
			return kit.Invalid("code", "invalid_code", "This is no ICD-10 code, such as J45.0.")
		}
		r.Set("code", code)
	}
	if day := r.GetString("onset_on"); day != "" {
		onset, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return kit.Invalid("onset_on", "invalid_date", "This must be a day such as 1980-12-31.")
		}
		if onset.After(kit.Now(app).Add(14 * time.Hour)) { // it is already tomorrow somewhere
			return kit.Invalid("onset_on", "in_the_future", "This has not begun yet.")
		}
	}
	return nil
}

// samePatient refuses what points to a record of another patient, as if there were none.
func samePatient(tx core.App, r *core.Record, field, collection string) error {
	if r.GetString(field) == "" {
		return nil
	}
	other, err := tx.FindRecordById(collection, r.GetString(field))
	if errors.Is(err, sql.ErrNoRows) || err == nil && other.GetString("patient") != r.GetString("patient") {
		return kit.Invalid(field, "not_found", "There is none like this of this patient.")
	}
	return err
}
