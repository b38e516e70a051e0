package rival

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The settings of the hospital.
const (
	horizon    = 365 * 24 * time.Hour
	careTeam   = 30 * 24 * time.Hour
	dueDays    = 14
	longest    = 8 * time.Hour // a visit
	slotDays   = 14
	minuteForm = "15:04"
)

// Hours are a part of a doctor's week. The hospital's zone is UTC.
type Hours struct {
	Weekday                  int
	StartTime, EndTime, Room string
	SlotMinutes, Capacity    int
}

// TableName is the table of hours.
func (Hours) TableName() string { return "schedules" }

// Interval is a half-open stretch of time.
type Interval struct{ Starts, Ends string }

func (i Interval) overlaps(j Interval) bool { return i.Starts < j.Ends && i.Ends > j.Starts }

// FreeSlot is a bookable time in an answer.
type FreeSlot struct {
	Starts    string `json:"starts"`
	Ends      string `json:"ends"`
	Doctor    string `json:"doctor"`
	Room      string `json:"room"`
	Remaining int    `json:"remaining"`
}

// FreeSlots is the answer to a search for free slots.
type FreeSlots struct {
	Timezone string     `json:"timezone"`
	From     string     `json:"from"`
	To       string     `json:"to"`
	Slots    []FreeSlot `json:"slots"`
}

// SlotWindow is the time that a search looks at: from now on, for two weeks.
func SlotWindow(now time.Time) (from, to time.Time) {
	return now, now.UTC().Truncate(24*time.Hour).AddDate(0, 0, slotDays)
}

// Free lists the slots of a doctor's hours that are neither booked nor during an absence.
func Free(doctor string, hours []Hours, away, booked []Interval, from, to time.Time) FreeSlots {
	today := from.UTC().Truncate(24 * time.Hour)
	answer := FreeSlots{"UTC", today.Format(time.DateOnly), to.AddDate(0, 0, -1).Format(time.DateOnly), []FreeSlot{}}
	for day := today; day.Before(to); day = day.AddDate(0, 0, 1) {
		for _, h := range hours {
			if h.Weekday != weekday(day) {
				continue
			}
			for _, s := range slotsOn(h, day) {
				if s.Starts < FormatInstant(from) || slices.ContainsFunc(away, s.overlaps) {
					continue
				}
				taken := 0
				for _, b := range booked {
					if b.overlaps(s) {
						taken++
					}
				}
				if taken < h.Capacity {
					answer.Slots = append(answer.Slots, FreeSlot{s.Starts, s.Ends, doctor, h.Room, h.Capacity - taken})
				}
			}
		}
	}
	slices.SortFunc(answer.Slots, func(x, y FreeSlot) int { return compare(x.Starts, y.Starts) })
	return answer
}

func compare(x, y string) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// weekday counts from Monday, 1, to Sunday, 7.
func weekday(day time.Time) int { return (int(day.Weekday())+6)%7 + 1 }

func slotsOn(h Hours, day time.Time) (slots []Interval) {
	opens, _ := time.Parse(minuteForm, h.StartTime)
	closes, _ := time.Parse(minuteForm, h.EndTime)
	length := time.Duration(h.SlotMinutes) * time.Minute
	for at := opens; !at.Add(length).After(closes); at = at.Add(length) {
		starts := day.Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
		slots = append(slots, Interval{FormatInstant(starts), FormatInstant(starts.Add(length))})
	}
	return slots
}

// SlotAt is the slot that starts at a time, if it can be booked: not in the past, before the
// horizon, inside the hours, not during an absence.
func SlotAt(starts string, hours []Hours, away []Interval) (slot Interval, of Hours, err error) {
	at, err := ParseInstant(starts)
	if err != nil {
		return slot, of, Refuse(http.StatusBadRequest, "This is not an instant.")
	}
	if now := time.Now(); at.Before(now) || at.After(now.Add(horizon)) {
		return slot, of, Refuse(http.StatusBadRequest, "Choose a time in the future, within a year.")
	}
	for _, h := range hours {
		if h.Weekday != weekday(at) {
			continue
		}
		for _, s := range slotsOn(h, at.Truncate(24*time.Hour)) {
			switch {
			case s.Starts != starts:
			case slices.ContainsFunc(away, s.overlaps):
				return slot, of, ErrAway
			default:
				return s, h, nil
			}
		}
	}
	return slot, of, Refuse(http.StatusConflict, "None of the doctor's slots starts then.")
}

// Refusals of a time.
var (
	ErrAway        = Refuse(http.StatusConflict, "The doctor is away then.")
	ErrTaken       = Refuse(http.StatusConflict, "The doctor is already booked then.")
	ErrPatientBusy = Refuse(http.StatusConflict, "The patient already has an appointment then.")
	ErrInactive    = Refuse(http.StatusConflict, "The doctor or the patient is inactive.")
	ErrTransition  = Refuse(http.StatusConflict, "The visit cannot be changed in this way.")
)

// LookBack is the earliest start of a visit that can overlap a time.
func LookBack(starts string) string {
	at, _ := ParseInstant(starts)
	return FormatInstant(at.Add(-longest))
}

// CareTeamEnd is until when the doctor of a visit may read the patient's record.
func CareTeamEnd(v Visit) string {
	at, _ := ParseInstant(v.Ends)
	return FormatInstant(at.Add(careTeam))
}

// DueOn is the day on which a bill that is issued now is to be paid.
func DueOn(now time.Time) string { return now.UTC().AddDate(0, 0, dueDays).Format(time.DateOnly) }

// Series is a series of numbers of this year.
func Series(name string) string { return fmt.Sprintf("%s-%d", name, time.Now().UTC().Year()) }

// NumberOf is a number of a series as people write it.
func NumberOf(series string, n int64) string { return fmt.Sprintf("%s-%06d", series, n) }
