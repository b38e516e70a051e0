package imports

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/appointments"
	"hospital/modules/audit"
	"hospital/modules/billing"
)

// prepareVisit checks a line with a visit.
func prepareVisit(j *job, r row) (*item, error) {
	value, ok := j.identifier(r)
	if !ok && j.known[value] {
		return nil, nil
	}
	patient, foundPatient, err := j.patient(r)
	if err != nil {
		return nil, err
	}
	doctor, err := j.doctor(r)
	if err != nil {
		return nil, err
	}
	record, err := kit.New(j.app, "appointments")
	if err != nil {
		return nil, err
	}
	visit := appointments.Appointment{Record: record}
	before := len(j.report.Problems) + j.report.More
	j.fill(r, record, visitFields)
	visit.SetPeople(patient.ID, doctor)
	problems, err := appointments.CheckImported(j.app, visit, patient.Name, j.beside(visit))
	if err != nil {
		return nil, err
	}
	unread := len(j.report.Problems)+j.report.More > before // a time that is no time is not missing, too
	for _, p := range problems {
		switch {
		case p.Field == "patient" && !foundPatient, p.Field == "doctor" && doctor == "":
		case unread && (p.Field == "starts" || p.Field == "ends"):
		default:
			j.refuse(r, p)
		}
	}
	if visit.Active() {
		for _, who := range []string{patient.ID, doctor} {
			j.earlier[who] = append(j.earlier[who], record)
		}
	}
	return &item{row: r, record: record, value: value, patient: patient.ID}, nil
}

var visitFields = []string{"starts", "ends", "visit_type", "reason", "status", "cancel_code", "cancel_note",
	"staff_note", "overbook", "room"}

// beside are visits of earlier lines of the same doctor or patient that are booked.
func (j *job) beside(visit appointments.Appointment) (all []appointments.Appointment) {
	for _, who := range []string{visit.Patient(), visit.Doctor()} {
		for _, r := range j.earlier[who] {
			all = append(all, appointments.Appointment{Record: r})
		}
	}
	return all
}

// writeVisits writes new visits.
func writeVisits(j *job, tx core.App, items []*item) error {
	visits, logged := make([]appointments.Appointment, len(items)), []*core.Record(nil)
	for n, i := range items {
		visits[n] = appointments.Appointment{Record: i.record}
		if !visits[n].Active() { // a booking is logged by its hooks
			logged = append(logged, i.record)
		}
	}
	if err := appointments.InsertImported(tx, visits); err != nil {
		return err
	}
	return j.finishOfPatients(tx, items, logged)
}

// finishOfPatients writes the identifiers of visits or bills, and the entries of the log.
func (j *job) finishOfPatients(tx core.App, items []*item, logged []*core.Record) error {
	numbers, err := j.identifiers(items, func(i *item) (id, patient string) { return i.record.Id, i.patient })
	if err != nil {
		return err
	}
	if err := kit.InsertRecords(tx, numbers...); err != nil {
		return err
	}
	return audit.LogImported(tx, kit.Importer, logged...)
}

// prepareBalance checks a line with what a patient has still to pay.
func prepareBalance(j *job, r row) (*item, error) {
	value, ok := j.identifier(r)
	if !ok && j.known[value] {
		return nil, nil
	}
	patient, found, err := j.patient(r)
	if err != nil {
		return nil, err
	}
	record, err := kit.New(j.app, "bills")
	if err != nil {
		return nil, err
	}
	line, err := kit.New(j.app, "bill_items")
	if err != nil {
		return nil, err
	}
	bill := billing.Bill{Record: record}
	before := j.report.Wrong
	j.fill(r, record, []string{"total_minor", "issued_at", "due_on"})
	j.fill(r, line, []string{"description"})
	if j.has("total") {
		amount, err := parseAmount(j.text(r, "total"), j.settings.Exponent())
		if err != nil {
			j.problem(r, "total", "wrong_type", err.Error())
		}
		bill.SetTotal(amount)
	}
	if j.report.Wrong > before {
		return nil, nil
	}
	bill.SetPatient(patient.ID)
	problems, err := billing.CheckOpening(j.app, bill, billing.Item{Record: line})
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		if p.Field == "total_minor" && j.has("total") {
			p.Field = "total"
		}
		if p.Field != "patient" || found {
			j.refuse(r, p)
		}
	}
	return &item{row: r, record: record, line: line, value: value, patient: patient.ID}, nil
}

// writeBalances writes new opening balances.
func writeBalances(j *job, tx core.App, items []*item) error {
	openings, logged := make([]billing.Opening, len(items)), make([]*core.Record, len(items))
	for n, i := range items {
		openings[n] = billing.Opening{Bill: billing.Bill{Record: i.record}, Item: billing.Item{Record: i.line}}
		logged[n] = i.record
	}
	if err := billing.InsertOpenings(tx, openings); err != nil {
		return err
	}
	return j.finishOfPatients(tx, items, logged)
}

// parseAmount parses an amount such as "85.5" with the decimals of the currency.
func parseAmount(text string, exponent int) (money.Amount, error) {
	whole, decimals, _ := strings.Cut(text, ".")
	decimals = strings.TrimRight(decimals, "0")
	if len(decimals) > exponent {
		return 0, fmt.Errorf("This amount has more than %d decimals.", exponent) //nolint:staticcheck // for people
	}
	minor, err := strconv.ParseInt(whole+decimals+strings.Repeat("0", exponent-len(decimals)), 10, 64)
	if err != nil || minor < 0 || minor > money.Max {
		return 0, errors.New("This must be an amount such as 85.50.") //nolint:staticcheck // for people
	}
	return money.Amount(minor), nil
}
