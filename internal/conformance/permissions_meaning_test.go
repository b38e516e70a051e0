package conformance_test

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules"
)

// meaning defines the scopes of permissions.txt in SQL, independently of the policies.
var meaning = map[string]string{
	"users own":                      `SELECT id FROM users WHERE id = {:me}`,
	"departments active":             `SELECT id FROM departments WHERE active`,
	"doctors active":                 `SELECT id FROM doctors WHERE active`,
	"doctors own":                    `SELECT id FROM doctors WHERE user = {:me}`,
	"nurses own":                     `SELECT id FROM nurses WHERE user = {:me}`,
	"patients own":                   `SELECT id FROM patients WHERE user = {:me}`,
	"patients care":                  `SELECT p.id FROM patients p JOIN care_team c ON c.patient = p.id WHERE c.user = {:me} AND {:now} BETWEEN c.starts AND c.ends`,
	"care_team own patient":          `SELECT c.id FROM care_team c JOIN patients p ON p.id = c.patient WHERE p.user = {:me}`,
	"care_team own":                  `SELECT id FROM care_team WHERE user = {:me}`,
	"schedules own":                  `SELECT s.id FROM schedules s JOIN doctors d ON d.id = s.doctor WHERE d.user = {:me}`,
	"time_off own":                   `SELECT t.id FROM time_off t JOIN doctors d ON d.id = t.doctor WHERE d.user = {:me}`,
	"appointments own patient":       `SELECT a.id FROM appointments a JOIN patients p ON p.id = a.patient WHERE p.user = {:me}`,
	"appointments own doctor":        `SELECT a.id FROM appointments a JOIN doctors d ON d.id = a.doctor WHERE d.user = {:me}`,
	"appointment_events own patient": `SELECT e.id FROM appointment_events e JOIN appointments a ON a.id = e.appointment JOIN patients p ON p.id = a.patient WHERE p.user = {:me}`,
	"appointment_events own doctor":  `SELECT e.id FROM appointment_events e JOIN appointments a ON a.id = e.appointment JOIN doctors d ON d.id = a.doctor WHERE d.user = {:me}`,
	"notices own-addressed":          `SELECT id FROM notices WHERE recipient = {:me} AND audience = 'doctor'`,
	"notices own-told":               `SELECT n.id FROM notices n JOIN patients p ON p.id = n.patient WHERE p.user = {:me} AND n.audience = 'patient'`,
	"notice_preferences own":         `SELECT id FROM notice_preferences WHERE user = {:me}`,
	"audit_log own patient":          aboutOwnPatient,
	"audit_log own":                  `SELECT id FROM audit_log WHERE actor = {:me}`,
	"charges own":                    `SELECT c.id FROM charges c JOIN appointments a ON a.id = c.appointment JOIN doctors d ON d.id = a.doctor WHERE d.user = {:me}`,
	"bills own-issued":               `SELECT b.id FROM bills b JOIN patients p ON p.id = b.patient WHERE p.user = {:me} AND b.issued_at != ''`,
	"bill_items own-issued":          `SELECT i.id FROM bill_items i JOIN bills b ON b.id = i.bill JOIN patients p ON p.id = b.patient WHERE p.user = {:me} AND b.issued_at != ''`,
	"payments own":                   `SELECT y.id FROM payments y JOIN bills b ON b.id = y.bill JOIN patients p ON p.id = b.patient WHERE p.user = {:me}`,
	"medical_histories own":          ofPatient("medical_histories", ""),
	"medical_histories care":         inCare("medical_histories", ""),
	"break_glass own patient":        ofPatient("break_glass", ""),
	"break_glass own":                `SELECT id FROM break_glass WHERE user = {:me}`,
	"encounters own-signed":          ofPatient("encounters", "AND x.status = 'signed'"),
	"encounters care":                inCare("encounters", ""),
	"encounters signed":              `SELECT id FROM encounters WHERE signed_at != ''`,
	"encounters own":                 `SELECT x.id FROM encounters x JOIN doctors d ON d.id = x.doctor WHERE d.user = {:me}`,
	"vitals own":                     ofPatient("vitals", ""),
	"vitals care":                    inCare("vitals", ""),
	"conditions own":                 ofPatient("conditions", ""),
	"conditions care":                inCare("conditions", ""),
	"allergies own":                  ofPatient("allergies", ""),
	"allergies care":                 inCare("allergies", ""),
	"documents own-visible":          ofPatient("documents", "AND x.visible_to_patient AND x.state != 'entered_in_error'"),
	"documents care":                 inCare("documents", ""),
	"prescriptions own-issued":       ofPatient("prescriptions", "AND x.number != ''"),
	"prescriptions care-issued":      inCare("prescriptions", "AND (x.number != '' OR x.doctor IN (SELECT id FROM doctors WHERE user = {:me}))"),
	"prescriptions issued":           `SELECT id FROM prescriptions WHERE number != ''`,
	"prescriptions own":              `SELECT x.id FROM prescriptions x JOIN doctors d ON d.id = x.doctor WHERE d.user = {:me}`,
	"prescription_items own-issued":  ofPatient("prescription_items", "AND NOT x.removed AND x.prescription IN (SELECT id FROM prescriptions WHERE number != '')"),
	"prescription_items care-issued": inCare("prescription_items", `AND (NOT x.removed AND x.prescription IN (SELECT id FROM prescriptions WHERE number != '')
		OR x.prescription IN (SELECT p.id FROM prescriptions p JOIN doctors d ON d.id = p.doctor WHERE d.user = {:me}))`),
	"prescription_items issued": `SELECT x.id FROM prescription_items x JOIN prescriptions p ON p.id = x.prescription WHERE p.number != '' AND NOT x.removed`,
	"prescription_items own":    `SELECT x.id FROM prescription_items x JOIN prescriptions p ON p.id = x.prescription JOIN doctors d ON d.id = p.doctor WHERE d.user = {:me}`,
	"threads own":               ofPatient("threads", ""),
	"threads care-mine":         ofDoctorInCare("threads", ""),
	"messages own patient":      ofPatient("messages", ""),
	"messages own doctor":       `SELECT m.id FROM messages m JOIN doctors d ON d.id = m.doctor WHERE d.user = {:me}`,
	"messages care-mine":        ofDoctorInCare("messages", ""),
	"messages own-received":     ofPatient("messages", "AND x.author != p.user"),
	"messages care-received":    ofDoctorInCare("messages", "AND x.author != {:me}"),
	"alerts own":                `SELECT id FROM alerts WHERE user = {:me}`,
	"identifiers own":           ofPatient("identifiers", ""),
	"identifiers care":          inCare("identifiers", ""),
	"link_notices own":          `SELECT id FROM link_notices WHERE user = {:me}`,
}

