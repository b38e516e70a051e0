package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"
	_ "modernc.org/sqlite" // the driver of the hospital and of its rivals

	"hospital/bench/compare/rival"
)

// The seeded hospital. Its doctors see a patient every half hour from 08:00 to 16:00, on
// every day, so that every second slot is free.
const (
	perDoctor  = 2_000 // visits of one doctor, whatever the size of the hospital
	perPatient = 20    // visits of one patient, on average
	perDay     = 16    // visits of one doctor
	pastDays   = 88    // days with visits before today; the others are today and later
	bookedDays = 40    // no visit is later than this many days from now
	password   = "a password for the benchmark"
)

// hospitalSize is how many there are of each.
type hospitalSize struct{ visits, doctors, patients int }

func sizeOf(visits int) hospitalSize {
	return hospitalSize{visits, max(visits/perDoctor, 1), max(visits/perPatient, 5)}
}

// frequent are the patients who have half of all visits, 50 each. They are measured.
func (s hospitalSize) frequent() int { return s.patients / 5 }

func id(prefix string, n int) string { return fmt.Sprintf("%s%013d", prefix, n) }

// seed creates a migrated hospital without demo data in a new directory, and fills it.
func seed(ctx context.Context, binary, dir string, size hospitalSize, now time.Time) error {
	migrate := exec.CommandContext(ctx, binary, "migrate", "up", "--dir", dir)
	if output, err := migrate.CombinedOutput(); err != nil {
		return fmt.Errorf("migrate: %w: %s", err, output)
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), 10)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "data.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	values := map[string]any{
		"now": rival.FormatInstant(now), "today": now.UTC().Format(time.DateOnly), "hash": string(hash),
		"visits": size.visits, "doctors": size.doctors, "patients": size.patients, "frequent": size.frequent(),
	}
	for _, statement := range seedSQL {
		if err := execNamed(ctx, db, statement, values); err != nil {
			return err
		}
	}
	return nil
}

// execNamed runs a statement with the values that it uses.
func execNamed(ctx context.Context, db *sql.DB, statement string, values map[string]any) error {
	var args []any
	for name, value := range values {
		if strings.Contains(statement, "@"+name) {
			args = append(args, sql.Named(name, value))
		}
	}
	if _, err := db.ExecContext(ctx, statement, args...); err != nil {
		return fmt.Errorf("seed: %w\n%s", err, statement)
	}
	return nil
}

// numbers is a SQL table n(i) of the numbers below a value.
func numbers(below string) string {
	return "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < @" + below + ") "
}

// visitsSQL is a SQL table v of the visits: the k-th of a doctor, on a day relative to today.
// At any time all visits are of different patients. Doctors with even numbers see frequent
// patients.
const visitsSQL = `, k AS (SELECT i, i / @doctors AS k, i % @doctors AS doctor, (@doctors + 1) / 2 AS stride FROM n),
	v AS (SELECT i, k, doctor, k / 16 - 88 AS day, (k + k / 16 + doctor) % 8 AS mix,
		CASE doctor % 2 WHEN 0 THEN (k * stride + doctor / 2) % @frequent
			ELSE @frequent + (k * stride + doctor / 2) % (@patients - @frequent) END AS patient,
		strftime('%Y-%m-%d %H:%M:00.000Z', @today, (k / 16 - 88) || ' days',
			(480 + k % 16 * 30) || ' minutes') AS starts,
		strftime('%Y-%m-%d %H:%M:00.000Z', @today, (k / 16 - 88) || ' days',
			(495 + k % 16 * 30) || ' minutes') AS ends
	FROM k) `

