package clinical

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"path"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/patients"
)

// MaxFileSize is the maximum size of a document, in bytes.
const MaxFileSize = 20 << 20

// DocumentShared is that the hospital lets a patient see a document.
var DocumentShared = kit.Event{Collection: "documents", Happened: func(before, after *core.Record) bool {
	return Document{after}.shown() && (before == nil || !Document{before}.shown()) &&
		kit.ActorOf(after).Role != role.Patient
}}

var documents = kit.Collection{
	Name: "documents",
	Description: "A file of a patient. Download it from /api/files/documents/{id}/{file}?token=… " +
		"with a token from POST /api/files/token.",
	Fields: kit.Fields{
		kit.Relation("patient", "patients").Required().Help("Patient the document is about."),
		kit.Relation("appointment", "appointments").Help("Visit the document belongs to."),
		kit.Select[string]("kind", "lab_report", "imaging", "referral", "discharge_summary", "consent", "insurance",
			"other").Required().Help("Kind of document."),
		kit.Text("title", 200).Required().Presentable().Help("Title of the document."),
		kit.File("file", MaxFileSize).Required().
			Help("The file: PDF, PNG, JPEG, DICOM or plain text, at most 20 MiB."),
		kit.Text("content_type", 60).Help("Content type, found from the bytes."),
		kit.Text("content_hash", 64).Help("SHA-256 of the bytes, in hex."),
		kit.Count("size_bytes").
			Help("Size of the file in bytes, counted by the server. It counts against the limits for uploads."),
		kit.Bool("visible_to_patient").Help("Whether the patient can see it. Always true for what patients upload."),
		kit.Select("state", Final, InError).Required().Help("Entered in error is final."),
		kit.Relation("uploaded_by", "users").Help("Account that uploaded it."),
	},
	Indexes: []kit.Index{
		{Columns: "patient, created, size_bytes"},
		{Columns: "uploaded_by, created, size_bytes"},
		{Columns: "appointment"},
	},
	Immutable:     kit.Immutable{When: kit.Always, Free: documentUpdateFields},
	RoutineFields: []string{"state", "visible_to_patient"},
	Policy: kit.Policy{
		role.Patient: {
			Read:   kit.Own("patient.user").Only("own-visible", `visible_to_patient = true && state = "final"`),
			Create: kit.Own("patient.user"), CreateFields: documentCreateFields,
		},
		role.Doctor: {
			Read:   patients.Care("patient"),
			Create: patients.Care("patient"), CreateFields: append([]string{"visible_to_patient"}, documentCreateFields...),
			Update: patients.Care("patient"), UpdateFields: documentUpdateFields,
		},
		role.Nurse: {
			Read:   kit.All,
			Create: kit.All, CreateFields: append([]string{"visible_to_patient"}, documentCreateFields...),
			Update: kit.All, UpdateFields: documentUpdateFields,
		},
		role.Admin: {Read: kit.All},
	},
}

var (
	documentCreateFields = []string{"patient", "appointment", "kind", "title", "file"}
	documentUpdateFields = []string{"kind", "title", "visible_to_patient", "state"} // the file is immutable
)

// Document is a record of documents: a file of a patient.
type Document struct{ *core.Record }

// shown reports whether the patient sees it.
func (d Document) shown() bool {
	return d.GetBool("visible_to_patient") && State(d.GetString("state")) == Final
}

func (d Document) appointment() string { return d.GetString("appointment") }

// File is the name of the stored file.
func (d Document) File() string                { return d.GetString("file") }
func (d Document) uploads() []*filesystem.File { return d.GetUnsavedFiles("file") }
func (d Document) contentType() string         { return d.GetString("content_type") }
func (d Document) contentHash() string         { return d.GetString("content_hash") }
func (d Document) setVisibleToPatient()        { d.Set("visible_to_patient", true) }

func (d Document) setUploaded(by string) {
	d.Set("state", string(Final))
	d.Set("uploaded_by", by)
}

func (d Document) setContent(contentType, hash string, size int) {
	d.Set("content_type", contentType)
	d.Set("content_hash", hash)
	d.Set("size_bytes", size)
}

// createDocument accepts a new document if its content is of an allowed type, and gives the file
// the matching extension.
func createDocument(e *core.RecordEvent) error {
	d, actor, patient := Document{e.Record}, kit.ActorOf(e.Record), patientOf(e.Record)
	if err := patients.RejectMerged(e.App, patient); err != nil {
		return err
	}
	if err := checkSamePatient(e.App, "appointment", "appointments", d.appointment(), patient); err != nil {
		return err
	}
	d.setUploaded(actor.ID)
	if actor.Role == role.Patient {
		d.setVisibleToPatient()
	}
	for _, upload := range d.uploads() {
		if upload.Size > MaxFileSize {
			break // the field refuses it
		}
		content, err := readFile(upload)
		if err != nil {
			return err
		}
		detected, ok := detectFileType(content)
		if !ok {
			return kit.Invalid("file", "file_type", "Upload a PDF, PNG, JPEG, DICOM or plain text file. "+
				"This file has another type, or could be read as several types.")
		}
		if err := checkQuotas(e.App, actor, patient, int64(len(content))); err != nil {
			return err
		}
		upload.Name = strings.TrimSuffix(upload.Name, path.Ext(upload.Name)) + detected.extension
		d.setContent(detected.contentType, fileHash(content), len(content))
	}
	return e.Next()
}

// CheckShared refuses a document that is of another patient, or that the patient cannot see. No id is none.
func CheckShared(tx core.App, field, id, patient string) error {
	if err := checkSamePatient(tx, field, "documents", id, patient); err != nil || id == "" {
		return err
	}
	found, err := tx.FindRecordById("documents", id)
	if err == nil && !(Document{found}).shown() {
		return kit.Conflict(field, "not_shared", "The patient cannot see this document. Share it first.")
	}
	return err
}

func readFile(upload *filesystem.File) ([]byte, error) {
	reader, err := upload.Reader.Open()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", upload.OriginalName, err)
	}
	defer reader.Close()
	return io.ReadAll(io.LimitReader(reader, MaxFileSize+1))
}

func fileHash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// setDownloadHeaders makes browsers save a document instead of showing it. Its content type is the
// one that was detected when it was uploaded.
func setDownloadHeaders(app core.App) {
	app.OnFileDownloadRequest("documents").BindFunc(func(e *core.FileDownloadRequestEvent) error {
		header := e.Response.Header()
		header.Set("Content-Type", Document{e.Record}.contentType())
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Disposition",
			mime.FormatMediaType("attachment", map[string]string{"filename": e.ServedName}))
		return e.Next()
	})
}

// findAlteredFiles finds the documents whose file is missing or has changed.
func findAlteredFiles(app core.App) ([]string, error) {
	files, err := app.NewFilesystem()
	if err != nil {
		return nil, err
	}
	defer files.Close()
	return kit.FindViolations(app, "documents", `id != ""`, func(r *core.Record) (bool, error) {
		d := Document{r}
		reader, err := files.GetReader(d.BaseFilesPath() + "/" + d.File())
		if err != nil {
			return false, nil // missing or unreadable
		}
		defer reader.Close()
		var content bytes.Buffer
		if _, err := content.ReadFrom(reader); err != nil {
			return false, nil
		}
		return fileHash(content.Bytes()) == d.contentHash(), nil
	})
}
