package imports

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/audit"
	"hospital/modules/patients"
)

// preparePatient checks a line with a patient.
func preparePatient(j *job, r row) (*item, error) {
	value, ok := j.identifier(r)
	record, err := kit.New(j.app, "patients")
	if err != nil || !ok && j.known[value] {
		return nil, err
	}
	patient := patients.Patient{Record: record}
	j.fill(r, record, j.kind.fields(j.app))
	patient.Activate(j.active(r))
	problems, err := patients.CheckImported(j.app, patient)
	if err != nil {
		return nil, err
	}
	j.refuse(r, problems...)
	prepared := &item{row: r, record: record, value: value}
	switch decision := j.text(r, "duplicate"); decision {
	case "":
		return prepared, j.findDuplicates(r, patient)
	case "new":
		patient.ConfirmDistinct(true)
		return prepared, nil
	default:
		used, err := patients.FindByMRN(j.app, decision)
		if isMissing(err) {
			j.problem(r, "duplicate", "not_found", "There is no patient with this record number.")
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return &item{row: r, value: value, existing: used.Id, patient: used.Id}, nil
	}
}

// findDuplicates reports a patient who may have a record, or be in an earlier line.
func (j *job) findDuplicates(r row, patient patients.Patient) error {
	found, err := patients.FindSimilar(j.app, patient)
	if err != nil {
		return err
	}
	const decide = "Write its MRN into the column duplicate, or new if this is somebody else."
	if len(found) > 0 {
		j.report.add(Problem{Line: r.line, Column: j.file.column("duplicate"), Code: "duplicate", Candidates: found,
			Message: "Somebody like this has a record already. " + decide})
		return nil
	}
	for _, key := range patient.SamePerson() {
		if line, seen := j.lines[key]; seen {
			j.report.add(Problem{Line: r.line, Column: j.file.column("duplicate"), Code: "duplicate",
				Message: fmt.Sprintf("Somebody like this is in line %d: %s, born %s. Remove one of the lines, or write new into "+
					"the column duplicate if this is somebody else.", line, patient.Name(), patient.BirthDate())})
			return nil
		}
	}
	for _, key := range patient.SamePerson() {
		j.lines[key] = r.line
	}
	return nil
}

// writePatients writes new patients, and identifiers of those that have a record.
func writePatients(j *job, tx core.App, items []*item) error {
	var added []patients.Patient
	var logged []*core.Record
	for _, i := range items {
		if i.record != nil {
			added = append(added, patients.Patient{Record: i.record})
			logged = append(logged, i.record)
		}
	}
	if len(added) > 0 {
		if err := patients.Insert(tx, added); err != nil {
			return err
		}
	}
	numbers, err := j.identifiers(items, func(i *item) (id, patient string) {
		if i.record != nil {
			return i.record.Id, i.record.Id
		}
		return i.existing, i.existing
	})
	if err != nil {
		return err
	}
	for n, i := range items {
		if i.record == nil {
			logged = append(logged, numbers[n])
		}
	}
	if err := kit.InsertRecords(tx, numbers...); err != nil {
		return err
	}
	return audit.LogImported(tx, kit.Importer, logged...)
}

// identifiers returns the new identifiers of items, in their order.
func (j *job) identifiers(items []*item, of func(*item) (id, patient string)) ([]*core.Record, error) {
	records := make([]*core.Record, len(items))
	for n, i := range items {
		number, err := newIdentifier(j.app, j.kind.identifies, j.options.Source, i.value)
		if err != nil {
			return nil, err
		}
		number.setTarget(of(i))
		records[n] = number.Record
	}
	return records, nil
}
