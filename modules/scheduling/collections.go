package scheduling

import (
	"slices"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// MaxCapacity is how many patients a doctor can see at once, as in a group session.
const MaxCapacity = 50

var schedules = kit.Collection{
	Name: "schedules",
	Description: "Working hours of a doctor on one day of the week, in local time of the hospital, divided into " +
		"slots. A night shift is two schedules: one until 24:00 and one from 00:00 of the next day.",
	Fields: kit.Fields{
		kit.Relation("doctor", "doctors").Required().Presentable().Help("Doctor who works then."),
		kit.Int("weekday", 1, 7).Required().Presentable().Help("Day of the week: 1 is Monday, 7 is Sunday."),
		kit.TimeOfDay("start_time").Required().Presentable().Help("Start of the first slot, HH:MM in local time."),
		kit.TimeOfDay("end_time").Required().Help("End of the last slot, HH:MM in local time. 24:00 is midnight."),
		kit.Int("slot_minutes", 5, 240).Required().Help("Length of a slot in minutes."),
		kit.Int("capacity", 1, MaxCapacity).Required().Help("Number of patients per slot."),
		kit.Day("valid_from").Help("First day it applies, YYYY-MM-DD. Empty: always."),
		kit.Day("valid_until").Help("Last day it applies, YYYY-MM-DD. Empty: no end."),
		kit.Text("room", 60).Help("Room where patients are seen."),
		kit.Bool("active").Help("Whether it is in use."),
	},
	Indexes: []kit.Index{{Columns: "doctor, weekday"}},
	Policy:  planning(hours),
}

var hours = []string{
	"weekday", "start_time", "end_time", "slot_minutes", "capacity", "valid_from", "valid_until", "room",
}

var timeOff = kit.Collection{
	Name: "time_off",
	Description: "A time when a doctor is away, or the whole hospital is closed. Nothing can be booked then, unless " +
		"staff overbook. Visits booked before stay until they are moved or cancelled, see rebookings.",
	Fields: kit.Fields{
		kit.Relation("doctor", "doctors").Presentable().Help("Doctor who is away. Empty: the whole hospital."),
		kit.Instant("starts").Required().Presentable().Help("Start of the absence."),
		kit.Instant("ends").Required().Presentable().Help("End of the absence, at most 366 days after the start."),
		kit.Text("reason", 500).Help("Reason, for staff. Patients do not see it."),
		kit.Bool("active").Help("Whether it applies. False withdraws it."),
	},
	Indexes: []kit.Index{{Columns: "doctor, ends"}},
	Policy:  planning(absence),
}

var absence = []string{"starts", "ends", "reason"}

// planning lets doctors plan their own time, and the front desk and admins everybody's. The
// fields can be set and changed; the doctor is set once, and active can be changed.
func planning(fields []string) kit.Policy {
	grant := func(whose kit.Scope) kit.Grant {
		return kit.Grant{
			Read:   kit.All,
			Create: whose, CreateFields: slices.Concat(fields, []string{"doctor"}),
			Update: whose, UpdateFields: slices.Concat(fields, []string{"active"}),
		}
	}
	return kit.Policy{
		role.Doctor:       grant(kit.Own("doctor.user")),
		role.Nurse:        {Read: kit.All},
		role.Receptionist: grant(kit.All),
		role.Admin:        grant(kit.All),
	}
}
