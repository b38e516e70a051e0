package appointments

import "hospital/internal/kit"

// overlapTriggers keep a doctor and a patient from having more visits at once than they can
// have. Hooks check the same with better messages; the triggers hold in a race and for SQL.
var overlapTriggers = []kit.Trigger{
	noOverlap("appointments_no_overlap_insert", "INSERT", "doctor", "NOT NEW.overbook", doctorCapacity, "slot_taken"),
	noOverlap("appointments_no_overlap_update", "UPDATE", "doctor",
		"NOT NEW.overbook AND ("+takesTime+" OR OLD.doctor != NEW.doctor OR OLD.overbook)",
		doctorCapacity, "slot_taken"),
	noOverlap("appointments_patient_free_insert", "INSERT", "patient", "1", "1", "patient_busy"),
	noOverlap("appointments_patient_free_update", "UPDATE", "patient",
		"("+takesTime+" OR OLD.patient != NEW.patient)", "1", "patient_busy"),
	visitLength("appointments_length_insert", "INSERT"),
	visitLength("appointments_length_update", "UPDATE"),
}

const doctorCapacity = "MAX(NEW.capacity, 1)"

// takesTime says that an update takes time that the visit did not hold before. An update
// that does not is let through, even beside an overbooked visit.
const takesTime = "OLD.starts != NEW.starts OR OLD.ends != NEW.ends OR OLD.status NOT IN ('pending', 'approved')"

// noOverlap refuses a visit when at any moment of it there are as many others of the same
// doctor or patient (who) as the capacity. It is enough to look at the moments when a visit
// starts. Looking back no further than the longest visit keeps it fast in a large table.
func noOverlap(name, verb, who, when, capacity, code string) kit.Trigger {
	const active, others = "status IN ('pending', 'approved')", "id != NEW.id"
	moment := "MAX(b.starts, NEW.starts)"
	return kit.Trigger{
		Name: name,
		When: "BEFORE " + verb + " ON appointments WHEN NEW." + active + " AND " + when + ` AND EXISTS (
			SELECT 1 FROM appointments b
			WHERE b.` + who + ` = NEW.` + who + ` AND b.` + others + ` AND b.` + active + `
			AND b.starts < NEW.ends AND b.starts > ` + maxVisitBefore("NEW.starts") + ` AND b.ends > NEW.starts
			AND (SELECT COUNT(*) FROM appointments a WHERE a.` + who + ` = NEW.` + who +
			` AND a.` + others + ` AND a.` + active + `
				AND a.starts <= ` + moment + ` AND a.starts > ` + maxVisitBefore(moment) +
			` AND a.ends > ` + moment + `) >= ` + capacity + `)`,
		Code: code,
	}
}

// maxVisitBefore is the instant that is the longest visit, 8 hours, before another, in SQL.
func maxVisitBefore(instant string) string {
	return "strftime('%Y-%m-%d %H:%M:%fZ', " + instant + ", '-8 hours')"
}

// visitLength refuses a visit that does not end after its start, or lasts over 8 hours.
func visitLength(name, verb string) kit.Trigger {
	return kit.Trigger{
		Name: name,
		When: "BEFORE " + verb + " ON appointments" +
			" WHEN NEW.ends <= NEW.starts OR NEW.ends > strftime('%Y-%m-%d %H:%M:%fZ', NEW.starts, '+8 hours')",
		Code: "visit_length",
	}
}
