package rival

import (
	"strconv"
	"time"
)

// Apply makes the change that a request asks of a visit, and returns its action: approve,
// complete or reschedule. A visit that its patient moves is pending again.
// The caller checks what the stored data decides.
func Apply(v *Visit, change VisitChange, by Account, now time.Time) (action string, err error) {
	at := FormatInstant(now)
	active := v.Status == "pending" || v.Status == "approved"
	staff := by.Role == "doctor" || by.Role == "receptionist" || by.Role == "admin"
	switch {
	case by.Role == "patient" && change.Status == "" && change.Starts != "" && active && v.StartedAt == "":
		v.Starts, v.Status, v.RequestedAt, action = change.Starts, "pending", at, "reschedule"
		v.ApprovedBy, v.ApprovedAt = "", ""
	case !staff:
		return "", ErrForbidden
	case change.Status == "approved" && v.Status == "pending" && v.Starts > at:
		v.Status, v.ApprovedBy, v.ApprovedAt, action = "approved", by.ID, at, "approve"
	case change.Status == "completed" && v.Status == "approved" && v.Starts <= at && by.Role != "receptionist":
		v.Status, v.CompletedAt, action = "completed", at, "complete"
	case change.Starts != "" && active && v.StartedAt == "":
		v.Starts, action = change.Starts, "reschedule"
	default:
		return "", ErrTransition
	}
	v.Version++
	v.Updated = at
	return action, nil
}

// Changes are the old and the new values of the fields of a visit that differ, for the audit log.
func Changes(before, after Visit) map[string][2]string {
	changes := map[string][2]string{}
	for name, values := range map[string][2]string{
		"number": {before.Number, after.Number}, "patient": {before.Patient, after.Patient},
		"patient_name": {before.PatientName, after.PatientName}, "doctor": {before.Doctor, after.Doctor},
		"starts": {before.Starts, after.Starts}, "ends": {before.Ends, after.Ends}, "room": {before.Room, after.Room},
		"status": {before.Status, after.Status}, "requested_by": {before.RequestedBy, after.RequestedBy},
		"requested_at": {before.RequestedAt, after.RequestedAt},
		"approved_by":  {before.ApprovedBy, after.ApprovedBy}, "approved_at": {before.ApprovedAt, after.ApprovedAt},
		"completed_at": {before.CompletedAt, after.CompletedAt},
		"version":      {strconv.Itoa(before.Version), strconv.Itoa(after.Version)},
	} {
		if values[0] != values[1] {
			changes[name] = values
		}
	}
	return changes
}
