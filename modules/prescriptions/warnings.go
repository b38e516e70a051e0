package prescriptions

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/patients"
)

// warning is something known against a drug: an allergy of the patient, or that
// they have it already.
type warning struct {
	Kind    string `json:"kind"` // allergy or duplicate
	Drug    string `json:"drug"`
	Against string `json:"against"` // the substance, or the other drug
	Detail  string `json:"detail"`  // the reaction, or where the other drug stands
}

// String is the warning as a person reads it.
func (w warning) String() string {
	sentence := fmt.Sprintf("%s: the patient is allergic to %s", w.Drug, w.Against)
	if w.Kind == "duplicate" {
		sentence = fmt.Sprintf("%s: the patient has %s already", w.Drug, w.Against)
	}
	if w.Detail != "" {
		sentence += " (" + w.Detail + ")"
	}
	return sentence + "."
}

// maxWarnings is how many warnings a prescription keeps.
const maxWarnings = 50

func formatWarnings(known []warning) string {
	lines := []string{}
	for i, w := range known {
		if i == maxWarnings {
			lines = append(lines, fmt.Sprintf("And %d more.", len(known)-maxWarnings))
			break
		}
		lines = append(lines, w.String())
	}
	return strings.Join(lines, "\n")
}

// findWarnings finds what is known against the drugs of a prescription.
func findWarnings(tx core.App, r *core.Record, drugs []*core.Record, today string) (known []warning, err error) {
	allergies, err := tx.FindRecordsByFilter("allergies", "patient = {:patient} && state = 'active' && (category = 'medication' || category = 'biologic' || category = '')", "created,id", 0, 0,
		dbx.Params{"patient": r.GetString("patient")})
	if err != nil {
		return nil, err
	}
	others, err := findActiveDrugs(tx, r, today)
	if err != nil {
		return nil, err
	}
	for i, d := range drugs {
		name := d.GetString("drug")
		for _, a := range allergies {
			if sameDrug(name, a.GetString("substance")) {
				known = append(known, warning{"allergy", name, a.GetString("substance"), a.GetString("reaction")})
			}
		}
		for _, o := range others {
			if sameDrug(name, o.drug) {
				known = append(known, warning{"duplicate", name, o.drug, o.number})
			}
		}
		for _, o := range drugs[:i] {
			if sameDrug(name, o.GetString("drug")) {
				known = append(known, warning{"duplicate", name, o.GetString("drug"), "on this prescription"})
			}
		}
	}
	return known, nil
}

// activeDrug is a drug that a patient has.
type activeDrug struct{ drug, number string }

// findActiveDrugs are the drugs of a patient's other issued prescriptions that are still
// valid, but for the one that is to be replaced.
func findActiveDrugs(tx core.App, r *core.Record, today string) (have []activeDrug, err error) {
	issued, err := tx.FindRecordsByFilter("prescriptions", "patient = {:patient} && status = 'issued' && id != {:id} && id != {:replaces} && (valid_until = '' || valid_until >= {:today})", "created", 0, 0,
		dbx.Params{"patient": r.GetString("patient"), "id": r.Id, "replaces": r.GetString("replaces"), "today": today})
	if err != nil {
		return nil, err
	}
	for _, p := range issued {
		drugs, err := findItems(tx, p.Id)
		if err != nil {
			return nil, err
		}
		for _, d := range drugs {
			have = append(have, activeDrug{d.GetString("drug"), p.GetString("number")})
		}
	}
	return have, nil
}

// sameDrug says that two texts name the same drug, in any case and with any accents:
// a name of the one stands, word by word, in the other. "Amoxil 500 mg
// (amoxicillin)" has the names amoxil and amoxicillin.
func sameDrug(a, b string) bool {
	return slices.ContainsFunc(drugNames(a), func(x []string) bool {
		return slices.ContainsFunc(drugNames(b), func(y []string) bool { return containsWords(x, y) || containsWords(y, x) })
	})
}

// drugNames are the parts of a text that are divided by more than a space, as words
// without amounts.
func drugNames(text string) (all [][]string) {
	for _, part := range strings.FieldsFunc(patients.NameKey(text), func(r rune) bool { return strings.ContainsRune("()[]{}/,;:+&|", r) }) {
		words := slices.DeleteFunc(strings.FieldsFunc(part, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }), isAmount)
		if len(words) > 0 {
			all = append(all, words)
		}
	}
	return all
}

// units and forms say how much and in what, not which.
var amountWords = []string{"mg", "g", "mcg", "ug", "µg", "μg", "ml", "l", "iu", "ie", "mmol", "tablet", "tablets", "tab", "tabs", "capsule", "capsules", "cap", "caps", "syrup", "drops", "cream", "ointment",
	"injection", "solution", "suspension", "spray", "forte", "retard", "allergy", "and", "or", "to"}

func isAmount(word string) bool {
	return slices.Contains(amountWords, word) || unicode.IsDigit([]rune(word)[0])
}

// containsWords says that the words of a name stand in a row in a text. Of scripts that
// put no space between words a name may stand within one.
func containsWords(name, text []string) bool {
	if hasNoSpaces(name[0]) {
		return strings.Contains(strings.Join(text, ""), strings.Join(name, ""))
	}
	for i := 0; i+len(name) <= len(text); i++ {
		if slices.Equal(text[i:i+len(name)], name) {
			return true
		}
	}
	return false
}

func hasNoSpaces(word string) bool {
	return strings.ContainsFunc(word, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
	})
}
