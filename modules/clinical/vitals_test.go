package clinical_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

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

func TestUnusualValuesAreFlagged(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for _, c := range []struct {
		patient string
		sent    body
		flags   string
	}{
		{"pat1", body{"systolic": 150, "diastolic": 95, "pulse": 45}, "[systolic_high diastolic_high pulse_low]"},
		{"pat1", body{"systolic": 120, "diastolic": 80, "pulse": 70, "temperature_c10": 366, "respiration": 14, "spo2": 98, "pain": "3", "weight_g": 71_000, "height_mm": 1_760}, "[]"},
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

func TestVitalsAreCorrectedByOthersInTheirPlace(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	correction := body{"patient": id("pat1"), "corrects": id("vitals1"), "systolic": 120, "diastolic": 80}
	made := h.As("doctor1").Create("vitals", correction).OK(t)
	if state := h.Record("vitals", id("vitals1")).GetString("state"); state != "entered_in_error" || made.String("state") != "final" {
		t.Errorf("the wrong ones are %s, the right ones %s", state, made.String("state"))
	}
	if answer := h.As("nurse1").Create("vitals", correction); answer.Status != http.StatusConflict {
		t.Errorf("corrected twice: %d %s", answer.Status, answer.Raw)
	}
	if answer := h.As("nurse1").Create("vitals", body{"patient": id("pat1"), "pulse": 70, "corrects": id("vitals2")}); answer.Code("corrects") != "not_found" {
		t.Errorf("correcting another patient's: %d %s", answer.Status, answer.Raw)
	}
	if answer := h.As("nurse1").Update("vitals", made.ID(), body{"systolic": 110}); answer.Status != http.StatusForbidden {
		t.Errorf("changing a value: %d %s", answer.Status, answer.Raw)
	}
	if err := h.SQL("UPDATE vitals SET systolic = 110 WHERE id = '" + made.ID() + "'"); err == nil {
		t.Error("the database changes a value")
	}
	if answer := h.As("nurse1").Update("vitals", id("vitals1"), body{"state": "final"}); answer.Status != http.StatusConflict {
		t.Errorf("what was wrong is right again: %d %s", answer.Status, answer.Raw)
	}
	h.Verify()
}

func TestConditionsHaveCodesOfTheRightShape(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doctor := h.As("doctor1")
	for code, want := range map[string]string{"j45.0": "J45.0", "J450": "J45.0", "Z99": "Z99", "": "", "U07.1": "U07.1", "S72.00XA": "S72.00XA"} {
		if got := doctor.Create("conditions", body{"patient": id("pat1"), "text": "x", "code": code}).OK(t).String("code"); got != want {
			t.Errorf("%q is kept as %q", code, got)
		}
	}
	for _, code := range []string{"45.0", "J4", "asthma", "J45.", "J45.0.1", "Ж45.0"} {
		if answer := doctor.Create("conditions", body{"patient": id("pat1"), "text": "x", "code": code}); answer.Code("code") != "invalid_code" {
			t.Errorf("%q: %d %s", code, answer.Status, answer.Raw)
		}
	}
	if answer := doctor.Create("conditions", body{"patient": id("pat1"), "text": "x", "encounter": id("notes2")}); answer.Code("encounter") != "not_found" {
		t.Errorf("of another patient's visit: %d %s", answer.Status, answer.Raw)
	}
	if answer := doctor.Create("conditions", body{"patient": id("pat2"), "text": "x"}); answer.Code("patient") != "not_yours" {
		t.Errorf("of a patient not in care: %d %s", answer.Status, answer.Raw)
	}
	for day, code := range map[string]string{"2023-02-30": "invalid_date", time.Now().AddDate(0, 0, 3).Format(time.DateOnly): "in_the_future"} {
		if answer := doctor.Create("conditions", body{"patient": id("pat1"), "text": "x", "onset_on": day}); answer.Code("onset_on") != code {
			t.Errorf("%s: %d %s", day, answer.Status, answer.Raw)
		}
	}
	doctor.Update("conditions", id("condition1"), body{"state": "entered_in_error"}).OK(t)
	if answer := doctor.Update("conditions", id("condition1"), body{"state": "active"}); answer.Status != http.StatusConflict {
		t.Errorf("what was entered in error is back: %d %s", answer.Status, answer.Raw)
	}
	h.Verify()
}