// aboutOwnPatient selects the entries of the log of one of the caller's patients, and of lists with one.
const aboutOwnPatient = `SELECT a.id FROM audit_log a WHERE EXISTS (SELECT 1 FROM patients p WHERE p.user = {:me}
	AND (p.id = a.patient OR p.id IN (SELECT l.patient FROM audit_log_patients l WHERE l.list = a.list)))`

// ofPatient selects the rows of the caller's own patients, inCare those of patients in
// their care.
func ofPatient(table, more string) string {
	return "SELECT x.id FROM " + table + " x JOIN patients p ON p.id = x.patient WHERE p.user = {:me} " + more
}

func inCare(table, more string) string {
	return "SELECT x.id FROM " + table + " x JOIN care_team c ON c.patient = x.patient" +
		" WHERE c.user = {:me} AND {:now} BETWEEN c.starts AND c.ends " + more
}

// ofDoctorInCare selects the rows of the caller with patients in their care, but for emergency access.
func ofDoctorInCare(table, more string) string {
	return inCare(table, "AND c.source != 'break_glass' AND x.doctor IN (SELECT id FROM doctors WHERE user = {:me}) "+more)
}

// meant returns the ids of the records that a word means for an account.
func meant(t testing.TB, h *hospitaltest.Hospital, collection, word, account string) []string {
	t.Helper()
	switch word {
	case "-":
		return nil
	case "all":
		return allIDs(t, h, collection)
	}
	key := collection + " " + word
	sql, ok := meaning[key+" "+string(hospitaltest.RoleOf(account))]
	if !ok {
		sql, ok = meaning[key]
	}
	if !ok {
		t.Fatalf("meaning has no SQL for %q of a %s", key, hospitaltest.RoleOf(account))
	}
	ids := query(t, h, sql, dbx.Params{"me": hospitaltest.ID(account),
		"now": time.Now().UTC().Format("2006-01-02 15:04:05.000Z")})
	slices.Sort(ids)
	return slices.Compact(ids)
}

// preference is one that differs from those before it.
func preference(h *hospitaltest.Hospital, owner string, caller kit.Role, n int64) hospitaltest.Body {
	kinds := []string{"requested", "confirmed", "reminder", "bill_issued", "payment_verified", "document", "absence"}
	if caller == "receptionist" || caller == "admin" {
		return hospitaltest.Body{"patient": freshPatient(h, n), "kind": "reminder", "email": false}
	}
	account := map[kit.Role]string{"doctor": "doctor"}[caller]
	return hospitaltest.Body{"user": hospitaltest.ID(cmp.Or(account, "patient") + owner), "kind": kinds[n%int64(len(kinds))],
		"email": false}
}

