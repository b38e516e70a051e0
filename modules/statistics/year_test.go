package statistics_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
)

type body = hospitaltest.Body

var id = hospitaltest.ID

// firstYear is that of July, in which the generated year begins. It is later than all that the hospital of the tests
// has. The clocks change in its autumn and spring.
var firstYear = time.Now().Year() + 1

// on is a day of the generated year: on("10-31") is in October.
func on(monthAndDay string) string {
	if monthAndDay < "07" {
		return fmt.Sprint(firstYear+1, "-", monthAndDay)
	}
	return fmt.Sprint(firstYear, "-", monthAndDay)
}

// visit, bill, line, payment, condition and drug are rows of a generated year.
type visit struct {
	id, patient, doctor, status, kind, code                                     string
	starts, ends, cancelled, requested, approved, checkedIn, started, completed time.Time
}

type bill struct {
	id, kind, doctor, currency, original string // the doctor is that of the visit
	lines                                []line
	issued, voided                       time.Time
}

type line struct {
	service          string
	rate, net, tax   int64
	discount, before int64
}

type payment struct {
	id, bill, kind, method, cashier, status string
	amount                                  int64
	decided                                 time.Time
}

type record struct {
	name, state, certainty string // of a condition
	doctor                 string
	at                     time.Time
}

// year is what the statistics shall count, in Go.
type year struct {
	zone       *time.Location
	visits     []visit
	bills      []bill
	payments   []payment
	moves      map[time.Time]string // doctor by the time of a move
	conditions []record
	drugs      []record
}

// generate makes a year. Whatever happens, happens at random.
func generate(seed uint64, zone *time.Location) *year {
	random := rand.New(rand.NewPCG(seed, 7)) // #nosec G404 -- test data
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	y := &year{zone: zone, moves: map[time.Time]string{}}
	n := 0
	for day := range 365 { // of 366
		for slot := range 12 {
			if random.IntN(3) > 0 {
				continue
			}
			n++
			doctor := pick("dr1", "dr2")
			local := time.Date(firstYear, time.July, 1+day, 0, 45+slot*115, 0, 0, zone) // also at night
			v := visit{id: fmt.Sprintf("gen%012d", n), patient: pick("pat1", "pat2", "kid1", "walkin"), doctor: doctor,
				starts: local, ends: local.Add(time.Duration(15+random.IntN(40)) * time.Minute),
				kind:   pick("", "new", "follow_up", "procedure", "walk_in", "telehealth"),
				status: pick("pending", "approved", "completed", "completed", "completed", "cancelled", "cancelled")}
			if random.IntN(2) == 0 {
				v.requested = v.starts.Add(-time.Duration(random.IntN(200*60)) * time.Minute)
			}
			if v.status == "approved" || v.status == "completed" {
				v.approved = v.starts.Add(-time.Duration(random.IntN(100*60)) * time.Minute)
				if !v.requested.IsZero() && v.approved.Before(v.requested) {
					v.approved = v.requested.Add(time.Duration(random.IntN(600)) * time.Minute)
				}
			}
			switch v.status {
			case "completed":
				v.started = v.starts.Add(time.Duration(random.IntN(60)-10) * time.Minute)
				v.completed = v.started.Add(time.Duration(random.IntN(90)) * time.Minute)
				if random.IntN(4) > 0 {
					v.checkedIn = v.started.Add(-time.Duration(random.IntN(120)) * time.Minute)
				}
				y.bill(random, n, v)
			case "cancelled":
				v.code = pick("patient", "patient", "rejected", "by_hospital", "no_show", "no_show", "expired")
				v.cancelled = v.starts.Add(-time.Duration(random.IntN(120*60)) * time.Minute)
			}
			if random.IntN(9) == 0 {
				y.moves[v.starts.Add(-time.Duration(random.IntN(300*60*60))*time.Second)] = doctor
			}
			y.visits = append(y.visits, v)
		}
	}
	return y
}

