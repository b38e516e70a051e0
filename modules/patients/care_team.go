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

// JoinCareTeam lets a user open a patient's record from now until ends. It extends an
// existing entry with the same source.
func JoinCareTeam(tx core.App, patient, user string, source Source, ends time.Time) error {
	entry, err := entryOf(tx, patient, user, source)
	if err != nil {
		return err
	}
	if now := kit.Now(tx); !entry.ends().After(now) {
		entry.setStarts(now)
	}
	if entry.ends().After(ends) {
		return nil
	}
	entry.setEnds(ends)
	if err := tx.Save(entry.Record); err != nil {
		return fmt.Errorf("join the care team of %s: %w", patient, err)
	}
	return nil
}

// entryOf returns the stored entry of a user, or a new one.
func entryOf(tx core.App, patient, user string, source Source) (CareTeamEntry, error) {
	stored, err := tx.FindAllRecords("care_team", dbx.HashExp{"patient": patient, "user": user, "source": string(source)})
	if err != nil {
		return CareTeamEntry{}, err
	}
	if len(stored) > 0 {
		return CareTeamEntry{stored[0]}, nil
	}
	blank, err := kit.New(tx, "care_team")
	if err != nil {
		return CareTeamEntry{}, err
	}
	entry := CareTeamEntry{blank}
	entry.fill(patient, user, source, "")
	return entry, nil
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
	if !entry.starts().IsZero() && !entry.ends().IsZero() && !entry.ends().After(entry.starts()) {
		return kit.Invalid("ends", "ends_before_starts", "The end must be after the start.")
	}
	return e.Next()
}
