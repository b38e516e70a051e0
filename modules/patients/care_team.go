package patients

import (
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// CareTeamEntry is a record of care_team: it lets a user open a patient's record for a while.
type CareTeamEntry struct{ *core.Record }

func (c CareTeamEntry) source() Source    { return Source(c.GetString("source")) }
func (c CareTeamEntry) starts() time.Time { return c.GetDateTime("starts").Time() }
func (c CareTeamEntry) ends() time.Time   { return c.GetDateTime("ends").Time() }

func (c CareTeamEntry) setSource(source Source) { c.Set("source", string(source)) }
func (c CareTeamEntry) setStarts(t time.Time)   { c.Set("starts", t) }
func (c CareTeamEntry) setEnds(t time.Time)     { c.Set("ends", t) }

// fill sets the fields of a new entry.
func (c CareTeamEntry) fill(patient, user string, source Source, reason string) {
	c.Set("patient", patient)
	c.Set("user", user)
	c.setSource(source)
	c.Set("reason", reason)
}

func (c CareTeamEntry) setAppointment(id string) { c.Set("appointment", id) }

// OpenForVisit lets the doctor of a visit open the patient's record in a period, which begins now
// at the earliest. A visit has one entry at a time.
func OpenForVisit(tx core.App, patient, user, appointment string, starts, ends time.Time) error {
	if now := kit.Now(tx); starts.Before(now) {
		starts = now
	}
	if !ends.After(starts) {
		return nil
	}
	blank, err := kit.New(tx, "care_team")
	if err != nil {
		return err
	}
	entry := CareTeamEntry{blank}
	entry.fill(patient, user, Appointment, "")
	entry.setAppointment(appointment)
	entry.setStarts(starts)
	entry.setEnds(ends)
	if err := tx.Save(entry.Record); err != nil {
		return fmt.Errorf("join the care team of %s: %w", patient, err)
	}
	return nil
}

// EndForVisit ends the access that a visit gives. Access by other visits, by an admin or in an
// emergency stays.
func EndForVisit(tx core.App, appointment string) error {
	now := kit.Now(tx)
	open, err := tx.FindAllRecords("care_team", dbx.HashExp{"appointment": appointment},
		dbx.NewExp("ends > {:now}", dbx.Params{"now": kit.FormatInstant(now)}))
	if err != nil {
		return err
	}
	for _, r := range open {
		entry := CareTeamEntry{r}
		entry.setEnds(now)
		if entry.starts().After(now) { // it never began
			entry.setEnds(entry.starts())
		}
		if err := tx.Save(r); err != nil {
			return fmt.Errorf("end care team entry %s: %w", r.Id, err)
		}
	}
	return nil
}

// Treats reports whether an account is in the care team of a patient now, other than by emergency access.
func Treats(tx core.App, patient, user string) (bool, error) {
	now := kit.FormatInstant(kit.Now(tx))
	n, err := tx.CountRecords("care_team", dbx.HashExp{"patient": patient, "user": user},
		dbx.NewExp("starts <= {:now} AND ends > {:now}", dbx.Params{"now": now}),
		dbx.Not(dbx.HashExp{"source": string(BreakGlass)}))
	return n > 0, err
}

// checkNewEntry checks an entry that an admin or the server adds.
func checkNewEntry(e *core.RecordEvent) error {
	entry := CareTeamEntry{e.Record}
	if entry.source() == "" {
		entry.setSource(Manual)
	}
	return checkPeriod(e)
}

// checkChangedEntry refuses to extend an emergency access.
func checkChangedEntry(e *core.RecordEvent, stored *core.Record) error {
	before, after := CareTeamEntry{stored}, CareTeamEntry{e.Record}
	if before.source() == BreakGlass && after.ends().After(before.ends()) {
		return kit.Forbidden("ends", "not_allowed",
			"Emergency access cannot be extended. Add a new entry to the care team.")
	}
	return checkPeriod(e)
}

func checkPeriod(e *core.RecordEvent) error {
	entry := CareTeamEntry{e.Record}
	if !entry.starts().IsZero() && entry.ends().Before(entry.starts()) && !entry.ends().IsZero() {
		return kit.Invalid("ends", "ends_before_starts", "The end must not be before the start.")
	}
	return e.Next()
}
