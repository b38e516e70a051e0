package scheduling

import (
	"fmt"
	"regexp"
	"testing"
	"time"
)

var zones = []string{"UTC", "Europe/Berlin", "America/Santiago", "Asia/Kathmandu", "Pacific/Apia",
	"Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca", "Asia/Gaza"}

// FuzzDay checks days in many zones: a day starts at its first instant, ends where the next
// starts, and the local clock shows the requested time. It starts in 1975, because older
// zones had offsets with seconds.
func FuzzDay(f *testing.F) {
	f.Add(byte(1), int16(2030), byte(3), byte(31), uint16(150))
	f.Add(byte(4), int16(2011), byte(12), byte(30), uint16(0)) // a day that Apia skipped
	f.Add(byte(2), int16(2019), byte(9), byte(8), uint16(0))   // a midnight that Santiago skipped
	f.Fuzz(func(t *testing.T, which byte, year int16, month, date byte, minute uint16) {
		zone := zoneOf(t, zones[int(which)%len(zones)])
		d := dayOf(time.Date(1975+int(uint16(year))%200, time.Month(month%12)+1, int(date%31)+1, 0, 0, 0, 0, time.UTC),
			time.UTC)
		starts, ends := d.start(zone), d.next().start(zone)
		if length := ends.Sub(starts); length < 0 || length > 49*time.Hour {
			t.Errorf("%s in %s is %s long", d, zone, length)
		}
		if ends.After(starts) &&
			(dayOf(starts, zone) != d || dayOf(starts.Add(-time.Second), zone) == d ||
				dayOf(ends.Add(-time.Second), zone) != d) {
			t.Errorf("%s in %s starts at %s and ends at %s", d, zone, starts, ends)
		}
		shown := int(minute) % (24 * 60)
		for i, at := range d.at(shown, zone) {
			if dayOf(at, zone) != d || minuteOfDay(at, zone) != shown || i > 1 {
				t.Errorf("%d minutes into %s in %s the clock shows %s", shown, d, zone, at.In(zone))
			}
		}
		if back := dayOf(d.plus(int(date)).plus(-int(date)).wall(0), time.UTC); back != d || d.weekday() < 1 ||
			d.weekday() > 7 || !d.next().after(d) {
			t.Errorf("%s, %d days on and back, is %s", d, date, back)
		}
	})
}

var clockPattern = regexp.MustCompile(`^(([01]\d|2[0-3]):[0-5]\d|24:00)$`)

// FuzzTimeOfDay checks that every valid time of day is parsed to its minutes.
func FuzzTimeOfDay(f *testing.F) {
	for _, clock := range []string{"00:00", "09:30", "23:59", "24:00", "24:01", "9:30", "", "\xff:00"} {
		f.Add(clock)
	}
	f.Fuzz(func(t *testing.T, clock string) {
		if !clockPattern.MatchString(clock) {
			return
		}
		if n := parseTimeOfDay(clock); n < 0 || n > 24*60 || fmt.Sprintf("%02d:%02d", n/60, n%60) != clock {
			t.Errorf("%q is %d minutes", clock, n)
		}
	})
}