// creation returns the body of a valid new record that belongs to patient1 and doctor1,
// or to patient2 and doctor2.
func creation(h *hospitaltest.Hospital, collection, owner string, caller kit.Role) hospitaltest.Body {
	n := serialIn(h)
	body := map[string]hospitaltest.Body{
		"hospital":         {"name": "Second", "timezone": "UTC", "currency": "EUR", "booking_horizon_days": 1},
		"counters":         {"series": fmt.Sprint("s", n)},
		"users":            {"email": fmt.Sprintf("new%d@example.org", n), "password": hospitaltest.Password, "passwordConfirm": hospitaltest.Password, "name": "New", "role": "patient"},
		"registrations":    {"email": fmt.Sprintf("new%d@example.org", n), "password_hash": "none", "status": "pending", "expires": at(0)},
		"security_notices": {"address": fmt.Sprintf("new%d@example.org", n), "change": "password", "status": "pending", "expires": at(0)},
		"sessions":         {"user": hospitaltest.ID("patient1"), "started": at(0), "last_used": at(0), "expires": at(0)},
		"invitations":      {"email": fmt.Sprintf("new%d@example.org", n), "role": "doctor"},
		"services":         {"code": fmt.Sprint("S", n), "name": "Service"},
		"departments":      {"code": fmt.Sprint("D", n), "name": "Department"},
		"doctors":          {"name": "Dr. New"},
		"nurses":           {"name": "Nurse New"},
		"patients":         {"name": "New Patient"},
		"care_team":        {"patient": hospitaltest.ID("walkin"), "user": hospitaltest.ID("doctor" + owner), "starts": "2030-01-01 00:00:00.000Z", "ends": "2030-02-01 00:00:00.000Z"},
		"schedules": {"doctor": hospitaltest.ID("dr" + owner), "weekday": 1 + n%7, "start_time": clock(n), "end_time": fmt.Sprintf("%02d:00", n%23+1), "slot_minutes": 5, "capacity": 1,
			"valid_from": fmt.Sprint(3000+n, "-01-01"), "valid_until": fmt.Sprint(3000+n, "-12-31")},
		"time_off": {"doctor": hospitaltest.ID("dr" + owner), "starts": "2035-01-01 00:00:00.000Z", "ends": "2035-02-01 00:00:00.000Z"},
		"appointments": {"patient": hospitaltest.ID("pat" + owner), "doctor": hospitaltest.ID("dr" + owner),
			"starts": at(200*time.Hour + time.Duration(n)*time.Hour)},
		"appointment_events":  {"appointment": hospitaltest.ID("booked" + owner), "action": "edit"},
		"rebookings":          {"time_off": hospitaltest.ID("away" + owner)},
		"rebooking_items":     {"rebooking": hospitaltest.ID("rebook" + owner), "appointment": hospitaltest.ID("booked" + owner), "outcome": "cancel", "old_starts": at(0)},
		"notices":             {"patient": hospitaltest.ID("pat" + owner), "appointment": hospitaltest.ID("booked" + owner), "kind": "moved", "audience": "patient", "channel": "portal", "status": "sent"},
		"identifiers":         {"patient": hospitaltest.ID("pat" + owner), "kind": "patient", "system": "other", "value": fmt.Sprint("v", n)},
		"staff_identifiers":   {"doctor": hospitaltest.ID("dr" + owner), "kind": "doctor", "system": "other", "value": fmt.Sprint("v", n)},
		"imports":             {"kind": "patients", "system": "other", "status": "done"},
		"unusual_reads":       {"reader": hospitaltest.ID("nurse" + owner), "rule": "vip", "day": "2030-01-01", "first_at": at(0), "last_at": at(0), "key": fmt.Sprint("k", n)},
		"audit_log":           {"action": "forged", "at": at(0), "outcome": "done", "patient": hospitaltest.ID("pat" + owner), "actor": hospitaltest.ID("doctor" + owner)},
		"audit_log_patients":  {"list": hospitaltest.ID("pat" + owner), "patient": hospitaltest.ID("pat" + owner)},
		"charges":             {"appointment": hospitaltest.ID("moved" + owner), "service": hospitaltest.ID("ecg"), "quantity": 1},
		"bills":               {"patient": hospitaltest.ID("pat" + owner)},
		"bill_items":          {"bill": hospitaltest.ID("draft" + owner), "description": "Line", "quantity": 1},
		"discounts":           {"bill": freshDraft(h, collection == "discounts", owner), "bp": 500, "reason": "goodwill"},
		"payments":            {"bill": billOf(h, owner), "method": "cash", "amount_minor": 1},
		"billing_sums":        {"starts": "2030-01-01 00:00:00.000Z", "currency": "EUR", "entry": "payment", "method": "cash"},
		"statistics_days":     {"day": fmt.Sprint(2000+n, "-01-01")},
		"open_balances":       {"currency": "EUR", "due_on": "2030-01-01"},
		"medical_histories":   {"patient": hospitaltest.ID("pat" + owner), "text": "forged"},
		"break_glass":         {"patient": hospitaltest.ID("pat" + owner), "reason": "found unconscious in the yard"},
		"patient_merges":      {"duplicate": freshPatient(h, n), "survivor": hospitaltest.ID("pat" + owner), "reason": "twice"},
		"patient_merge_items": {"merge": hospitaltest.ID("merge" + owner), "of": "vitals", "record": hospitaltest.ID("vitals" + owner)},
		"encounters":          {"appointment": freshVisit(h, n, collection, owner)},
		"vitals":              {"patient": hospitaltest.ID("pat" + owner), "pulse": 71},
		"conditions":          {"patient": hospitaltest.ID("pat" + owner), "text": "Cough"},
		"allergies":           {"patient": hospitaltest.ID("pat" + owner), "substance": "Nickel"},
		"documents":           {"patient": hospitaltest.ID("pat" + owner), "kind": "imaging", "title": "X-ray", "file": hospitaltest.File{Name: "x_ray.txt", Content: []byte("text")}},
		"codes":               {"system": "icd10", "code": "A00", "title": "Cholera"},
		"prescriptions":       {"appointment": hospitaltest.ID("done" + owner)},
		"prescription_items":  {"prescription": hospitaltest.ID("draft" + owner), "drug": "Zinc"},
		"threads":             {"patient": hospitaltest.ID("pat" + owner), "doctor": hospitaltest.ID("dr" + owner), "subject": "Question"},
		"messages":            {"thread": hospitaltest.ID("thread" + owner), "text": "Another question"},
		"link_codes":          {"patient": freshPatient(h, n), "channel": "print"},
		"webhooks":            {"name": fmt.Sprint("Gateway ", n), "url": "https://gateway.example/hook", "events": []string{"*"}},
		"webhook_secrets":     {"webhook": hospitaltest.ID("webhook1"), "secret": "whsec_forged", "expires": at(0)},
		"webhook_deliveries":  {"webhook": hospitaltest.ID("webhook1"), "event": "forged", "type": "hospital.notice", "status": "sent", "expires": at(0)},
		"calendar_feeds":      {"user": hospitaltest.ID("patient" + owner), "secret_hash": fmt.Sprint("hash", n), "issued_for": "x"},
		"notice_preferences":  preference(h, owner, caller, n),
		"link_notices":        {"user": hospitaltest.ID("patient" + owner), "patient": hospitaltest.ID("pat" + owner), "kind": "linked", "status": "skipped"},
		"alerts":              {"user": hospitaltest.ID("admin" + owner), "break_glass": hospitaltest.ID("glass" + owner), "status": "sent"},
	}[collection]
	switch {
	case collection == "doctors", collection == "nurses":
		body["user"] = freshUser(h, n, strings.TrimSuffix(collection, "s"))
	case collection == "patients" && caller == role.Patient:
		body["user"] = hospitaltest.ID("patient" + owner)
	}
	body["id"] = hospitaltest.ID(fmt.Sprintf("new%dx", n))
	return body
}

