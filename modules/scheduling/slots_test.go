package scheduling

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // independent of the machine

	"pgregory.net/rapid"
)

func zoneOf(t interface{ Fatal(...any) }, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// everyDay are schedules for all days of the week.
func everyDay(from, until string, slot int) (hours []Schedule) {
	for weekday := 1; weekday <= 7; weekday++ {
		hours = append(hours, Schedule{Weekday: weekday, Opens: parseTimeOfDay(from), Closes: parseTimeOfDay(until),
			Slot: slot, Capacity: 1})
	}
	return hours
}

// onDay are the free slots of one day, each as local time and offset.
func (a Agenda) onDay(t *testing.T, day string) string {
	t.Helper()
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	var slots []string
	for _, s := range a.Free(StartOfDay(d, a.Zone), StartOfDay(d.AddDate(0, 0, 1), a.Zone), 0) {
		slots = append(slots, s.Starts.In(a.Zone).Format("15:04-0700"))
	}
	return strings.Join(slots, " ")
}

func TestSlotsAroundDaylightSavingChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, day, from, until string
		slot                   int
		want                   string
	}{
		// spring: the hour from two to three is skipped
		{"Europe/Berlin", "2030-03-30", "01:00", "04:00", 60, "01:00+0100 02:00+0100 03:00+0100"},
		{"Europe/Berlin", "2030-03-31", "01:00", "04:00", 60, "01:00+0100 03:00+0200"},
		{"Europe/Berlin", "2030-03-31", "01:00", "04:00", 30, "01:00+0100 01:30+0100 03:00+0200 03:30+0200"},
		{"Europe/Berlin", "2030-03-31", "01:30", "04:30", 60, "03:30+0200"}, // half of 01:30 to 02:30 is skipped
		{"Europe/Berlin", "2030-03-31", "02:00", "03:00", 20, ""},
		{"Europe/Berlin", "2030-03-31", "09:00", "11:00", 60, "09:00+0200 10:00+0200"},
		// autumn: the hour from two to three is repeated
		{"Europe/Berlin", "2030-10-27", "01:00", "04:00", 60, "01:00+0200 02:00+0200 02:00+0100 03:00+0100"},
		{"Europe/Berlin", "2030-10-27", "02:00", "03:00", 20,
			"02:00+0200 02:20+0200 02:40+0200 02:00+0100 02:20+0100 02:40+0100"},
		// 02:30+0200 is no slot: its second half shows two o'clock again
		{"Europe/Berlin", "2030-10-27", "01:30", "04:30", 60, "01:30+0200 02:30+0100 03:30+0100"},
		{"Europe/Berlin", "2030-10-27", "09:00", "11:00", 60, "09:00+0100 10:00+0100"},
		{"America/New_York", "2030-03-10", "01:00", "04:00", 60, "01:00-0500 03:00-0400"},
		{"America/New_York", "2030-11-03", "00:00", "03:00", 60, "00:00-0400 01:00-0400 01:00-0500 02:00-0500"},
		// a shift of half an hour
		{"Australia/Lord_Howe", "2030-10-06", "01:30", "03:30", 30, "01:30+1030 02:30+1100 03:00+1100"},
		{"Australia/Lord_Howe", "2030-10-06", "01:00", "04:00", 60, "01:00+1030 03:00+1100"},
		{"Australia/Lord_Howe", "2030-04-07", "01:00", "03:00", 30, "01:00+1100 01:30+1100 01:30+1030 02:00+1030 02:30+1030"},
		{"Australia/Lord_Howe", "2030-04-07", "01:00", "03:00", 60, "01:00+1100 02:00+1030"},
		// midnight is skipped
		{"America/Santiago", "2030-09-08", "00:00", "02:00", 30, "01:00-0300 01:30-0300"},
		// no daylight saving time
		{"Asia/Kolkata", "2030-03-31", "23:00", "24:00", 30, "23:00+0530 23:30+0530"},
		{"UTC", "2030-10-27", "01:00", "03:00", 60, "01:00+0000 02:00+0000"},
	} {
		agenda := Agenda{Zone: zoneOf(t, c.zone), Schedules: everyDay(c.from, c.until, c.slot)}
		if got := agenda.onDay(t, c.day); got != c.want {
			t.Errorf("%s on %s, %s to %s every %d minutes:\n got %s\nwant %s", c.zone, c.day, c.from, c.until, c.slot, got,
				c.want)
		}
	}
}

