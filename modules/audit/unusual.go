package audit

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/security"

	"hospital/internal/kit"
	"hospital/modules/accounts"
	"hospital/modules/hospital"
	"hospital/modules/patients"
)

// read is a patient whose record somebody else read.
type read struct {
	entry   Entry
	day     string
	patient person
	number  int // of patients that the reader has read that day
}

// person is what the rules look at of a patient.
type person struct {
	ID      string `db:"id"`
	NameKey string `db:"name_key"`
	VIP     bool   `db:"vip"`
	Staff   bool   `db:"staff"` // is a colleague of the reader
}

// colleague finds the account of a member of staff that manages the patient, or that has the
// patient's address.
const colleague = "EXISTS (SELECT 1 FROM users u WHERE u.id = p.user AND u.role != 'patient') OR p.email != '' AND " +
	"EXISTS (SELECT 1 FROM users u WHERE u.email = p.email COLLATE NOCASE AND u.email != '' AND u.role != 'patient') " +
	"AS staff"

// opened reports whether the reader chose the record, in contrast to seeing it in a list.
func (r read) opened() bool { return r.entry.Record != "" || r.entry.Action == searching }

// rules decide which reads are unusual.
var rules = []struct {
	rule    Rule
	matches func(r read, settings hospital.Settings) bool
}{
	{ManyPatients, func(r read, s hospital.Settings) bool { return r.number > s.ReadAlertCount() }},
	{FamilyName, func(r read, _ hospital.Settings) bool {
		return r.opened() && familyName(patients.NameKey(r.entry.Actor.Name)) == familyName(r.patient.NameKey)
	}},
	{VIP, func(r read, _ hospital.Settings) bool { return r.opened() && r.patient.VIP }},
	{Colleague, func(r read, _ hospital.Settings) bool {
		return r.opened() && r.patient.Staff
	}},
}

// familyName is the last word of a folded name. One word is no family name.
func familyName(key string) string {
	words := strings.Fields(key)
	if len(words) < 2 {
		return "\x00" + key // like no other
	}
	return words[len(words)-1]
}

// readers knows which patients each reader has read today.
type readers struct {
	lock sync.Mutex
	day  string
	seen map[string]map[string]bool // patients by reader
}

// review looks for unusual reads in entries that were written to the log.
func (b *buffer) review(entries []Entry) error {
	settings, err := hospital.Of(b.app)
	if err != nil {
		return err
	}
	var reads []read
	for _, e := range entries {
		if e.Outcome != Done || e.Actor.ID == "" {
			continue
		}
		for _, patient := range slices.Concat(e.Patients, []string{e.Patient}) {
			if e.Patient = patient; patient != "" {
				reads = append(reads, read{entry: e, day: e.at.In(settings.Zone()).Format(time.DateOnly)})
			}
		}
	}
	if len(reads) == 0 {
		return nil
	}
	if err := b.describe(reads, settings); err != nil {
		return fmt.Errorf("review %d reads: %w", len(reads), err)
	}
	found := map[string]unusual{}
	for _, r := range reads {
		for _, rule := range rules {
			if !rule.matches(r, settings) {
				continue
			}
			u := unusual{reader: r.entry.Actor.ID, patient: r.entry.Patient, rule: rule.rule, day: r.day}
			if rule.rule == ManyPatients {
				u.patient = ""
			}
			if known, ok := found[u.key()]; ok {
				u = known
			} else {
				u.first = r.entry.at
			}
			u.last, u.count = r.entry.at, u.count+max(r.entry.Times, 1)
			if rule.rule == ManyPatients {
				u.count = r.number
			}
			found[u.key()] = u
		}
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if err := found[key].store(b.app); err != nil {
			return fmt.Errorf("store an unusual read: %w", err)
		}
	}
	return nil
}