// seedSQL fills a migrated hospital. Past visits are completed and billed, or wait to be
// completed; later ones are pending or approved. Numbers of bills and payments are of 1999,
// so that those of the benchmark begin at 1.
var seedSQL = []string{
	// The accounts that book stand for many more people.
	`UPDATE hospital SET open_visits_per_patient = 0, open_visits_per_account = 0, requests_per_day = 0,
		cancellations_per_week = 0`,
	`INSERT INTO departments (id, code, name, active, created, updated) VALUES
		('department00001', 'GENERAL', 'General medicine', 1, @now, @now)`,
	`INSERT INTO services (id, code, name, category, price_minor, tax_bp, active, created, updated) VALUES
		('service00000001', 'CONSULT', 'Consultation', 'consultation', 5000, 700, 1, @now, @now)`,
	`INSERT INTO users (id, email, emailVisibility, verified, password, tokenKey, name, role, status, created, updated)
		SELECT printf('%s00000000000', value), value || '@example.org', 0, 1, @hash,
			printf('%s token key 0123456789012345678901234', value), value,
			CASE substr(value, 1, 3) WHEN 'des' THEN 'receptionist' WHEN 'acc' THEN 'accountant' ELSE 'admin' END,
			'active', @now, @now FROM json_each('["des1", "des2", "acc1", "adm1"]')`,
	numbers("doctors") + `INSERT INTO users (id, email, emailVisibility, verified, password, tokenKey, name, role,
			status, created, updated)
		SELECT printf('du%013d', i), printf('d%d@example.org', i), 0, 1, @hash,
			printf('doctor token key %033d', i), 'Doctor ' || i, 'doctor', 'active', @now, @now FROM n`,
	numbers("doctors") + `INSERT INTO doctors (id, user, name, department, specialization, consultation,
			accepts_online, active, created, updated)
		SELECT printf('dr%013d', i), printf('du%013d', i), 'Doctor ' || i, 'department00001', 'Medicine',
			'service00000001', 1, 1, @now, @now FROM n`,
	numbers("doctors") + `INSERT INTO schedules (id, doctor, weekday, start_time, end_time, slot_minutes, capacity,
			room, active, created, updated)
		SELECT printf('sc%011d%d%d', i, day.value, hours.key), printf('dr%013d', i), day.value,
			hours.value ->> 0, hours.value ->> 1, 15, 1, 'Room ' || i, 1, @now, @now
		FROM n, json_each('[1, 2, 3, 4, 5, 6, 7]') day,
			json_each('[["08:00", "12:00"], ["12:00", "16:00"]]') hours`,
	numbers("doctors") + `INSERT INTO time_off (id, doctor, starts, ends, reason, active, created, updated)
		SELECT printf('to%09d%04d', i, day.value + 2000), printf('dr%013d', i),
			strftime('%Y-%m-%d 00:00:00.000Z', @today, day.value || ' days'),
			strftime('%Y-%m-%d 23:00:00.000Z', @today, day.value || ' days'), 'congress', 1, @now, @now
		FROM n, json_each('[-900, -600, -300, -100, 200, 250]') day`,
	numbers("patients") + `INSERT INTO users (id, email, emailVisibility, verified, password, tokenKey, name, role,
			status, created, updated)
		SELECT printf('pu%013d', i), printf('p%d@example.org', i), 0, 1, @hash,
			printf('patient token key %032d', i), 'Patient ' || i, 'patient', 'active', @now, @now FROM n`,
	numbers("patients") + `INSERT INTO patients (id, user, mrn, name, name_key, birth_date, active, created, updated)
		SELECT printf('pa%013d', i), printf('pu%013d', i), printf('M%08d', i), 'Patient ' || i, 'patient ' || i,
			'1980-01-01', 1, @now, @now FROM n`,
	numbers("visits") + visitsSQL + `INSERT INTO appointments (id, number, patient, patient_name, doctor, starts, ends,
			room, capacity, visit_type, reason, status, cancel_code, requested_by, requested_at, approved_by, approved_at,
			completed_at, cancelled_by, cancelled_at, version, created, updated)
		SELECT printf('ap%013d', i), printf('A-%06d', i + 1), printf('pa%013d', patient), 'Patient ' || patient,
			printf('dr%013d', doctor), starts, ends, 'Room ' || doctor, 1, 'new', 'cough and a cold since Monday',
			status, iif(status = 'cancelled', 'patient', ''), printf('pu%013d', patient), @now,
			iif(status IN ('approved', 'completed'), printf('du%013d', doctor), ''),
			iif(status IN ('approved', 'completed'), @now, ''), iif(status = 'completed', ends, ''),
			iif(status = 'cancelled', printf('pu%013d', patient), ''), iif(status = 'cancelled', @now, ''),
			1, @now, @now
		FROM (SELECT *, CASE WHEN day != 0 AND mix = 5 THEN 'cancelled' WHEN day = 0 OR day < 0 AND mix = 3 THEN 'approved'
			WHEN day < 0 THEN 'completed' WHEN mix % 2 = 0 THEN 'pending' ELSE 'approved' END AS status FROM v)`,
	`INSERT INTO appointment_events (id, appointment, action, "from", "to", actor, created, updated)
		SELECT 'ev' || substr(id, 3), id, CASE status WHEN 'pending' THEN 'book' WHEN 'completed' THEN 'complete'
			WHEN 'approved' THEN 'approve' ELSE 'cancel' END, '', status, requested_by, @now, @now FROM appointments`,
	`INSERT INTO care_team (id, patient, user, source, starts, ends, created, updated)
		SELECT 'ct' || substr(MIN(a.id), 3), a.patient, d.user, 'appointment', MIN(a.starts),
			strftime('%Y-%m-%d %H:%M:%fZ', MAX(a.ends), '+30 days'), @now, @now
		FROM appointments a JOIN doctors d ON d.id = a.doctor
		WHERE a.status IN ('approved', 'completed') GROUP BY a.patient, d.user`,
	`INSERT INTO bills (id, number, kind, appointment, patient, doctor, status, currency, subtotal_minor,
			discount_minor, tax_minor, total_minor, paid_minor, credited_minor, balance_minor, issued_at, issued_by,
			due_on, version, created, updated)
		SELECT 'bi' || substr(id, 3), printf('INV-1999-%06d', ROW_NUMBER() OVER (ORDER BY id)), 'invoice', id, patient,
			doctor, CASE paid WHEN 5350 THEN 'paid' WHEN 0 THEN 'unpaid' ELSE 'partially_paid' END, 'EUR', 5000, 0, 350,
			5350, paid, 0, 5350 - paid, ends, approved_by, date(ends, '+14 days'), 1, ends, ends
		FROM (SELECT *, CASE WHEN CAST(substr(id, 3) AS INTEGER) % 10 < 4 THEN 5350
			WHEN CAST(substr(id, 3) AS INTEGER) % 10 < 7 THEN 2000 ELSE 0 END AS paid FROM appointments)
		WHERE status = 'completed'`,
	`INSERT INTO bill_items (id, bill, service, description, currency, quantity, unit_minor, discount_minor, tax_bp,
			tax_minor, total_minor, created, updated)
		SELECT 'it' || substr(id, 3), id, 'service00000001', 'Consultation', 'EUR', 1, 5000, 0, 700, 350, 5350,
			issued_at, issued_at FROM bills`,
	`INSERT INTO payments (id, number, receipt, kind, currency, bill, patient, method, amount_minor, status,
			recorded_by, decided_by, decided_at, version, created, updated)
		SELECT part || substr(b.id, 3), printf('PAY-1999-%06d', ROW_NUMBER() OVER (ORDER BY part DESC, b.id)),
			iif(part = 'pv', printf('RCP-1999-%06d', ROW_NUMBER() OVER (ORDER BY part DESC, b.id)), ''), 'payment', 'EUR',
			b.id, b.patient, iif(part = 'pv', 'cash', 'card'), iif(part = 'pv', b.paid_minor, 1000),
			iif(part = 'pv', 'verified', 'pending'), 'des100000000000', iif(part = 'pv', 'acc100000000000', ''),
			iif(part = 'pv', b.issued_at, ''), 1, b.issued_at, b.issued_at
		FROM bills b JOIN (SELECT 'pv' AS part UNION ALL SELECT 'pn')
			ON part = 'pv' AND b.paid_minor > 0 OR part = 'pn' AND b.balance_minor > 0`,
	`INSERT INTO counters (id, series, value, created, updated)
		SELECT 'counter00000001', 'appointments', COUNT(*), @now, @now FROM appointments UNION ALL
		SELECT 'counter00000002', 'INV-1999', COUNT(*), @now, @now FROM bills UNION ALL
		SELECT 'counter00000003', 'PAY-1999', COUNT(*), @now, @now FROM payments UNION ALL
		SELECT 'counter00000004', 'RCP-1999', COUNT(*), @now, @now FROM payments WHERE receipt != ''`,
	`PRAGMA wal_checkpoint(TRUNCATE)`,
}

// copyHospital copies a stopped hospital: its directory, and the files of the audit log
// beside it.
func copyHospital(from, to string) error {
	beside, err := filepath.Glob(from + ".audit.*")
	if err != nil {
		return err
	}
	for _, file := range beside {
		if err := copyFile(file, to+strings.TrimPrefix(file, from)); err != nil {
			return err
		}
	}
	return copyDir(from, to)
}

func copyDir(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		target := to + strings.TrimPrefix(path, from)
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return os.MkdirAll(target, 0o700)
		}
		return copyFile(path, target)
	})
}

// copyFile copies a file onto the disk, so that no later fsync pays for it.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := out.ReadFrom(in); err != nil {
		return err
	}
	return out.Sync()
}