func TestFreeSlotsOfADay(t *testing.T) {
	t.Parallel()
	at := func(clock string) time.Time {
		start := StartOfDay(time.Date(2030, 1, 31, 0, 0, 0, 0, time.UTC), time.UTC)
		return start.Add(time.Duration(parseTimeOfDay(clock)) * time.Minute)
	}
	span := func(from, until string) Interval { return Interval{at(from), at(until)} }
	group := everyDay("09:00", "11:00", 30)
	for i := range group {
		group[i].Capacity = 2
	}
	for name, c := range map[string]struct {
		hours        []Schedule
		away, booked []Interval
		want         string
	}{
		"a rest shorter than a slot": {everyDay("09:00", "10:20", 30), nil, nil, "09:00 09:30"},
		"until midnight":             {everyDay("23:30", "24:00", 15), nil, nil, "23:30 23:45"},
		"a visit takes its slot": {everyDay("09:00", "10:30", 30), nil, []Interval{span("09:30", "10:00")},
			"09:00 10:00"},
		"a visit between slots takes two": {everyDay("09:00", "11:00", 30), nil, []Interval{span("09:15", "09:45")},
			"10:00 10:30"},
		"adjacent visits take none": {everyDay("09:00", "10:00", 30), nil,
			[]Interval{span("08:30", "09:00"), span("10:00", "10:30")}, "09:00 09:30"},
		"a long visit takes all": {everyDay("09:00", "11:00", 30), nil, []Interval{span("06:00", "13:00")}, ""},
		"away": {everyDay("09:00", "11:00", 30), []Interval{span("09:45", "10:15")}, nil,
			"09:00 10:30"},
		"a group has room for two": {group, nil,
			[]Interval{span("09:00", "09:30"), span("09:30", "10:00"), span("09:30", "10:00")}, "09:00 10:00 10:30"},
		"two short visits are one at a time": {group, nil, []Interval{span("09:00", "09:15"), span("09:15", "09:30")},
			"09:00 09:30 10:00 10:30"},
		"not yet valid": {[]Schedule{{Weekday: 4, Opens: 540, Closes: 600, Slot: 30, Capacity: 1,
			From: "2030-02-01"}}, nil, nil, ""},
		"on its first and last day": {[]Schedule{{Weekday: 4, Opens: 540, Closes: 600, Slot: 30, Capacity: 1,
			From: "2030-01-31", Until: "2030-01-31"}}, nil, nil, "09:00 09:30"},
		"ended": {[]Schedule{{Weekday: 4, Opens: 540, Closes: 600, Slot: 30, Capacity: 1,
			Until: "2030-01-30"}}, nil, nil, ""},
		"another day of the week": {[]Schedule{{Weekday: 5, Opens: 540, Closes: 600, Slot: 30, Capacity: 1}}, nil,
			nil, ""},
		"morning and afternoon": {append(everyDay("13:00", "14:00", 30), everyDay("09:00", "09:40", 20)...), nil,
			nil, "09:00 09:20 13:00 13:30"},
	} {
		var got []string
		agenda := Agenda{Zone: time.UTC, Schedules: c.hours, Away: c.away, Booked: c.booked}
		for _, s := range agenda.Free(at("00:00"), at("24:00"), 0) {
			got = append(got, s.Starts.Format("15:04"))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestFreeSlotsMatchAMinuteByMinuteSearch compares Free with a simpler search that looks at
// every minute, for random schedules, time off, visits, zones and dates.
func TestFreeSlotsMatchAMinuteByMinuteSearch(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
		"America/Santiago", "Pacific/Apia", "Africa/Casablanca"}
	rapid.Check(t, func(t *rapid.T) {
		zone := zoneOf(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		offset := rapid.IntRange(0, 800).Draw(t, "day")
		first := StartOfDay(time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, offset), zone)
		end := first.Add(time.Duration(rapid.IntRange(1, 4*24).Draw(t, "hours")) * time.Hour)
		agenda := Agenda{Zone: zone}
		for weekday := 1; weekday <= 7; weekday++ {
			opens := rapid.IntRange(0, 1400).Draw(t, "opens")
			agenda.Schedules = append(agenda.Schedules, Schedule{Weekday: weekday, Opens: opens,
				Closes: rapid.IntRange(opens+5, 1440).Draw(t, "closes"),
				Slot:   rapid.IntRange(5, 240).Draw(t, "slot"), Capacity: rapid.IntRange(1, 3).Draw(t, "capacity")})
		}
		span := rapid.Custom(func(t *rapid.T) Interval {
			starts := first.Add(time.Duration(rapid.IntRange(-500, 6000).Draw(t, "starts")) * time.Minute)
			return Interval{starts, starts.Add(time.Duration(rapid.IntRange(5, 480).Draw(t, "length")) * time.Minute)}
		})
		agenda.Away = rapid.SliceOfN(span, 0, 3).Draw(t, "away")
		agenda.Booked = rapid.SliceOfN(span, 0, 12).Draw(t, "booked")

		free := map[time.Time]Slot{}
		var last time.Time
		for _, s := range agenda.Free(first, end, 0) {
			if s.Starts.Before(last) {
				t.Fatalf("%v is listed after %v", s.Starts, last)
			}
			last = s.Starts
			free[s.Starts.UTC()] = s
		}
		for at := first; at.Before(end); at = at.Add(time.Minute) {
			s, isFree := free[at.UTC()]
			h, open := agenda.ScheduleAt(at, at.Add(time.Minute))
			wall := minuteOfDay(at, zone)
			stop := at.Add(time.Duration(h.Slot) * time.Minute)
			want := open && (wall-h.Opens)%h.Slot == 0 && wall+h.Slot <= h.Closes && !stop.After(end)
			busiest := 0
			for m := at; want && m.Before(stop); m = m.Add(time.Minute) {
				n := 0
				for _, b := range agenda.Booked {
					if !m.Before(b.Starts) && m.Before(b.Ends) {
						n++
					}
				}
				busiest = max(busiest, n)
				for _, b := range agenda.Away {
					want = want && (m.Before(b.Starts) || !m.Before(b.Ends))
				}
				want = want && minuteOfDay(m, zone) <= wall+h.Slot-1 && minuteOfDay(m, zone) >= wall &&
					dayOf(m, zone) == dayOf(at, zone)
			}
			want = want && busiest < h.Capacity && minuteOfDay(stop.Add(-1), zone) == wall+h.Slot-1
			if isFree != want {
				t.Fatalf("%v in %v is free: %v, should be %v", at.In(zone), zone, isFree, want)
			}
			if isFree && (s.Remaining != h.Capacity-busiest || !s.Ends.Equal(stop)) {
				t.Fatalf("%v until %v has room for %d, want %d until %v", at, s.Ends, s.Remaining, h.Capacity-busiest, stop)
			}
			if slot, ok := agenda.SlotAt(at); isFree && (!ok || !slot.Ends.Equal(stop)) {
				t.Fatalf("the free slot of %v is not found", at)
			}
		}
	})
}

func TestChangingTheTimezoneMovesSchedulesButNotVisits(t *testing.T) {
	t.Parallel()
	visit := Interval{time.Date(2030, 1, 31, 9, 0, 0, 0, time.UTC), time.Date(2030, 1, 31, 9, 30, 0, 0, time.UTC)}
	agenda := Agenda{Zone: zoneOf(t, "Europe/Berlin"), Schedules: everyDay("10:00", "11:30", 30),
		Booked: []Interval{visit}}
	if got := agenda.onDay(t, "2030-01-31"); got != "10:30+0100 11:00+0100" {
		t.Errorf("before: %s", got)
	}
	agenda.Zone = zoneOf(t, "Asia/Kolkata") // the visit is now at 14:30 there
	if got := agenda.onDay(t, "2030-01-31"); got != "10:00+0530 10:30+0530 11:00+0530" {
		t.Errorf("after: %s", got)
	}
	agenda.Schedules = everyDay("14:15", "15:45", 30)
	if got := agenda.onDay(t, "2030-01-31"); got != "15:15+0530" {
		t.Errorf("with hours around the visit: %s", got)
	}
}
