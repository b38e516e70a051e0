package scheduling

import (
	"slices"

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
		kit.Required(kit.Relation("doctor", "doctors")),
		kit.Required(kit.Int("weekday", 1, 7)), // Monday is 1
		kit.Required(kit.TimeOfDay("start_time")),
		kit.Required(kit.TimeOfDay("end_time")),
		kit.Required(kit.Int("slot_minutes", 5, 240)),
		kit.Required(kit.Int("capacity", 1, MaxCapacity)),
		kit.Day("valid_from"),
		kit.Day("valid_until"), // the last day
		kit.Text("room", 60),
		kit.Bool("active"),
	},
	Indexes: []kit.Index{{Columns: "doctor, weekday"}},
	Policy:  planning(hours),
}

var hours = []string{"weekday", "start_time", "end_time", "slot_minutes", "capacity", "valid_from", "valid_until", "room"}

// timeOff is when a doctor is away, or the whole hospital is closed. Visits that
// were booked before stay until somebody moves or cancels them.
var timeOff = kit.Collection{
	Name: "time_off",
	Fields: kit.Fields{
		kit.Relation("doctor", "doctors"), // empty: the whole hospital
		kit.Required(kit.Instant("starts")),
		kit.Required(kit.Instant("ends")),
		kit.Text("reason", 500),
		kit.Bool("active"),
	},
	Indexes: []kit.Index{{Columns: "doctor, ends"}},
	Policy:  planning(absence),
}

var absence = []string{"starts", "ends", "reason"}

// planning is who plans the time of doctors: they themselves, and the front desk and
// admins for all of them. The fields are those that are given and changed alike.
func planning(fields []string) kit.Policy {
	grant := func(whose kit.Scope) kit.Grant {
		return kit.Grant{Read: kit.All,
			Create: whose, Sets: slices.Concat(fields, []string{"doctor"}),
			Update: whose, Changes: slices.Concat(fields, []string{"active"})}
	}
	return kit.Policy{
		kit.Doctor:       grant(kit.Own("doctor.user")),
		kit.Nurse:        {Read: kit.All},
		kit.Receptionist: grant(kit.All),
		kit.Admin:        grant(kit.All),
	}
}
