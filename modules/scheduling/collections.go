package scheduling

import (
	"slices"

	"hospital/internal/role"

	"hospital/internal/kit"
)

// MaxCapacity is how many patients a doctor can see at once, as in a group session.
const MaxCapacity = 50

// schedules are the weekly hours of a doctor, in the hospital's own time: every
// Monday from 09:00 to 12:00, in slots of 20 minutes. Hours after midnight are a
// schedule of the next day.
var schedules = kit.Collection{
	Name: "schedules",
	Fields: kit.Fields{
		kit.Relation("doctor", "doctors").Required(),
		kit.Int("weekday", 1, 7).Required(), // Monday is 1
		kit.TimeOfDay("start_time").Required(),
		kit.TimeOfDay("end_time").Required(),
		kit.Int("slot_minutes", 5, 240).Required(),
		kit.Int("capacity", 1, MaxCapacity).Required(),
		kit.Day("valid_from"),
		kit.Day("valid_until"), // the last day
		kit.Text("room", 60),
		kit.Bool("active"),
	},
	Indexes: []kit.Index{{Columns: "doctor, weekday"}},
	Policy:  planningPolicy(hours),
}

var hours = []string{"weekday", "start_time", "end_time", "slot_minutes", "capacity", "valid_from", "valid_until", "room"}

// timeOff is when a doctor is away, or the whole hospital is closed. Visits that
// were booked before stay until somebody moves or cancels them.
var timeOff = kit.Collection{
	Name: "time_off",
	Fields: kit.Fields{
		kit.Relation("doctor", "doctors"), // empty: the whole hospital
		kit.Instant("starts").Required(),
		kit.Instant("ends").Required(),
		kit.Text("reason", 500),
		kit.Bool("active"),
	},
	Indexes: []kit.Index{{Columns: "doctor, ends"}},
	Policy:  planningPolicy(absence),
}

var absence = []string{"starts", "ends", "reason"}

// planningPolicy is who plans the time of doctors: they themselves, and the front desk and
// admins for all of them. The fields are those that are given and changed alike.
func planningPolicy(fields []string) kit.Policy {
	grant := func(whose kit.Scope) kit.Grant {
		return kit.Grant{Read: kit.All,
			Create: whose, CreateFields: slices.Concat(fields, []string{"doctor"}),
			Update: whose, UpdateFields: slices.Concat(fields, []string{"active"})}
	}
	return kit.Policy{
		role.Doctor:       grant(kit.Own("doctor.user")),
		role.Nurse:        {Read: kit.All},
		role.Receptionist: grant(kit.All),
		role.Admin:        grant(kit.All),
	}
}
