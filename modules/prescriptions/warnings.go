package prescriptions

import (
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/modules/clinical"
)

// warning is a reason not to prescribe a drug: the patient is allergic to it, or has it already.
type warning struct {
	Kind    string `json:"kind"` // allergy or duplicate
	Drug    string `json:"drug"`
	Against string `json:"against"` // the substance, or the other drug
	Detail  string `json:"detail"`  // the reaction, or the prescription of the other drug
}

// String is the warning as a sentence.
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

// maxWarnings is how many warnings are stored with a prescription.
const maxWarnings = 50

func formatWarnings(warnings []warning) string {
	lines := []string{}
	for i, w := range warnings {
		if i == maxWarnings {
			lines = append(lines, fmt.Sprintf("And %d more.", len(warnings)-maxWarnings))
			break
		}
		lines = append(lines, w.String())
	}
	return strings.Join(lines, "\n")
}

// findWarnings compares the drugs of a prescription with the patient's allergies, with the drugs of
// other prescriptions that are valid today, and with each other.
func findWarnings(tx core.App, p Prescription, items []Item, today string) (warnings []warning, err error) {
	allergies, err := clinical.DrugAllergies(tx, p.patient())
	if err != nil {
		return nil, err
	}
	others, err := findActiveDrugs(tx, p, today)
	if err != nil {
		return nil, err
	}
	for i, item := range items {
		name := item.drug()
		for _, a := range allergies {
			if sameDrug(name, a.Substance()) {
				warnings = append(warnings, warning{"allergy", name, a.Substance(), a.Reaction()})
			}
		}
		for _, o := range others {
			if sameDrug(name, o.name) {
				warnings = append(warnings, warning{"duplicate", name, o.name, o.number})
			}
		}
		for _, earlier := range items[:i] {
			if sameDrug(name, earlier.drug()) {
				warnings = append(warnings, warning{"duplicate", name, earlier.drug(), "on this prescription"})
			}
		}
	}
	return warnings, nil
}

// activeDrug is a drug that the patient has, and the number of its prescription.
type activeDrug struct{ name, number string }

// findActiveDrugs returns the drugs of the patient's other issued prescriptions that are valid
// today, without the prescription that p replaces.
func findActiveDrugs(tx core.App, p Prescription, today string) (drugs []activeDrug, err error) {
	const filter = "patient = {:patient} && status = 'issued' && id != {:id} && id != {:replaces} && " +
		"(valid_until = '' || valid_until >= {:today})"
	issued, err := tx.FindRecordsByFilter("prescriptions", filter, "created", 0, 0, dbx.Params{
		"patient": p.patient(), "id": p.Id, "replaces": p.replaces(), "today": today,
	})
	if err != nil {
		return nil, err
	}
	for _, other := range issued {
		items, err := findItems(tx, other.Id)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			drugs = append(drugs, activeDrug{item.drug(), Prescription{other}.number()})
		}
	}
	return drugs, nil
}