// probe is an attempt to write one field.
type probe struct {
	value any                            // or a func that returns it; a value that no record of the fixture has
	with  hospitaltest.Body              // other fields that must be sent with it
	on    string                         // the record to change; empty for any
	at    func(r *core.Record) time.Time // the time of the attempt; nil for now
}

// probes are for fields whose type is not enough to choose a value, by "collection.field"
// and, where it differs, "collection.field role".
var probes = map[string]probe{
	"hospital.timezone":          {value: "Europe/Berlin"},
	"hospital.currency":          {value: settled("KWD")},
	"hospital.currency_exponent": {value: settled(3), with: hospitaltest.Body{"currency": "KWD"}},
	"hospital.staff_mfa":         {value: withMail},
	"hospital.reminder_leads":    {value: "24h"},
	"hospital.quiet_from":        {value: "20:00", with: hospitaltest.Body{"quiet_until": "06:00"}},
	"webhook_deliveries.type":    {value: "hospital.bill.issued"},
	"webhooks.url":               {value: "https://other.example/hook"},
	"webhooks.events":            {value: []string{"hospital.bill.issued"}},
	"hospital.quiet_until":       {value: "06:00", with: hospitaltest.Body{"quiet_from": "20:00"}},
	"invitations.status":         {value: "revoked"},
	"users.role":                 {value: "doctor", on: hospitaltest.ID("retireddr")},
	"users.role guest":           {value: "doctor"},
	"users.role admin":           {value: "nurse", on: hospitaltest.ID("patient2")},
	"users.status":               {value: "suspended"},
	"users.status admin":         {value: "suspended", on: hospitaltest.ID("patient2")},
	"doctors.user":               {value: hospitaltest.ID("doctor2")},
	"nurses.user":                {value: hospitaltest.ID("nurse2")},
	"patients.birth_date":        {value: "1999-09-09"},
	"patients.user":              {value: hospitaltest.ID("patient2"), with: hospitaltest.Body{"user_reason": "came with a passport"}},
	"patients.user_reason":       {value: "came with a passport", with: hospitaltest.Body{"user": hospitaltest.ID("patient2")}},
	"identifiers.appointment":    {value: hospitaltest.ID("booked1")},
	"identifiers.bill":           {value: hospitaltest.ID("draft1")},
	"identifiers.kind":           {value: "bill"},
	"staff_identifiers.nurse":    {value: hospitaltest.ID("ns1")},
	"staff_identifiers.kind":     {value: "nurse"},
	"imports.status":             {value: "applying"},
	"link_codes.patient":         {value: hospitaltest.ID("kid1")},
	"link_codes.channel":         {value: mailed},
	"link_codes.mail_status":     {value: "failed"},
	"link_notices.status":        {value: "failed"},
	"patients.user patient":      {value: hospitaltest.ID("patient1"), on: hospitaltest.ID("walkin")},
	"care_team.starts":           {value: "2030-01-02 00:00:00.000Z"},
	"care_team.ends":             {value: "2031-01-02 00:00:00.000Z"},
	"care_team.source":           {value: "appointment", on: hospitaltest.ID("team1")},
	"schedules.weekday":          {value: inAYear("weekday", 3)},
	"schedules.start_time":       {value: inAYear("start_time", "01:30")},
	"schedules.end_time":         {value: inAYear("end_time", "23:30")},
	"schedules.valid_from":       {value: inAYear("valid_from", "")},
	"schedules.valid_until":      {value: inAYear("valid_until", "")},
	"time_off.starts":            {value: "2035-01-15 00:00:00.000Z", with: hospitaltest.Body{"ends": "2035-01-20 00:00:00.000Z"}},
	"time_off.ends":              {value: "2035-01-21 00:00:00.000Z", with: hospitaltest.Body{"starts": "2035-01-15 00:00:00.000Z"}},
	"appointments.ends":          {value: endOf},
	"appointments.ends patient":  {value: slotOf},
	"appointments.starts": {value: func(h *hospitaltest.Hospital, _ hospitaltest.Body) any {
		return at(3000*time.Hour + time.Duration(serialIn(h))*time.Hour)
	}},
	"appointments.status":            {value: "cancelled"},
	"appointments.status nurse":      missed,
	"appointments.cancel_code":       {value: "hospital", with: hospitaltest.Body{"status": "cancelled"}},
	"appointments.cancel_code nurse": {value: "no_show", with: hospitaltest.Body{"status": "cancelled"}, on: missed.on, at: missed.at},
	"appointments.overbook":          {value: true, with: hospitaltest.Body{"staff_note": "urgent"}},
	"appointments.overbook patient":  {value: true},
	"appointments.overbook nurse":    {value: true},
	"appointments.checked_in_at":     {value: at(0), on: hospitaltest.ID("booked1"), at: start},
	"appointments.started_at":        {value: at(0), on: hospitaltest.ID("booked1"), at: start},
	"appointments.patient":           {value: hospitaltest.ID("kid1")},
	"appointments.doctor":            {value: hospitaltest.ID("dr2")},
	"appointments.doctor doctor":     {value: hospitaltest.ID("dr1"), on: hospitaltest.ID("walk")},
	"rebookings.doctor":              {value: hospitaltest.ID("dr1")},
	"rebookings.status":              {value: "applied"},
	"rebooking_items.outcome":        {value: "keep"},
	"rebooking_items.starts":         {value: at(180 * time.Hour)},
	"rebooking_items.ends":           {value: at(181 * time.Hour)},
	"charges.service":                {value: hospitaltest.ID("again")},
	"charges.appointment":            {value: hospitaltest.ID("moved2"), on: hospitaltest.ID("charge1")},
	"bills.status":                   {value: "unpaid", on: hospitaltest.ID("draft1")},
	"bills.reason":                   {value: reason, on: hospitaltest.ID("draft1")},
	"bills.due_on":                   {value: "2033-03-03"},
	"bills.kind":                     {value: crediting("credit_note")},
	"bills.original":                 {value: crediting("")},
	"bills.total_minor":              {value: crediting(1)},
	"bills.appointment":              {value: hospitaltest.ID("moved1")},
	"bill_items.bill":                {value: hospitaltest.ID("draft2"), on: hospitaltest.ID("crutches1")},
	"bill_items.service":             {value: servicePriced},
	"discounts.bill":                 {value: hospitaltest.ID("draft2"), on: hospitaltest.ID("cheaper1")},
	"discounts.amount_minor":         {value: func(_ *hospitaltest.Hospital, body hospitaltest.Body) any { delete(body, "bp"); return 7 }},
	"discounts.credit":               {value: creditOf},
	"discounts.credit_note":          {value: hospitaltest.ID("draft1")},
	"discounts.status":               {value: "rejected"},
	"payments.refund_of":             {value: refundOf},
	"payments.kind": {value: func(h *hospitaltest.Hospital, body hospitaltest.Body) any {
		body["refund_of"] = refundOf(h, body)
		return "refund"
	}},
	"payments.status":         {value: "verified"},
	"payments.bill":           {value: func(h *hospitaltest.Hospital, _ hospitaltest.Body) any { return billOf(h, "2") }, on: hospitaltest.ID("paid1")},
	"payments.amount_minor":   {value: 2},
	"encounters.amends":       {value: hospitaltest.ID("notes1"), with: hospitaltest.Body{"appointment": hospitaltest.ID("done1")}},
	"encounters.follow_up_on": {value: "2031-01-01"},
	"vitals.appointment":      {value: hospitaltest.ID("booked1")},
	"vitals.taken_at":         {value: "2020-01-01 10:00:00.000Z"},
	"vitals.systolic":         {value: 155, with: hospitaltest.Body{"diastolic": 85}},
	"vitals.diastolic":        {value: 65, with: hospitaltest.Body{"systolic": 155}},
	"vitals.pulse":            {value: 77},
	"vitals.temperature_c10":  {value: 371},
	"vitals.respiration":      {value: 15},
	"vitals.spo2":             {value: 95},
	"vitals.weight_g":         {value: 70_000},
	"vitals.height_mm":        {value: 1_700},
	"vitals.corrects": {value: func(h *hospitaltest.Hospital, _ hospitaltest.Body) any {
		return h.As("nurse2").Create("vitals", hospitaltest.Body{"patient": hospitaltest.ID("pat1"), "pulse": 99}).ID()
	}},
	"conditions.code":           {value: "J45.9"},
	"conditions.onset_on":       {value: "1999-09-09"},
	"documents.appointment":     {value: hospitaltest.ID("booked1")},
	"messages.seen patient":     {value: true, on: hospitaltest.ID("answer1")},
	"messages.seen":             {value: true, on: hospitaltest.ID("hello1")},
	"messages.document":         {value: hospitaltest.ID("shown1")},
	"threads.appointment":       {value: hospitaltest.ID("done1")},
	"documents.file":            {value: hospitaltest.File{Name: "another.txt", Content: []byte("another")}},
	"prescriptions.replaces":    {value: hospitaltest.ID("rx1")},
	"prescriptions.valid_until": {value: "2031-01-01"},
	"break_glass.mrn": {value: func(h *hospitaltest.Hospital, _ hospitaltest.Body) any {
		return h.Record("patients", hospitaltest.ID("pat1")).GetString("mrn")
	}},
	"break_glass.mrn admin": {value: "000000999"},
	"break_glass.reason":    {value: "another reason of some length"},
}

