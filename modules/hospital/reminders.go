package hospital

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	validation "github.com/pocketbase/ozzo-validation/v4"
)

const (
	maxLeads = 5
	minLead  = 5 * time.Minute
	maxLead  = 30 * 24 * time.Hour
)

var leadFormat = regexp.MustCompile(`^([0-9]{1,5}) ?(h|m|min)$`)

// ReminderLeads is how long before a visit its patient is reminded, the longest time first. It is empty if no
// reminders are sent.
func (s Settings) ReminderLeads() []time.Duration {
	leads, _ := parseLeads(s.reminderLeads()) // refused when the settings were written
	return leads
}

// parseLeads parses a list such as "48h, 30m". Nothing and 0 are no lead.
func parseLeads(text string) (leads []time.Duration, err error) {
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		if item == "" || item == "0" {
			continue
		}
		parts := leadFormat.FindStringSubmatch(item)
		if parts == nil {
			return nil, fmt.Errorf("%q is not a time such as 48h or 30m", item)
		}
		n, _ := strconv.Atoi(parts[1]) // at most five digits
		unit := time.Minute
		if parts[2] == "h" {
			unit = time.Hour
		}
		lead := time.Duration(n) * unit
		switch {
		case lead == 0:
			continue
		case lead < minLead || lead > maxLead:
			return nil, fmt.Errorf("%s is not between 5m and 720h", item)
		}
		leads = append(leads, lead)
	}
	slices.SortFunc(leads, func(a, b time.Duration) int { return cmp.Compare(b, a) })
	if leads = slices.Compact(leads); len(leads) > maxLeads {
		return nil, fmt.Errorf("there are more than %d times", maxLeads)
	}
	return leads, nil
}

// QuietUntil returns when the quiet hours end that contain a moment. It is the zero time outside of quiet hours.
func (s Settings) QuietUntil(t time.Time) time.Time {
	from, until := s.quietFrom(), s.quietUntil()
	if from == until || from == "" || until == "" {
		return time.Time{}
	}
	local := t.In(s.Zone())
	now, day := local.Format("15:04"), local.Day()
	switch {
	case from < until && (now < from || now >= until), from > until && now < from && now >= until:
		return time.Time{}
	case from > until && now >= from:
		day++
	}
	clock, err := time.Parse("15:04", until)
	if err != nil { // 24:00
		clock, day = time.Time{}, day+1
	}
	end := time.Date(local.Year(), local.Month(), day, clock.Hour(), clock.Minute(), 0, 0, s.Zone())
	if !end.After(t) { // in an hour that the clock is put back or skips
		return time.Time{}
	}
	return end.UTC()
}

func checkReminders(s Settings) error {
	if _, err := parseLeads(s.reminderLeads()); err != nil {
		return validation.Errors{"reminder_leads": validation.NewError("invalid_leads",
			"Write times before the visit such as 48h, 2h, 30m: "+err.Error()+".")}
	}
	if (s.quietFrom() == "") != (s.quietUntil() == "") {
		return validation.Errors{"quiet_until": validation.NewError("invalid_quiet_hours",
			"Set when quiet hours begin and when they end, or neither.")}
	}
	return nil
}
