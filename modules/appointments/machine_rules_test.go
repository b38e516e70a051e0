package appointments_test

import (
	"net/http"
	"time"
)

// free says that doctor and patient are free, apart from one visit.
func (m *machine) free(patient, doctor string, starts, ends time.Time, overbook bool, except string) bool {
	highest := 0
	for _, v := range m.visits {
		if !v.active() || v.id == except || !v.meets(starts, ends) {
			continue
		}
		if v.patient == patient {
			return false
		}
		if v.doctor != doctor {
			continue
		}
		n := 0 // visits at the first moment that v and the new visit share
		for _, w := range m.visits {
			moment := v.starts
			if moment.Before(starts) {
				moment = starts
			}
			if w.active() && w.id != except && w.doctor == doctor && !w.starts.After(moment) && w.ends.After(moment) {
				n++
			}
		}
		highest = max(highest, n)
	}
	return overbook || highest < capacity[doctor[:3]]
}

// available says that the doctor works at that time.
func (m *machine) available(doctor string, starts, ends time.Time, overbook, onSlot bool) bool {
	if overbook {
		return true
	}
	for _, a := range m.aways {
		if (a.doctor == "" || a.doctor == doctor) && a.starts.Before(ends) && a.ends.After(starts) {
			return false
		}
	}
	sameDay := starts.Truncate(24 * time.Hour).Equal(ends.Add(-1).Truncate(24 * time.Hour))
	return sameDay && (!onSlot || starts.Equal(starts.Truncate(grid)))
}

func role(who string) string {
	if who == "guest" {
		return who
	}
	return who[:len(who)-1]
}

func owns(who, doctor string) bool { return role(who) == "doctor" && doctor == id("dr"+who[6:]) }

func desk(who string) bool { return who == "receptionist1" || who == "admin1" }

// isOf says that the patient belongs to the account.
func isOf(who, patient string) bool {
	for name, account := range patients {
		if id(name) == patient && account == who {
			return true
		}
	}
	return false
}

// inCare reads it from the hospital: care teams are not part of the model.
func (m *machine) inCare(who, patient string) bool {
	return m.h.As(who).View("patients", patient, "").Status == http.StatusOK
}

func (m *machine) walkIn(v *visitModel) bool {
	return m.h.Record("appointments", v.id).GetString("visit_type") == "walk_in"
}

// earliest is the earliest start of a moved visit.
func (m *machine) earliest(v *visitModel, who string) time.Time {
	if m.walkIn(v) && role(who) != "patient" {
		return m.now.Add(-15 * time.Minute)
	}
	return m.now
}

func (m *machine) mayApprove(who string, v *visitModel) bool {
	return v.status == "pending" && (owns(who, v.doctor) || desk(who)) && v.starts.After(m.now) &&
		m.available(v.doctor, v.starts, v.ends, v.overbook, false)
}

func (m *machine) mayReject(who string, v *visitModel) bool {
	return v.status == "pending" && (owns(who, v.doctor) || who == "admin1")
}

func (m *machine) mayCancel(who string, v *visitModel) bool {
	return v.active() && !v.started &&
		(isOf(who, v.patient) && !m.now.Add(cutoff).After(v.starts) || owns(who, v.doctor) || desk(who))
}

func (m *machine) mayCheckIn(who string, v *visitModel) bool {
	return v.status == "approved" && !v.checkedIn && (who == "nurse1" || desk(who)) &&
		m.now.Truncate(24*time.Hour).Equal(v.starts.Truncate(24*time.Hour))
}

func (m *machine) mayStart(who string, v *visitModel) bool {
	return v.status == "approved" && !v.started && (owns(who, v.doctor) || who == "admin1")
}

func (m *machine) mayComplete(who string, v *visitModel) bool {
	return v.status == "approved" && !v.starts.After(m.now) && (owns(who, v.doctor) || who == "admin1")
}

func (m *machine) mayMiss(who string, v *visitModel) bool {
	return v.status == "approved" && !v.ends.After(m.now) && !v.checkedIn && !v.started &&
		(owns(who, v.doctor) || who == "nurse1" || desk(who))
}