// inAYear sets the working hours of a request in a year without other hours. It returns
// value, or what it has set for the field if value is empty.
func inAYear(field string, value any) func(*hospitaltest.Hospital, hospitaltest.Body) any {
	return func(_ *hospitaltest.Hospital, body hospitaltest.Body) any {
		year := 1000 + serial()%1000
		maps.Copy(body, hospitaltest.Body{"start_time": "01:00", "end_time": "23:00",
			"valid_from": fmt.Sprint(year, "-01-01"), "valid_until": fmt.Sprint(year, "-12-31")})
		if value != "" {
			return value
		}
		return body[field]
	}
}

// missed is the only status change of a nurse: a no-show.
var missed = probe{value: "cancelled", with: hospitaltest.Body{"cancel_code": "no_show"},
	on: hospitaltest.ID("booked1"),
	at: func(r *core.Record) time.Time { return r.GetDateTime("ends").Time().Add(time.Minute) }}

func start(r *core.Record) time.Time { return r.GetDateTime("starts").Time() }

// preferred are fields that can be changed on their own.
var preferred = map[string][]string{
	"users":        {"phone"},
	"appointments": {"reason", "staff_note", "checked_in_at"},
	"payments":     {"note"},
	"bills":        {"due_on"},
	"bill_items":   {"quantity"},
	"rebookings":   {"note"},

	"encounters":    {"notes"},
	"prescriptions": {"notes"},
	"allergies":     {"reaction"},
	"conditions":    {"certainty"},
	"documents":     {"title"},
}

