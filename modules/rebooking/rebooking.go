package rebooking

import "github.com/pocketbase/pocketbase/core"

// Rebooking is a record of rebookings: what becomes of the visits that a time off affects.
type Rebooking struct{ *core.Record }

func (r Rebooking) timeOff() string { return r.GetString("time_off") }
func (r Rebooking) doctor() string  { return r.GetString("doctor") }
func (r Rebooking) status() Status  { return Status(r.GetString("status")) }
func (r Rebooking) note() string    { return r.GetString("note") }

func (r Rebooking) setStatus(s Status)         { r.Set("status", string(s)) }
func (r Rebooking) setRequestedBy(user string) { r.Set("requested_by", user) }
func (r Rebooking) setVersion(v int)           { r.Set("version", v) }

// setCounts writes how many visits were moved and cancelled.
func (r Rebooking) setCounts(moved, cancelled int) {
	r.Set("moved", moved)
	r.Set("cancelled", cancelled)
}

// copyApplied takes over from the stored record what applying wrote.
func (r Rebooking) copyApplied(stored Rebooking) {
	for _, field := range []string{"status", "moved", "cancelled", "applied_by", "applied_at", "version", "updated"} {
		r.SetRaw(field, stored.GetRaw(field))
	}
}
