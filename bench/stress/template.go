package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // its own tables

	_ "time/tzdata"

	"hospital/hooks"
	"hospital/internal/demo"
	"hospital/internal/fixture"
	"hospital/internal/kit"
	_ "hospital/migrations"
	"hospital/modules"
	"hospital/modules/audit"
	"hospital/modules/hospital"
	"hospital/modules/scheduling"
)

// template is the demo hospital with more doctors, and a patient for each client.
type template struct {
	dir      string
	desk     string // a receptionist's token
	patients []patient
	before   int // visits of the demo hospital
}

type patient struct{ id, token string }

// hours are a doctor's, on every day of the week.
type hours struct {
	opens, closes  string
	slot, capacity int
}

// doctors see one patient at a time; the third sees several in the evening, and the last two
// have the maximum capacity.
var doctors = []struct {
	id    string
	hours []hours
}{
	{fixture.ID("stress1"), []hours{{"00:00", "24:00", 15, 1}}},
	{fixture.ID("stress2"), []hours{{"00:00", "24:00", 15, 1}}},
	{fixture.ID("stress3"), []hours{{"00:00", "20:00", 15, 1}, {"20:00", "24:00", 60, 4}}},
	{fixture.ID("stress4"), []hours{{"00:00", "24:00", 15, scheduling.MaxCapacity}}},
	{fixture.ID("stress5"), []hours{{"00:00", "24:00", 15, scheduling.MaxCapacity}}},
}

var zone, _ = time.LoadLocation("Europe/Berlin") // where the demo hospital stands

// capacity is how many visits a doctor can have at an instant.
func capacity(doctor string, at time.Time) int {
	clock := at.In(zone).Format("15:04")
	for _, d := range doctors {
		for _, h := range d.hours {
			if d.id == doctor && h.opens <= clock && clock < h.closes {
				return h.capacity
			}
		}
	}
	return 1
}

// createTemplate creates the hospital that every scenario runs on a copy of.
func createTemplate(dir string, clients int) (template, error) {
	h := template{dir: dir}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	steps := []func() error{
		app.Bootstrap,
		app.RunAllMigrations,
		func() error { // cheap hashes: the tests use tokens
			users, err := app.FindCollectionByNameOrId("users")
			if err != nil {
				return err
			}
			users.Fields.GetByName("password").(*core.PasswordField).Cost = 4
			return app.Save(users)
		},
		func() error {
			kit.Register(app, modules.All)
			hooks.Register(app)
			return demo.Fill(app)
		},
		func() error {
			return app.RunInTransaction(func(tx core.App) (err error) { return h.createPeople(tx, clients) })
		},
		app.ClearBootstrap,
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return h, fmt.Errorf("create the hospital, step %d: %w", i+1, err)
		}
	}
	return h, nil
}

func (h *template) createPeople(tx core.App, clients int) error {
	w := fixture.New(tx)
	system := kit.Actor{Role: kit.System}
	account := func(name, role string) (token string) {
		w.Create(system, name, "users", fixture.Fields{"email": name + "@hospital.example", "password": demo.Password,
			"name": name, "role": role})
		if w.Err == nil {
			var user *core.Record
			if user, w.Err = tx.FindRecordById("users", w.ID(name)); w.Err == nil {
				token, w.Err = user.NewAuthToken()
			}
		}
		return token
	}
	w.Named("hospital", hospital.ID)
	w.Update(system, "hospital", "hospital", fixture.Fields{"booking_horizon_days": 1000})
	for _, limit := range hospital.Limits {
		w.Update(system, "hospital", "hospital", fixture.Fields{limit: 0})
	}
	h.desk = account("stressdesk", "receptionist")
	department := w.Find("department", "departments", "code", "GENERAL").Id
	service := w.Find("service", "services", "code", "CONSULT").Id
	for i, d := range doctors {
		user, name := fmt.Sprint("user", i+1, "stress"), fmt.Sprint("stress", i+1)
		account(user, "doctor")
		w.Create(system, name, "doctors", fixture.Fields{"user": w.ID(user), "name": "Dr. " + name, "department": department,
			"consultation": service, "accepts_online": true, "active": true})
		for weekday := 1; weekday <= 7; weekday++ {
			for k, at := range d.hours {
				w.Create(system, fmt.Sprint("day", weekday, "part", k, "of", i), "schedules",
					fixture.Fields{"doctor": d.id, "weekday": weekday, "start_time": at.opens, "end_time": at.closes,
						"slot_minutes": at.slot, "capacity": at.capacity})
			}
		}
	}
	for i := range clients {
		user, name := fmt.Sprint("patient", i, "user"), fmt.Sprint("patient", i, "stress")
		token := account(user, "patient")
		w.Create(system, name, "patients", fixture.Fields{"user": w.ID(user), "name": name})
		h.patients = append(h.patients, patient{w.ID(name), token})
	}
	if w.Err != nil {
		return w.Err
	}
	n, err := tx.CountRecords("appointments")
	h.before = int(n)
	return err
}

// copyTo copies the data for one scenario.
func (h template) copyTo(dir string) error {
	key, err := os.ReadFile(audit.KeyFile(h.dir)) // of the audit log, stored beside the data
	if err != nil {
		return err
	}
	return errors.Join(os.CopyFS(dir, os.DirFS(h.dir)), os.WriteFile(audit.KeyFile(dir), key, 0o600))
}