// changeableIDs returns the records of a collection that are not final.
func changeableIDs(t testing.TB, h *hospitaltest.Hospital, collection string) []string {
	t.Helper()
	switch collection {
	case "appointments":
		return query(t, h, "SELECT id FROM appointments WHERE status = 'approved' ORDER BY id", nil)
	case "care_team":
		return query(t, h, "SELECT id FROM care_team WHERE source != 'break_glass' ORDER BY id", nil)
	case "patients":
		return query(t, h, "SELECT id FROM patients WHERE merged_into = '' ORDER BY id", nil)
	case "encounters":
		return query(t, h, "SELECT id FROM encounters WHERE status = 'open' ORDER BY id", nil)
	case "vitals":
		return query(t, h, "SELECT id FROM vitals WHERE state = 'final' ORDER BY id", nil)
	case "prescriptions":
		return query(t, h, "SELECT id FROM prescriptions WHERE status = 'draft' ORDER BY id", nil)
	case "prescription_items":
		return query(t, h, "SELECT i.id FROM prescription_items i JOIN prescriptions p ON p.id = i.prescription"+
			" WHERE p.status = 'draft' ORDER BY i.id", nil)
	case "rebooking_items":
		return query(t, h, "SELECT id FROM rebooking_items WHERE outcome = 'move' ORDER BY id", nil)
	case "payments":
		return query(t, h, "SELECT id FROM payments WHERE status = 'pending' ORDER BY id", nil)
	case "bills":
		return query(t, h, "SELECT id FROM bills WHERE status = 'draft' ORDER BY id", nil)
	case "bill_items":
		return query(t, h, "SELECT i.id FROM bill_items i JOIN bills b ON b.id = i.bill"+
			" WHERE b.status = 'draft' AND b.discount_minor = 0 AND b.id NOT IN (SELECT bill FROM discounts) ORDER BY i.id", nil)
	}
	return allIDs(t, h, collection)
}

