package apidocs_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// chosen is a filter for the example record of a collection. Other collections use their
// first record. {done1} is the id of that record.
var chosen = map[string]string{
	"appointments":       `id = "{done1}"`,
	"allergies":          `id = "{allergy1}"`,
	"appointment_events": `appointment = "{done1}" && action = "check in"`,
	"audit_log":          `collection = "appointments" && action = "update"`,
	"bill_items":         `bill.appointment = "{done2}"`,
	"bills":              `appointment = "{done2}"`,
	"care_team":          `patient = "{pat1}" && source = "appointment"`,
	"conditions":         `code = "I10"`,
	"departments":        `id = "{general}"`,
	"doctors":            `id = "{dr1}"`,
	"documents":          `id = "{shown1}"`,
	"encounters":         `id = "{notes1}"`,
	"medical_histories":  `text != ""`,
	"notices":            `channel = "email"`,
	"patient_merges":     `moved > 0`,
	"patients":           `id = "{pat1}"`,
	"payments":           `id = "{paid2}"`,
	"prescription_items": `id = "{item1}"`,
	"prescriptions":      `id = "{rx1}"`,
	"registrations":      `id = "{wants1}"`,
	"schedules":          `id = "{hours1d1}"`,
	"services":           `id = "{consult}"`,
	"time_off":           `id = "{away2}"`,
	"users":              `id = "{patient1}"`,
	"vitals":             `id = "{vitals1}"`,
}

// readers are the accounts that read the examples of collections that admins do not read.
var readers = map[string]string{"threads": "patient1", "messages": "patient1"}

// TestTheExamplesAreAnswersOfTheDemoHospital compares examples.json with what the demo
// hospital answers now. Ids and times differ each time: of an id only the collection is
// compared. To update the examples that differ otherwise:
//
//	go test ./internal/apidocs -run ExamplesAreAnswers -update
func TestTheExamplesAreAnswersOfTheDemoHospital(t *testing.T) {
	t.Parallel()
	h := demoHospital(t)
	fresh := answersOf(h)
	stored := readExamples(t)
	if *update {
		for name, example := range storable(t, h, fresh) {
			if _, known := stored[name]; !known || masked(t, stored[name]) != masked(t, example) {
				stored[name] = example
			}
		}
		maps.DeleteFunc(stored, func(name string, _ any) bool { return fresh[name] == nil })
		if err := os.WriteFile("examples.json", []byte(indented(t, stored)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sameNames(t, "the examples", slices.Collect(maps.Keys(stored)), slices.Collect(maps.Keys(fresh)))
	for name, example := range stored {
		if got, want := masked(t, example), masked(t, fresh[name]); got != want {
			t.Errorf("the example %s is\n%s\nthe demo hospital answers\n%s\nIf that is right, run this test with -update.",
				name, got, want)
		}
	}
	known := slices.Collect(maps.Values(speakingIDs(h, fresh)))
	eachRecord(stored, func(c kit.Collection, r object) {
		for _, f := range c.Fields {
			relation, ok := f.Field.(*core.RelationField)
			id, _ := r[f.GetName()].(string)
			if !ok || id == "" {
				continue
			}
			target := kit.CatalogOf(modules.All).NameOf(relation.CollectionId)
			if _, err := h.App.FindRecordById(target, id); err != nil && !slices.Contains(known, speaking{id, target}) {
				t.Errorf("the example of %s: %s is %s, which is not of %s", c.Name, f.GetName(), id, target)
			}
		}
	})
}

func readExamples(t *testing.T) object {
	t.Helper()
	file, err := os.ReadFile("examples.json")
	if err != nil {
		t.Fatal(err)
	}
	stored := object{}
	if err := json.Unmarshal(file, &stored); err != nil {
		t.Fatal(err)
	}
	return stored
}

// answersOf are one record of every collection that is read, by the name of its schema,
// and the answers of some routes.
func answersOf(h *hospitaltest.Hospital) object {
	h.T.Helper()
	answers, admin := object{}, h.As("admin1")
	for _, m := range modules.All {
		for _, c := range m.Collections {
			view := document(h.T).Paths.Value("/api/collections/" + c.Name + "/records/{id}")
			if view == nil {
				continue
			}
			schema := view.Get.Responses.Value("200").Value.Content["application/json"].Schema.Ref
			filter := namedIn.ReplaceAllStringFunc(chosen[c.Name], func(name string) string {
				return hospitaltest.ID(strings.Trim(name, "{}"))
			})
			reader := h.As(cmp.Or(readers[c.Name], "admin1"))
			items := reader.List(c.Name, hospitaltest.Filter(filter)).OK(h.T).Items()
			if len(items) == 0 {
				h.T.Fatalf("the demo hospital has none of %s with %s", c.Name, filter)
			}
			answers[schema[strings.LastIndex(schema, "/")+1:]] = items[0]
		}
	}
	day := h.Record("appointments", hospitaltest.ID("done4")).GetString("starts")[:len("2006-01-02")]
	patient, period := hospitaltest.ID("pat1"), "?from="+day+"&to="+day
	for name, path := range map[string]string{
		"Slots":             "/api/hospital/slots?limit=2&from=" + nextTuesday() + "&to=" + nextTuesday(),
		"patientHistory":    "/api/hospital/patients/" + patient + "/history" + period + "&kinds=visit,vitals&limit=2",
		"Statement":         "/api/hospital/patients/" + patient + "/statement" + period,
		"DayClose":          "/api/hospital/reports/day-close?date=" + day,
		"BillingStatistics": "/api/hospital/reports/billing" + period + "&by=day",
	} {
		answers[name] = admin.Do(http.MethodGet, path, nil).OK(h.T).JSON
	}
	answers["SignedIn"] = users(h.As("guest"), "auth-with-password",
		hospitaltest.Body{"identity": "patient@hospital.example", "password": demoPassword}).OK(h.T).JSON
	return answers
}
