package statistics

import (
	"time"

	"hospital/modules/billing"
)

// span is a period of whole days of the hospital. The days are given as midnight in UTC.
type span struct {
	first, last time.Time
	zone        *time.Location
}

// instants are the start of the first day, and the end of the last one (exclusive), as they are stored.
func (s span) instants() (from, to string) {
	return billing.Period(s.first, s.last, s.zone)
}

// days is how many there are.
func (s span) days() int { return int(s.last.Sub(s.first).Hours()/24) + 1 }

// before is the period of as many days that ends on the day before.
func (s span) before() span {
	return span{s.first.AddDate(0, 0, -s.days()), s.first.AddDate(0, 0, -1), s.zone}
}

// split cuts the period at the ends of days, weeks (which begin on Monday) or months.
func (s span) split(by string) (parts []span) {
	for day := s.first; !day.After(s.last); {
		next := day.AddDate(0, 0, 1)
		switch by {
		case "week":
			next = day.AddDate(0, 0, 7-(int(day.Weekday())+6)%7)
		case "month":
			next = time.Date(day.Year(), day.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		}
		last := next.AddDate(0, 0, -1)
		if last.After(s.last) {
			last = s.last
		}
		parts = append(parts, span{day, last, s.zone})
		day = next
	}
	return parts
}