func probeOf(collection, field string, role kit.Role) probe {
	key := collection + "." + field
	p, ok := probes[key+" "+string(role)]
	if !ok {
		p, ok = probes[key]
	}
	if !ok {
		p.value = sample(kit.CatalogOf(modules.All)[collection].Field(field))
	}
	return p
}

// put writes the probe's field into a request.
func (p probe) put(h *hospitaltest.Hospital, body hospitaltest.Body, field string) {
	maps.Copy(body, p.with)
	body[field] = p.value
	if make, ok := p.value.(func(*hospitaltest.Hospital, hospitaltest.Body) any); ok {
		body[field] = make(h, body)
	}
}

// crediting turns a new bill into a credit note on the first visit's bill.
func crediting(value any) func(*hospitaltest.Hospital, hospitaltest.Body) any {
	return func(h *hospitaltest.Hospital, body hospitaltest.Body) any {
		body["kind"], body["original"], body["total_minor"], body["reason"] = "credit_note", billOf(h, "1"), 1, "a mistake"
		if value == "" {
			return body["original"]
		}
		return value
	}
}

// reason returns the reason of a credit note, or of voiding a bill.
func reason(h *hospitaltest.Hospital, body hospitaltest.Body) any {
	if body["patient"] == nil {
		body["status"] = "void"
		return "a mistake"
	}
	crediting("")(h, body)
	return body["reason"]
}

// creditOf turns a new discount into a credit of the first visit's bill.
func creditOf(h *hospitaltest.Hospital, body hospitaltest.Body) any {
	delete(body, "bp")
	body["bill"], body["amount_minor"] = billOf(h, "1"), 1
	return true
}

// mailed gives the patient of a new code an email address.
func mailed(h *hospitaltest.Hospital, body hospitaltest.Body) any {
	if patient, ok := body["patient"].(string); ok {
		h.As("admin1").Update("patients", patient, hospitaltest.Body{"email": "fresh@example.org"}).OK(h.T)
	}
	return "email"
}

