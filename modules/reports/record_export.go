package reports

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"hospital/internal/kit"
	"hospital/modules/billing"
	"hospital/modules/clinical"
	"hospital/modules/hospital"
	"hospital/modules/patients"
)

// recordParts are the collections of a patient's whole record, and how each leads to the patient. A test compares them
// with all collections that have a patient.
var recordParts = []struct{ collection, patient string }{
	{"patients", "id"}, {"identifiers", "patient"}, {"medical_histories", "patient"}, {"care_team", "patient"}, {"break_glass", "patient"},
	{"appointments", "patient"}, {"appointment_events", "appointment.patient"},
	{"encounters", "patient"}, {"vitals", "patient"}, {"conditions", "patient"}, {"allergies", "patient"},
	{"documents", "patient"}, {"prescriptions", "patient"}, {"prescription_items", "patient"},
	{"bills", "patient"}, {"bill_items", "bill.patient"}, {"payments", "patient"},
	{"threads", "patient"}, {"messages", "patient"}, {"notices", "patient"}, {"link_notices", "patient"},
	{"notice_preferences", "patient"},
}

// RecordParts are the collections of a patient's whole record.
func RecordParts() (names []string) {
	for _, part := range recordParts {
		names = append(names, part.collection)
	}
	return names
}

// maxPart is the largest number of records of one collection in the export of a patient.
const maxPart = 100_000

// reader returns the records of a collection that a filter matches, as they may be shown.
type reader func(collection, filter string) ([]*core.Record, error)

// recordZIP answers with all that the hospital stores of a patient, as far as the caller may read it: for the right of
// access (GDPR, article 15).
func recordZIP(r *kit.Request) error {
	read := func(collection, filter string) (found []*core.Record, err error) {
		if !r.MayRead(collection) {
			return nil, nil
		}
		params := dbx.Params{}
		matching, err := kit.Matching(r, collection, filter, params)
		if err != nil {
			return nil, err
		}
		err = r.App.RecordQuery(collection).AndWhere(dbx.NewExp("[["+collection+".id]] IN ("+matching+")", params)).
			OrderBy("created", "id").Limit(maxPart).All(&found)
		if err != nil {
			return nil, err
		}
		return found, apis.EnrichRecords(r.RequestEvent, found)
	}
	patient := patients.Patient{Record: r.Record}
	r.Attach("record-"+patient.MRN()+".zip", "application/zip")
	r.LogAccess(kit.RowsOf(r.App, r.Record)...)
	if err := writeRecord(r.App, patient, read, r.Response); err != nil {
		r.App.Logger().Error("the export of a record was aborted", "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// ExportRecord writes all that the hospital stores of a patient as a ZIP archive, for the operator.
func ExportRecord(app core.App, mrn string, to io.Writer) error {
	found, err := app.FindFirstRecordByData("patients", "mrn", mrn)
	if err != nil {
		return fmt.Errorf("there is no patient with the number %s: %w", mrn, err)
	}
	read := func(collection, filter string) ([]*core.Record, error) {
		return app.FindRecordsByFilter(collection, filter, "created", maxPart, 0)
	}
	return writeRecord(app, patients.Patient{Record: found}, read, to)
}

// writeRecord writes the archive: record.json has the records by collection, and bills, receipts and documents are
// files beside it.
func writeRecord(app core.App, patient patients.Patient, read reader, to io.Writer) error {
	settings, err := hospital.Of(app)
	if err != nil {
		return err
	}
	archive := zip.NewWriter(to)
	all := map[string][]*core.Record{}
	for _, part := range recordParts {
		if all[part.collection], err = read(part.collection, part.patient+" = '"+patient.Id+"'"); err != nil {
			return fmt.Errorf("read %s: %w", part.collection, err)
		}
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	at := kit.Now(app).In(settings.Zone()).Format("2006-01-02 15:04")
	about := fmt.Sprintf("The record of %s (%s) at %s, %s.\r\n\r\nrecord.json has every record, by collection; "+
		"times are in UTC, amounts in minor units.\r\nbills, receipts and documents are files.\r\n",
		patient.Name(), patient.MRN(), settings.Name(), at)
	for name, content := range map[string][]byte{"README.txt": []byte(about), "record.json": text} {
		if err := addFile(archive, name, content, kit.Now(app)); err != nil {
			return err
		}
	}
	for _, write := range []func(core.App, *zip.Writer, map[string][]*core.Record) error{
		addBills, addReceipts, addDocuments,
	} {
		if err := write(app, archive, all); err != nil {
			return err
		}
	}
	return archive.Close()
}

func addFile(archive *zip.Writer, name string, content []byte, at time.Time) error {
	w, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

func addBills(app core.App, archive *zip.Writer, all map[string][]*core.Record) error {
	for _, r := range all["bills"] {
		b, err := billOf(app, r)
		if err != nil {
			return err
		}
		if b.IssuedAt().IsZero() {
			continue // a draft
		}
		content, err := b.draw()
		if err != nil {
			return err
		}
		if err := addFile(archive, "bills/"+b.Number()+".pdf", content, b.IssuedAt()); err != nil {
			return err
		}
	}
	return nil
}

func addReceipts(app core.App, archive *zip.Writer, all map[string][]*core.Record) error {
	for _, r := range all["payments"] {
		p := billing.Payment{Record: r}
		if p.Status() != billing.Verified {
			continue
		}
		content, err := drawReceipt(app, p)
		if err != nil {
			return err
		}
		if err := addFile(archive, "receipts/"+p.Receipt()+".pdf", content, p.DecidedAt()); err != nil {
			return err
		}
	}
	return nil
}

// addDocuments adds the stored files. One that is missing is named by an empty file, so that nobody takes the archive for
// whole.
func addDocuments(app core.App, archive *zip.Writer, all map[string][]*core.Record) error {
	files, err := app.NewFilesystem()
	if err != nil {
		return err
	}
	defer files.Close()
	for _, r := range all["documents"] {
		d := clinical.Document{Record: r}
		w, err := archive.Create("documents/" + d.Id + "-" + path.Base(d.File()))
		if err != nil {
			return err
		}
		stored, err := files.GetReader(d.BaseFilesPath() + "/" + d.File())
		if errors.Is(err, filesystem.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = io.Copy(w, stored)
		_ = stored.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
