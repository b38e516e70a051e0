package hospital_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/modules/hospital"
)

type body = hospitaltest.Body

func TestThereIsOneHospital(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	operator := h.Operator()
	second := body{"name": "Second", "timezone": "UTC", "currency": "EUR", "booking_horizon_days": 30}
	if answer := operator.Create("hospital", second); answer.Status < 400 || answer.Status > 499 {
		t.Errorf("a second hospital answered %d %s", answer.Status, answer.Raw)
	}
	collection, err := h.App.FindCollectionByNameOrId("hospital")
	if err != nil {
		t.Fatal(err)
	}
	record := core.NewRecord(collection)
	record.Load(second)
	if err := h.App.Save(record); err == nil {
		t.Error("an import made a second hospital")
	}
	for _, client := range []hospitaltest.Client{h.As("admin1"), operator} {
		if answer := client.Do(http.MethodDelete, "/api/collections/hospital/records/"+hospital.ID,
			nil); answer.Status < 400 {
			t.Error("the hospital was deleted")
		}
	}
	if n := h.Count("hospital"); n != 1 {
		t.Errorf("there are %d hospitals", n)
	}
}

func TestInvalidSettingsAreRefused(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for field, values := range map[string][]any{
		"timezone":             {"Mars/Olympus", "", "Local", "CET+1"},
		"currency":             {"eur", "EURO", "€", "", "ZZZ", "XXX", "DEM"},
		"currency_exponent":    {5, 4, -1, 0.5, 0, 3},
		"booking_horizon_days": {0, -1, 1001},
		"cancel_cutoff_hours":  {-1, 721},
		"name":                 {"", "  "},
	} {
		for _, value := range values {
			if answer := h.As("admin1").Update("hospital", hospital.ID,
				body{field: value}); answer.Status != http.StatusBadRequest || answer.Code(field) == "" {
				t.Errorf("%s = %v answered %d %s", field, value, answer.Status, answer.Raw)
			}
		}
	}
	h.SettleBills()
	for field, value := range (body{"timezone": "Australia/Lord_Howe", "currency": "KWD", "cancel_cutoff_hours": 0}) {
		h.As("admin1").Update("hospital", hospital.ID, body{field: value}).OK(t)
	}
	for currency, want := range map[string]int{"KWD": 3, "CLF": 4, "JPY": 0, "EUR": 2} {
		h.As("admin1").Update("hospital", hospital.ID, body{"currency": currency}).OK(t)
		if digits := h.Record("hospital", hospital.ID).GetInt("currency_exponent"); digits != want {
			t.Errorf("%s has %d digits, want %d", currency, digits, want)
		}
	}
}

func TestNumbersAreGaplessAndUnique(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	taken := sync.Map{}
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			_ = h.App.RunInTransaction(func(tx core.App) error {
				n, err := hospital.NextNumber(tx, "test")
				if err != nil {
					t.Error(err)
				}
				if i%3 == 0 {
					return http.ErrAbortHandler // undone: the number is free again
				}
				if _, twin := taken.LoadOrStore(n, true); twin {
					t.Errorf("%d was given twice", n)
				}
				return nil
			})
		})
	}
	all.Wait()
	for n := range int64(40) {
		if _, ok := taken.Load(n + 1); !ok {
			t.Errorf("%d is missing", n+1)
		}
	}
	if _, err := hospital.NextNumber(h.App, "test"); err == nil {
		t.Error("a number was given outside a transaction")
	}
}