// bill makes the bill of a visit, and sometimes what follows: a credit note, or that it is voided; and payments.
func (y *year) bill(random *rand.Rand, n int, v visit) {
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	b := bill{id: fmt.Sprintf("bil%012d", n), kind: "invoice", doctor: v.doctor, currency: pick("EUR", "EUR", "USD"),
		issued: v.completed}
	for range 1 + random.IntN(3) {
		l := line{service: pick("", id("consult"), id("ecg")), rate: []int64{0, 700, 1900}[random.IntN(3)],
			before: int64(1_000 + random.IntN(20_000))}
		l.discount = int64(random.IntN(3)) * l.before / 10
		l.net = l.before - l.discount
		l.tax = l.net * l.rate / 10_000
		b.lines = append(b.lines, l)
	}
	if random.IntN(9) == 0 {
		b.voided = b.issued.Add(time.Duration(random.IntN(40*24)) * time.Hour)
	}
	y.bills = append(y.bills, b)
	if random.IntN(8) == 0 {
		credit := bill{id: fmt.Sprintf("cre%012d", n), kind: "credit_note", doctor: v.doctor, currency: b.currency,
			original: b.id, lines: b.lines[:1], issued: b.issued.Add(time.Duration(random.IntN(60*24)) * time.Hour)}
		y.bills = append(y.bills, credit)
	}
	for i := range random.IntN(3) {
		y.payments = append(y.payments, payment{id: fmt.Sprintf("pay%d%011d", i, n), bill: b.id,
			kind: pick("payment", "payment", "refund"), method: pick("cash", "card", "transfer"),
			cashier: id(pick("accountant1", "receptionist1")), status: pick("verified", "verified", "pending"),
			amount: int64(100 + random.IntN(9_000)), decided: b.issued.Add(time.Duration(random.IntN(30*24*60)) * time.Minute)})
	}
	for range random.IntN(3) {
		y.conditions = append(y.conditions, record{name: pick("J45.0", "I10", "E11.9", "a rash"), doctor: v.doctor,
			state: pick("active", "active", "resolved", "entered_in_error"), certainty: pick("", "confirmed", "refuted"),
			at: v.started})
		y.drugs = append(y.drugs, record{name: pick("Ibuprofen", "Metformin", "Amoxicillin"), doctor: v.doctor,
			at: v.completed})
	}
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return kit.FormatInstant(t)
}

// rows are the rows of a table as SQL.
type rows struct {
	table, columns string
	values         []string
}

func (r *rows) add(values ...any) {
	quoted := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case time.Time:
			quoted[i] = "'" + instant(v) + "'"
		case string:
			quoted[i] = "'" + v + "'"
		default:
			quoted[i] = fmt.Sprint(v)
		}
	}
	r.values = append(r.values, "("+strings.Join(quoted, ", ")+")")
}