// describe adds what the rules look at to reads.
func (b *buffer) describe(reads []read, settings hospital.Settings) error {
	of := map[string]person{}
	var ids []any
	for _, r := range reads {
		if _, ok := of[r.entry.Patient]; !ok {
			of[r.entry.Patient] = person{}
			ids = append(ids, r.entry.Patient)
		}
	}
	for some := range slices.Chunk(ids, 500) {
		var found []person
		err := b.app.DB().Select("p.id", "p.name_key", "p.vip", colleague).From("patients p").
			Where(dbx.In("p.id", some...)).All(&found)
		if err != nil {
			return err
		}
		for _, p := range found {
			of[p.ID] = p
		}
	}
	for i := range reads {
		r := &reads[i]
		r.patient = of[r.entry.Patient]
		number, err := b.readers.count(b.app, *r, settings)
		if err != nil {
			return err
		}
		r.number = number
	}
	return nil
}

// count adds a read, and returns how many patients its reader has read that day. What was read
// before the last start is taken from the log.
func (s *readers) count(app core.App, r read, settings hospital.Settings) (int, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.day != r.day {
		s.day, s.seen = r.day, map[string]map[string]bool{}
	}
	seen := s.seen[r.entry.Actor.ID]
	if seen == nil {
		at := r.entry.at.In(settings.Zone())
		midnight := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, settings.Zone())
		var known []string
		err := app.DB().NewQuery("SELECT DISTINCT COALESCE(p.patient, a.patient) FROM (SELECT at, patient, outcome, list " +
			"FROM audit_log WHERE actor = {:reader} ORDER BY seq DESC LIMIT 5000) a LEFT JOIN audit_log_patients p ON " +
			"p.list = a.list AND a.list != '' WHERE a.at >= {:midnight} AND a.outcome = {:done}").
			Bind(dbx.Params{"reader": r.entry.Actor.ID, "midnight": kit.FormatInstant(midnight), "done": string(Done)}).
			Column(&known)
		if err != nil {
			return 0, err
		}
		seen = map[string]bool{}
		for _, patient := range known {
			seen[patient] = true
		}
		delete(seen, "")
		s.seen[r.entry.Actor.ID] = seen
	}
	seen[r.entry.Patient] = true
	return len(seen), nil
}

// unusual is a record of unusual_reads that is to be written.
type unusual struct {
	reader, patient string
	rule            Rule
	day             string
	first, last     time.Time
	count           int
}

func (u unusual) key() string { return u.day + "/" + string(u.rule) + "/" + u.reader + "/" + u.patient }

// store writes a record without record hooks: it has no actor. It adds to the record of the day.
func (u unusual) store(app core.App) error {
	count := "count + excluded.count"
	if u.rule == ManyPatients {
		count = "excluded.count"
	}
	_, err := app.NonconcurrentDB().NewQuery(`INSERT INTO unusual_reads
		(id, reader, patient, rule, day, first_at, last_at, count, key, verdict, review_note, reviewed_by, reviewed_at,
			created, updated)
		VALUES ({:id}, {:reader}, {:patient}, {:rule}, {:day}, {:first}, {:last}, {:count}, {:key}, '', '', '', '',
			{:now}, {:now})
		ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at, count = ` + count + `, updated = excluded.updated`).
		Bind(dbx.Params{
			"id":     security.PseudorandomStringWithAlphabet(core.DefaultIdLength, core.DefaultIdAlphabet),
			"reader": u.reader, "patient": u.patient, "rule": string(u.rule), "day": u.day, "key": u.key(), "count": u.count,
			"first": kit.FormatInstant(u.first), "last": kit.FormatInstant(u.last), "now": kit.FormatInstant(kit.Now(app)),
		}).Execute()
	return err
}

// TellAdmins tells the admins, at most once a day, of reads that were noticed since and that no admin
// has reviewed.
func TellAdmins(app core.App) error {
	n, err := app.CountRecords("unusual_reads", dbx.HashExp{"verdict": ""},
		dbx.NewExp("created > {:since}", dbx.Params{"since": kit.FormatInstant(kit.Now(app).Add(-24 * time.Hour))}))
	if err != nil || n == 0 {
		return err
	}
	return accounts.NotifyAdminsDaily(app, accounts.UnusualReads)
}