// servicePriced returns a service. A bill line copies its name, so the description is removed.
func servicePriced(_ *hospitaltest.Hospital, body hospitaltest.Body) any {
	delete(body, "description")
	return hospitaltest.ID("ecg")
}

// refundOf returns a verified payment of the first bill.
func refundOf(h *hospitaltest.Hospital, body hospitaltest.Body) any {
	body["note"] = "paid twice"
	paid := h.As("receptionist1").Create("payments", hospitaltest.Body{"bill": billOf(h, "1"), "method": "cash",
		"amount_minor": 1}).OK(h.T)
	h.As("accountant1").Update("payments", paid.ID(), hospitaltest.Body{"status": "verified"}).OK(h.T)
	return paid.ID()
}

// settled settles all bills and returns a value.
func settled(value any) func(*hospitaltest.Hospital, hospitaltest.Body) any {
	return func(h *hospitaltest.Hospital, _ hospitaltest.Body) any {
		h.SettleBills()
		return value
	}
}

// withMail configures a mail server and returns true.
func withMail(h *hospitaltest.Hospital, _ hospitaltest.Body) any {
	h.App.Settings().SMTP.Enabled = true
	return true
}

// endOf returns an end that staff may choose, slotOf the one that a patient must use.
func endOf(_ *hospitaltest.Hospital, body hospitaltest.Body) any  { return end(body, 20*time.Minute) }
func slotOf(_ *hospitaltest.Hospital, body hospitaltest.Body) any { return end(body, 30*time.Minute) }

// end returns a time after the start in the request, which it adds if it is missing.
func end(body hospitaltest.Body, length time.Duration) string {
	if body["starts"] == nil {
		body["starts"] = at(2000 * time.Hour)
	}
	starts, err := time.Parse("2006-01-02 15:04:05.000Z", body["starts"].(string))
	if err != nil {
		panic(err)
	}
	return starts.Add(length).Format("2006-01-02 15:04:05.000Z")
}

// sample returns a valid value of a field that no record of the fixture has.
func sample(f core.Field) any {
	switch f := f.(type) {
	case *core.NumberField:
		return 7
	case *core.BoolField:
		return true
	case *core.SelectField:
		return f.Values[len(f.Values)-1]
	case *core.DateField:
		return "2031-05-05 10:00:00.000Z"
	case *core.EmailField:
		return "sample@example.org"
	case *core.TextField:
		if f.Pattern != "" && regexp.MustCompile(f.Pattern).MatchString("pt-BR") {
			return "pt-BR"
		}
	case *core.RelationField:
		return map[string]string{"departments": hospitaltest.ID("closed"), "services": hospitaltest.ID("retired"),
			"users":    hospitaltest.ID("nurse2"),
			"patients": hospitaltest.ID("walkin"), "doctors": hospitaltest.ID("drgone"), "appointments": hospitaltest.ID("walk"), "bills": "", "bill_items": hospitaltest.ID("crutches1"),
			"encounters": hospitaltest.ID("notes1"), "vitals": hospitaltest.ID("vitals2"), "prescriptions": hospitaltest.ID("draft2"), "care_team": hospitaltest.ID("team1"),
			"break_glass": hospitaltest.ID("glass2"), "patient_merges": hospitaltest.ID("merge2")}[kit.CatalogOf(modules.All).NameOf(f.CollectionId)]
	}
	return fmt.Sprint("sample ", serial())
}

// normal returns a value as a record stores it.
func normal(r *core.Record, field string, value any) any {
	c := core.NewRecord(r.Collection())
	c.Set(field, value)
	return c.Get(field)
}

// clock returns a full hour of the day.
func clock(n int64) string { return fmt.Sprintf("%02d:00", n%23) }

func at(d time.Duration) string {
	return time.Now().UTC().Truncate(time.Hour).Add(d).Format("2006-01-02 15:04:05.000Z")
}

func allIDs(t testing.TB, h *hospitaltest.Hospital, collection string) []string {
	t.Helper()
	return query(t, h, "SELECT id FROM `"+collection+"` ORDER BY id", nil)
}

func query(t testing.TB, h *hospitaltest.Hospital, sql string, params dbx.Params) (ids []string) {
	t.Helper()
	if err := h.App.DB().NewQuery(sql).Bind(params).Column(&ids); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return ids
}

// checker checks what one account reads of one collection.
type checker struct {
	t          testing.TB
	h          *hospitaltest.Hospital
	client     hospitaltest.Client
	account    string
	collection string
}

func (c checker) sees(how string, got, want []string) {
	c.t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		c.t.Errorf("%s reads %v by %s of %s, want %v", c.account, got, how, c.collection, want)
	}
}
