package apidocs_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tests"

	"hospital/hooks"
	"hospital/internal/demo"
	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
	"hospital/modules/audit"
	"hospital/modules/hospital"
)

const demoPassword = demo.Password

// demoHospital returns the hospital of the demo command, with further records for examples.
func demoHospital(t *testing.T) *hospitaltest.Hospital {
	t.Helper()
	app, err := tests.NewTestApp(t.TempDir())
	if err != nil {
		t.Fatal("open the demo hospital:", err)
	}
	t.Cleanup(app.Cleanup)
	audit.SetKey(app, []byte(hospitaltest.AuditKey))
	kit.Register(app, modules.All)
	hooks.Register(app)
	if err := demo.Fill(app); err != nil {
		t.Fatal("fill the demo hospital:", err)
	}
	routes, err := apis.NewRouter(app)
	if err != nil {
		t.Fatal(err)
	}
	h := &hospitaltest.Hospital{T: t, App: app, Router: routes}
	app.OnServe().Unbind("__pbCronStart__", "hospitalAuditFlush", "hospitalOutbox")
	app.OnTerminate().Unbind("hospitalAuditFlush")
	err = app.OnServe().Trigger(&core.ServeEvent{App: app, Router: routes}, func(e *core.ServeEvent) error {
		h.Handler, err = e.Router.BuildMux()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	complete(h)
	return h
}

// complete adds a registration, an invitation, a moved visit with its notices, a rebooking, a merge, a
// medical history that was changed, and a code.
func complete(h *hospitaltest.Hospital) {
	h.T.Helper()
	id, desk, admin := hospitaltest.ID, h.As("receptionist1"), h.As("admin1")
	admin.Create("invitations", hospitaltest.Body{"id": id("invited1"), "email": "lena@hospital.example",
		"role": "doctor", "department": id("CARD"), "specialization": "Cardiology", "license_no": "BE-30123"}).OK(h.T)

	admin.Update("hospital", hospital.ID, hospitaltest.Body{"confirm_email": true}).OK(h.T)
	h.As("guest").Create("users", hospitaltest.Body{"id": id("wants1"), "email": "emil@example.org", "name": "Dr. Emil Berg",
		"role": "doctor", "password": "a-long-password", "passwordConfirm": "a-long-password"}).OK(h.T)
	admin.Update("hospital", hospital.ID, hospitaltest.Body{"confirm_email": false}).OK(h.T)

	day := nextTuesday()
	slots := desk.Do(http.MethodGet, "/api/hospital/doctors/"+id("dr2")+"/slots?from="+day+"&to="+day, nil).OK(h.T)
	first := slots.JSON["slots"].([]any)[0].(map[string]any)
	desk.Update("appointments", id("booked2"), hospitaltest.Body{"starts": first["starts"]}).OK(h.T)

	booked := h.Record("appointments", id("booked1"))
	ill := desk.Create("time_off", hospitaltest.Body{"doctor": id("dr1"), "starts": booked.GetString("starts"),
		"ends": booked.GetString("ends"), "reason": "Ill"}).OK(h.T).ID()
	desk.Create("rebookings", hospitaltest.Body{"time_off": ill, "note": "Dr. Keller is ill. We are sorry."}).OK(h.T)

	twin := hospitaltest.Body{"id": id("twin2"), "name": "Grace Achieng", "birth_date": "1991-07-21"}
	desk.Create("patients", twin).OK(h.T)
	h.As("nurse1").Create("allergies", hospitaltest.Body{"patient": id("twin2"), "substance": "Latex"}).OK(h.T)
	merge := hospitaltest.Body{"duplicate": id("twin2"), "survivor": id("pat2"), "reason": "Registered twice"}
	desk.Create("patient_merges", merge).OK(h.T)

	for _, history := range []string{"Asthma since childhood.", "Asthma since childhood. Hypertension."} {
		h.As("doctor1").Update("patients", id("pat1"), hospitaltest.Body{"medical_history": history}).OK(h.T)
	}
	desk.Update("patients", id("pat1"), hospitaltest.Body{"vip": true}).OK(h.T)
	h.As("nurse1").View("patients", id("pat1"), "").OK(h.T)
	h.As("nurse1").List("patients", "").OK(h.T)
	if err := audit.Flush(h.App); err != nil {
		h.T.Fatal(err)
	}
	codes, err := h.App.FindCollectionByNameOrId("codes")
	if err != nil {
		h.T.Fatal(err)
	}
	code := core.NewRecord(codes)
	code.Load(map[string]any{"id": id("j450"), "system": "icd10", "code": "J45.0", "title": "Predominantly allergic asthma",
		"title_key": "predominantly allergic asthma", "active": true})
	if err := h.App.Save(code); err != nil {
		h.T.Fatal(err)
	}
}

// nextTuesday returns a working day on which the demo hospital has no visits.
func nextTuesday() string {
	day := time.Now().UTC().AddDate(0, 0, 10)
	for day.Weekday() != time.Tuesday {
		day = day.AddDate(0, 0, 1)
	}
	return day.Format(time.DateOnly)
}

// masked replaces these values, which differ in each run.
var (
	namedIn   = regexp.MustCompile(`\{\w+\}`)
	instantIn = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z`)
	dayIn     = regexp.MustCompile(`\d{4}-\d\d-\d\d`)
	yearIn    = regexp.MustCompile(`\b([A-Z]{3})-20\d\d-`)
	idIn      = regexp.MustCompile(`"[a-z0-9]{15}"`)
	tokenIn   = regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.[\w-]+`)
	varies    = []struct {
		what *regexp.Regexp
		mask string
	}{
		{instantIn, "instant"}, {dayIn, "day"}, {yearIn, "$1-2030-"}, {tokenIn, "token"},
		{regexp.MustCompile(`"[0-9a-f]{64}"`), `"hash"`},
		{idIn, `"id"`},
		{regexp.MustCompile(`("request": )"[a-z0-9]{16}"`), `$1"request"`},
		{regexp.MustCompile(`("seq": )\d+`), `$1"seq"`},
		{regexp.MustCompile(`_[a-z0-9]{10}\.`), "_suffix."},
	}
)

func masked(t *testing.T, value any) string {
	t.Helper()
	text := indented(t, value)
	for _, v := range varies {
		text = v.what.ReplaceAllString(text, v.mask)
	}
	return text
}

func indented(t testing.TB, value any) string {
	t.Helper()
	text := &strings.Builder{}
	encoder := json.NewEncoder(text)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// storable are the answers as examples.json has them: moved to the spring of 2030, with
// readable ids in place of random ones.
func storable(t testing.TB, h *hospitaltest.Hospital, answers object) object {
	t.Helper()
	now := time.Now().UTC()
	shift := time.Date(2030, 3, 15, 0, 0, 0, 0, time.UTC).Sub(now).Round(7 * 24 * time.Hour)
	text := indented(t, answers)
	for id, speaking := range speakingIDs(h, answers) {
		text = strings.ReplaceAll(text, `"`+id+`"`, `"`+speaking.id+`"`)
	}
	text = instantIn.ReplaceAllStringFunc(text, func(s string) string {
		at, _ := time.Parse("2006-01-02 15:04:05.000Z", s)
		return at.Add(shift).Format("2006-01-02 15:04:05.000Z")
	})
	text = regexp.MustCompile(`"`+dayIn.String()+`"`).ReplaceAllStringFunc(text, func(s string) string {
		day, _ := time.Parse(`"2006-01-02"`, s)
		if day.Sub(now).Abs() > 400*24*time.Hour { // a birth date, which is not moved
			return s
		}
		return day.Add(shift).Format(`"2006-01-02"`)
	})
	const token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0eXBlIjoiYXV0aCJ9.c2lnbmF0dXJl"
	moved := object{}
	text = tokenIn.ReplaceAllString(yearIn.ReplaceAllString(text, "$1-2030-"), token)
	if err := json.Unmarshal([]byte(text), &moved); err != nil {
		t.Fatal(err)
	}
	return moved
}

// speaking is a readable id that replaces a random one, and its collection.
type speaking struct{ id, collection string }

// speakingIDs returns readable ids for the random ids in answers, numbered in their order,
// such as bill10000000000 for the first bill.
func speakingIDs(h *hospitaltest.Hospital, answers object) map[string]speaking {
	h.T.Helper()
	found, count := map[string]speaking{}, map[string]int{}
	for _, quoted := range idIn.FindAllString(indented(h.T, answers), -1) {
		id := strings.Trim(quoted, `"`)
		if _, known := found[id]; known || strings.HasSuffix(id, "00") || id == "hospitalsetting" {
			continue
		}
		for name := range kit.CatalogOf(modules.All) {
			if _, err := h.App.FindRecordById(name, id); err == nil {
				count[name]++
				found[id] = speaking{hospitaltest.ID(short(name) + strconv.Itoa(count[name])), name}
			}
		}
	}
	return found
}

// short returns a short singular of a collection: "event" for appointment_events.
func short(collection string) string {
	word := collection[strings.LastIndex(collection, "_")+1:]
	if stem, ok := strings.CutSuffix(word, "ies"); ok {
		return stem + "y"
	}
	return strings.TrimSuffix(word, "s")
}

// eachRecord visits all records in answers, also nested ones.
func eachRecord(value any, visit func(kit.Collection, object)) {
	switch v := value.(type) {
	case object:
		name, _ := v["collectionName"].(string)
		if c, ok := kit.CatalogOf(modules.All)[name]; ok {
			visit(c, v)
		}
		for _, child := range v {
			eachRecord(child, visit)
		}
	case []any:
		for _, child := range v {
			eachRecord(child, visit)
		}
	}
}