// store writes a year into a hospital.
func (y *year) store(h *hospitaltest.Hospital) {
	h.T.Helper()
	visits := &rows{table: "appointments", columns: "id, number, patient, doctor, status, visit_type, cancel_code, starts," +
		" ends, cancelled_at, requested_at, approved_at, checked_in_at, started_at, completed_at, overbook, capacity, version"}
	for _, v := range y.visits {
		visits.add(v.id, v.id, id(v.patient), id(v.doctor), v.status, v.kind, v.code, v.starts, v.ends, v.cancelled,
			v.requested, v.approved, v.checkedIn, v.started, v.completed, 1, 99, 1)
	}
	events := &rows{table: "appointment_events", columns: "id, appointment, action, created"}
	byDoctor := map[string]string{}
	for _, v := range y.visits {
		byDoctor[v.doctor] = v.id
	}
	for at, doctor := range y.moves {
		events.add(fmt.Sprintf("mov%012d", len(events.values)), byDoctor[doctor], "reschedule", at)
		events.add(fmt.Sprintf("edi%012d", len(events.values)), byDoctor[doctor], "edit", at)
	}
	bills := &rows{table: "bills", columns: "id, number, kind, patient, doctor, original, status, currency, subtotal_minor," +
		" discount_minor, tax_minor, total_minor, issued_at, voided_at, version"}
	lines := &rows{table: "bill_items", columns: "id, bill, service, description, quantity, currency, unit_minor," +
		" discount_minor, tax_bp, tax_minor, total_minor"}
	for _, b := range y.bills {
		var before, discount, tax int64
		for _, l := range b.lines {
			lines.add(fmt.Sprintf("lin%012d", len(lines.values)), b.id, l.service, "x", 1, b.currency, l.before, l.discount,
				l.rate, l.tax, l.net+l.tax)
			before, discount, tax = before+l.before, discount+l.discount, tax+l.tax
		}
		doctor, status := id(b.doctor), "unpaid"
		if b.kind == "credit_note" {
			doctor = ""
		}
		if !b.voided.IsZero() {
			status = "void"
		}
		bills.add(b.id, b.id, b.kind, id("pat1"), doctor, b.original, status, b.currency, before, discount, tax,
			before-discount+tax, b.issued, b.voided, 1)
	}
	payments := &rows{table: "payments", columns: "id, number, receipt, kind, bill, patient, method, amount_minor, currency," +
		" status, recorded_by, decided_at"}
	currencies := map[string]string{}
	for _, b := range y.bills {
		currencies[b.id] = b.currency
	}
	for _, p := range y.payments {
		payments.add(p.id, p.id, p.id, p.kind, p.bill, id("pat1"), p.method, p.amount, currencies[p.bill], p.status,
			p.cashier, p.decided)
	}
	encounters := &rows{table: "encounters", columns: "id, appointment, patient, doctor, status, created"}
	encounters.add("encdr1000000000", "gen000000000001", id("pat1"), id("dr1"), "open", time.Now())
	encounters.add("encdr2000000000", "gen000000000002", id("pat1"), id("dr2"), "open", time.Now())
	conditions := &rows{table: "conditions", columns: "id, patient, encounter, text, code, state, certainty, created"}
	for _, c := range y.conditions {
		code, text := c.name, "words"
		if c.name == "a rash" {
			code, text = "", c.name
		}
		conditions.add(fmt.Sprintf("con%012d", len(conditions.values)), id("pat1"), "enc"+c.doctor+"000000000", text, code,
			c.state, c.certainty, c.at)
	}
	prescriptions := &rows{table: "prescriptions", columns: "id, number, appointment, patient, doctor, status, notes"}
	items := &rows{table: "prescription_items", columns: "id, prescription, patient, drug, removed"}
	for _, d := range y.drugs {
		key := fmt.Sprintf("pre%012d", len(prescriptions.values))
		prescriptions.add(key, key, "gen000000000001", id("pat1"), id(d.doctor), "draft", d.at)
		items.add(fmt.Sprintf("ite%012d", len(items.values)), key, id("pat1"), d.name, 0)
		items.add(fmt.Sprintf("ite%012d", len(items.values)), key, id("pat1"), "Removed", 1)
	}
	for _, r := range []*rows{visits, events, bills, lines, payments, encounters, conditions, prescriptions, items} {
		for len(r.values) > 0 {
			n := min(len(r.values), 200)
			err := h.SQL("INSERT INTO " + r.table + " (" + r.columns + ") VALUES " + strings.Join(r.values[:n], ", "))
			if err != nil {
				h.T.Fatal(r.table, err)
			}
			r.values = r.values[n:]
		}
	}
	// the lines of an issued prescription are frozen
	if err := h.SQL("UPDATE prescriptions SET status = 'issued', issued_at = notes WHERE status = 'draft' AND id LIKE 'pre0%'"); err != nil {
		h.T.Fatal(err)
	}
}

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}
