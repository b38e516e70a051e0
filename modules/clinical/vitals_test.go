package clinical_test

import (
	"fmt"
	"net/http"
	"testing"

	"hospital/internal/hospitaltest"
)

func TestImpossibleValuesAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	nurse := h.As("nurse1")
	for field, values := range map[string][]body{
		"systolic":        {{"systolic": 20, "diastolic": 10}, {"systolic": 301, "diastolic": 80}, {}, {"pain": ""}},
		"diastolic":       {{"systolic": 120}, {"systolic": 120, "diastolic": 120}, {"systolic": 80, "diastolic": 120}},
		"pulse":           {{"pulse": 5}, {"pulse": 900}, {"pulse": -1}, {"pulse": 70.5}, {"pulse": "70"}},
		"temperature_c10": {{"temperature_c10": 37}, {"temperature_c10": 986}},
		"spo2":            {{"spo2": 101}, {"spo2": 3}},
		"weight_g":        {{"weight_g": 70}},
		"height_mm":       {{"height_mm": 17_500}},
		"pain":            {{"pain": "11"}},
		"taken_at":        {{"pulse": 70, "taken_at": "2099-01-01 00:00:00.000Z"}},
		"appointment":     {{"pulse": 70, "appointment": id("booked2")}},
	} {
		for _, sent := range values {
			sent["patient"] = id("pat1")
			if answer := nurse.Create("vitals", sent); answer.Status != http.StatusBadRequest || answer.Code(field) == "" {
				t.Errorf("%v: %d %s", sent, answer.Status, answer.Raw)
			}
		}
	}
	nurse.Create("vitals", body{"patient": id("pat1"), "pain": "0"}).OK(t)
	h.Verify()
}

func TestAbnormalValuesAreFlagged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, c := range []struct {
		patient string
		sent    body
		flags   string
	}{
		{"pat1", body{"systolic": 150, "diastolic": 95, "pulse": 45}, "[systolic_high diastolic_high pulse_low]"},
		{"pat1", body{
			"systolic": 120, "diastolic": 80, "pulse": 70, "temperature_c10": 366, "respiration": 14, "spo2": 98,
			"pain": "3", "weight_g": 71_000, "height_mm": 1_760,
		}, "[]"},
		{"pat1", body{"spo2": 85, "temperature_c10": 395, "pain": "9"}, "[temperature_c10_high spo2_low pain_high]"},
		{"kid1", body{"pulse": 130, "respiration": 28}, "[]"},
		{"kid1", body{"pulse": 130, "temperature_c10": 391}, "[temperature_c10_high]"},
	} {
		c.sent["patient"] = id(c.patient)
		made := h.As("nurse1").Create("vitals", c.sent).OK(t)
		if got := fmt.Sprint(made.JSON["flags"]); got != c.flags {
			t.Errorf("%v is flagged %s, want %s", c.sent, got, c.flags)
		}
	}
}

func TestCorrectedVitalsAreEnteredInError(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	correction := body{"patient": id("pat1"), "corrects": id("vitals1"), "systolic": 120, "diastolic": 80}
	made := h.As("doctor1").Create("vitals", correction).OK(t)
	state := h.Record("vitals", id("vitals1")).GetString("state")
	if state != "entered_in_error" || made.String("state") != "final" {
		t.Errorf("the corrected vitals are %s, the correction is %s", state, made.String("state"))
	}
	nurse := h.As("nurse1")
	wantStatus(t, "corrected twice", nurse.Create("vitals", correction), http.StatusConflict)
	answer := nurse.Create("vitals", body{"patient": id("pat1"), "pulse": 70, "corrects": id("vitals2")})
	wantRefusal(t, "vitals of another patient", answer, http.StatusBadRequest, "corrects", "not_found")
	answer = nurse.Update("vitals", made.ID(), body{"systolic": 110})
	wantStatus(t, "changing a value", answer, http.StatusForbidden)
	if err := h.SQL("UPDATE vitals SET systolic = 110 WHERE id = '" + made.ID() + "'"); err == nil {
		t.Error("SQL changes a value")
	}
	answer = nurse.Update("vitals", id("vitals1"), body{"state": "final"})
	wantStatus(t, "restoring corrected vitals", answer, http.StatusConflict)
	h.Verify()
}
