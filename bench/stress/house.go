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

// house is the demo hospital with more doctors and one patient for each client.
type house struct {
	dir      string
	desk     string // a receptionist's token
	patients []patient
	before   int // visits of the demo hospital
}

type patient struct{ id, token string }

// hours of a doctor, the same every day of the week.
type hours struct {
	opens, closes  string
	slot, capacity int
}

// doctors have a capacity of one; the third one also has groups in the evening. The last
// two have hours all day.
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

var zone, _ = time.LoadLocation("Europe/Berlin") // of the demo hospital

// capacity returns how many patients a doctor sees at once at a time.
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

// build makes the hospital that every scene gets a copy of.
func build(dir string, clients int) (house, error) {
	h := house{dir: dir}
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	steps := []func() error{
		app.Bootstrap,
		app.RunAllMigrations,
		func() error { // cheap password hashes
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
			return app.RunInTransaction(func(tx core.App) (err error) { return h.people(tx, clients) })
		},
		app.ClearBootstrap,
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return h, fmt.Errorf("furnish the hospital, step %d: %w", i+1, err)
		}
	}
	return h, nil
}

func (h *house) people(tx core.App, clients int) error {
	w := fixture.New(tx)
	system := kit.Actor{Role: kit.System}
	account := func(name, role string) (token string) {
		w.Create(system, name, "users", fixture.Fields{"email": name + "@hospital.example", "password": demo.Password, "name": name, "role": role})
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
	h.desk = account("stressdesk", "receptionist")
	department := w.Find("department", "departments", "code", "GENERAL").Id
	service := w.Find("service", "services", "code", "CONSULT").Id
	for i, d := range doctors {
		user, name := fmt.Sprint("user", i+1, "stress"), fmt.Sprint("stress", i+1)
		account(user, "doctor")
		w.Create(system, name, "doctors", fixture.Fields{"user": w.ID(user), "name": "Dr. " + name, "department": department, "consultation": service, "accepts_online": true, "active": true})
		for weekday := 1; weekday <= 7; weekday++ {
			for k, at := range d.hours {
				w.Create(system, fmt.Sprint("day", weekday, "part", k, "of", i), "schedules", fixture.Fields{"doctor": d.id, "weekday": weekday, "start_time": at.opens, "end_time": at.closes,
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

// copyTo copies the data directory for a scene.
func (h house) copyTo(dir string) error {
	key, err := os.ReadFile(audit.KeyFile(h.dir)) // of the audit log, in a file beside the data
	if err != nil {
		return err
	}
	return errors.Join(os.CopyFS(dir, os.DirFS(h.dir)), os.WriteFile(audit.KeyFile(dir), key, 0o600))
}
