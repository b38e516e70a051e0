package scheduling

import "time"

// Offered is how many minutes of visits the schedules offer from one day to another, each minute as often as it has
// room, without those in which the doctor is away. Days are given as midnight in UTC. A minute is one of the clock: a
// day on which the clocks change offers what its schedule says.
func (a Agenda) Offered(first, last time.Time) (minutes int) {
	for d := dayOf(first, time.UTC); !d.after(dayOf(last, time.UTC)); d = d.next() {
		for _, s := range a.Schedules {
			if s.on(d) {
				minutes += (s.Closes - s.Opens - a.away(d, s)) * s.Capacity
			}
		}
	}
	return minutes
}

// away is how many minutes of a schedule the doctor is away on a day.
func (a Agenda) away(d day, s Schedule) (minutes int) {
	if len(a.Away) == 0 {
		return 0
	}
	opens := a.instant(d, s.Opens)
	for minute := s.Opens; minute < s.Closes; minute++ {
		at := opens.Add(time.Duration(minute-s.Opens) * time.Minute)
		if a.AwayAt(at, at.Add(time.Minute)) {
			minutes++
		}
	}
	return minutes
}

// instant is when the clock shows a time of the day, or would if it were not put forward then.
func (a Agenda) instant(d day, minute int) time.Time {
	if at := d.at(minute, a.Zone); len(at) > 0 {
		return at[0]
	}
	return d.start(a.Zone).Add(time.Duration(minute) * time.Minute)
}
