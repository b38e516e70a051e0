package plans_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"hospital/internal/hospitaltest"
)

const (
	perDoctor  = 400 // visits of one doctor, whatever the size of the hospital
	perPatient = 20  // visits of one patient
)

// patient and doctor are the ids of the accounts whose own lists are measured.
var (
	patient = id("pu", 7)
	doctor  = id("du", 7)
)

func id(prefix string, n int) string { return fmt.Sprintf("%s%013d", prefix, n) }

// filled creates a hospital with many visits that do not overlap, and their events, care teams,
// bills, lines and payments. A larger hospital has more people; each owns the same number of
// records.
func filled(t testing.TB, visits int) *hospitaltest.Hospital {
	t.Helper()
	h := hospitaltest.New(t)
	started := time.Now()
	at := func(hours string) string {
		return "strftime('%Y-%m-%d %H:00:00.000Z', {:now}, " + hours + ")"
	}
	// Visit i is the k-th of its doctor, one per hour, and its patient sees another doctor each time.
	rows := fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d),
		v AS (SELECT i, i / %d AS k, i %% %[2]d AS doctor, (i + i / %d) %% %[3]d AS patient
		FROM n) `, visits, visits/perDoctor, visits/perPatient)
	stamps := ", {:now}, {:now} "
	steps := []string{
		people(visits/perDoctor) + `INSERT INTO users (id, email, tokenKey, name, role, status, created, updated)
			SELECT printf('du%013d', i), printf('d%d@example.org', i), printf('doctor token key %033d', i), 'Doctor ' || i,
			'doctor', 'active'` + stamps + `FROM n`,
		people(visits/perDoctor) +
			`INSERT INTO doctors (id, user, name, department, consultation, accepts_online, active, created, updated)
			SELECT printf('dr%013d', i), printf('du%013d', i), 'Doctor ' || i, {:general}, {:consult}, 1, 1` + stamps + `FROM n`,
		people(visits/perPatient) + `INSERT INTO users (id, email, tokenKey, name, role, status, created, updated)
			SELECT printf('pu%013d', i), printf('p%d@example.org', i), printf('patient token key %032d', i), 'Patient ' || i,
			'patient', 'active'` + stamps + `FROM n`,
		people(visits/perPatient) +
			`INSERT INTO patients (id, user, mrn, name, name_key, birth_date, active, created, updated)
			SELECT printf('pa%013d', i), printf('pu%013d', i), printf('M%08d', i), 'Patient ' || i, 'patient ' || i,
			'1980-01-01', 1` + stamps + `FROM n`,
		rows + `INSERT INTO appointments (id, number, patient, doctor, starts, ends, reason, status, version, created,
			updated)
			SELECT printf('ap%013d', i), printf('B-%07d', i), printf('pa%013d', patient), printf('dr%013d', doctor),
				` + at("(k - 280) || ' hours'") + `, ` + at("(k - 279) || ' hours'") + `, 'cough ' || i,
				CASE WHEN i % 7 = 0 THEN 'cancelled' WHEN k < 280 THEN 'completed' WHEN i % 3 = 0 THEN 'pending'
				ELSE 'approved' END, 1` + stamps + `FROM v`,
		rows + `INSERT INTO care_team (id, patient, user, source, starts, ends, created, updated)
			SELECT printf('ct%013d', i), printf('pa%013d', patient), printf('du%013d', doctor), 'appointment',
				` + at("(k - 380) || ' hours'") + `, ` + at("(k - 40) || ' hours'") + stamps + `FROM v`,
		`INSERT INTO appointment_events (id, appointment, action, "to", created, updated)
			SELECT 'ev' || substr(id, 3), id, 'fill', status` + stamps + `FROM appointments WHERE id LIKE 'ap%'`,
		`INSERT INTO bills (id, number, kind, appointment, patient, doctor, status, currency, subtotal_minor, total_minor,
			balance_minor, issued_at, version, created, updated)
			SELECT 'bi' || substr(id, 3), printf('INV-1999-%06d', ROW_NUMBER() OVER (ORDER BY id)), 'invoice', id, patient,
			doctor, 'unpaid', 'EUR', 5000, 5000, 5000, ends, 1` + stamps + `
			FROM appointments WHERE id LIKE 'ap%' AND status = 'completed'`,
		`INSERT INTO bill_items (id, bill, service, description, currency, quantity, unit_minor, total_minor, created,
			updated)
			SELECT 'it' || substr(id, 3), id, {:consult}, 'Consultation', 'EUR', 1, 5000, 5000` + stamps +
			`FROM bills WHERE id LIKE 'bi%' AND number LIKE 'INV-1999-%'`,
		`INSERT INTO payments (id, number, kind, currency, bill, patient, method, amount_minor, status, version, created,
			updated)
			SELECT 'pm' || substr(id, 3), 'PAY' || substr(number, 4), 'payment', 'EUR', id, patient, 'card', 1000, 'pending',
			1` + stamps + `FROM bills WHERE number LIKE 'INV-1999-%'`,
		`INSERT INTO counters (id, series, value) SELECT 'counter' || {:invoices}, 'INV-1999', COUNT(*) FROM bills
			WHERE number LIKE 'INV-1999-%'`,
		`INSERT INTO counters (id, series, value) SELECT 'counter' || {:receipts}, 'PAY-1999', COUNT(*) FROM payments
			WHERE number LIKE 'PAY-1999-%'`,
	}
	// The measured patient's account also manages a second patient.
	steps = append(steps,
		`UPDATE users SET status = 'suspended' WHERE id = {:parent}`,
		`UPDATE patients SET user = {:me} WHERE user = {:parent}`)
	all := dbx.Params{"me": patient, "parent": id("pu", 7+visits/perPatient/2),
		"now": started.UTC().Format("2006-01-02 15:04:05.000Z"), "general": hospitaltest.ID("general"),
		"consult":  hospitaltest.ID("consult"),
		"invoices": "00000001", "receipts": "00000002"}
	insert(h, steps, all)
	h.Verify()
	return h
}

// people is a SQL table n(i) of the numbers below n.
func people(n int) string {
	return fmt.Sprintf("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d) ", n)
}

// insert runs statements. Each gets the values that it uses.
func insert(h *hospitaltest.Hospital, statements []string, values dbx.Params) {
	h.T.Helper()
	for _, sql := range statements {
		some := dbx.Params{}
		for name, value := range values {
			if strings.Contains(sql, "{:"+name+"}") {
				some[name] = value
			}
		}
		if _, err := h.App.NonconcurrentDB().NewQuery(sql).Bind(some).Execute(); err != nil {
			h.T.Fatalf("fill: %v\n%s", err, sql)
		}
	}
}
