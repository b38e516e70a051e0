// Package rival is what the two servers share that the hospital is compared with: their
// data model, tokens, the audit log, and the calculation of free slots.
package rival

import "time"

const instantLayout = "2006-01-02 15:04:05.000Z"

// FormatInstant writes an instant as it is stored: in UTC, with milliseconds.
func FormatInstant(t time.Time) string { return t.UTC().Format(instantLayout) }

// ParseInstant reads a stored instant.
func ParseInstant(text string) (time.Time, error) { return time.Parse(instantLayout, text) }
