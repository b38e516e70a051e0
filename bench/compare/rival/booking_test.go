package rival

import (
	"testing"
	"time"
)

var wednesday = time.Date(2031, 1, 1, 9, 10, 0, 0, time.UTC)

func TestFreeSlotsAreNeitherPastNorBookedNorDuringAnAbsence(t *testing.T) {
	t.Parallel()
	hours := []Hours{{Weekday: 3, StartTime: "09:00", EndTime: "10:15", SlotMinutes: 15, Capacity: 1, Room: "1"}}
	at := func(clock string) string { return "2031-01-01 " + clock + ":00.000Z" }
	booked := []Interval{{at("09:30"), at("09:45")}}
	away := []Interval{{at("09:50"), at("10:00")}}
	free := Free("d", hours, away, booked, wednesday, wednesday.AddDate(0, 0, 6)).Slots
	if len(free) != 2 || free[0].Starts != at("09:15") || free[1].Starts != at("10:00") {
		t.Errorf("the free slots are %+v", free)
	}
}

func TestAVisitTakesASlotOfTheSchedule(t *testing.T) {
	t.Parallel()
	day := time.Now().UTC().AddDate(0, 0, 7).Truncate(24 * time.Hour)
	hours := []Hours{{Weekday: weekday(day), StartTime: "09:00", EndTime: "10:00", SlotMinutes: 30, Capacity: 1}}
	at := func(minutes int) string { return FormatInstant(day.Add(time.Duration(minutes) * time.Minute)) }
	if slot, _, err := SlotAt(at(570), hours, nil); err != nil || slot.Ends != at(600) {
		t.Errorf("the slot at 09:30 is %+v, %v", slot, err)
	}
	for what, refused := range map[string]error{
		"between two slots": errOf(SlotAt(at(575), hours, nil)),
		"after the hours":   errOf(SlotAt(at(600), hours, nil)),
		"in an absence":     errOf(SlotAt(at(540), hours, []Interval{{at(0), at(600)}})),
		"in the past":       errOf(SlotAt("2020-01-01 09:00:00.000Z", hours, nil)),
	} {
		if refused == nil {
			t.Errorf("a visit %s was accepted", what)
		}
	}
}

func errOf(_ Interval, _ Hours, err error) error { return err }

func TestEntriesOfTheAuditLogAreChained(t *testing.T) {
	t.Parallel()
	entries := []Entry{{Action: "a"}, {Action: "b"}}
	Chain(7, "before", entries)
	if entries[0].Seq != 8 || entries[1].Seq != 9 || entries[0].PrevHash != "before" ||
		entries[1].PrevHash != entries[0].Hash || len(entries[0].Hash) != 64 {
		t.Errorf("the chain is %+v", entries)
	}
}
