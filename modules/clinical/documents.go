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

	"hospital/internal/role"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"hospital/internal/kit"
	"hospital/modules/patients"
)

// MaxFileSize is the maximum size of a document, in bytes.
const MaxFileSize = 20 << 20

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
		kit.Bool("visible_to_patient").Help("Whether the patient can see it. Always true for what patients upload."),
		kit.Select("state", Final, InError).Required().Help("Entered in error is final."),
		kit.Relation("uploaded_by", "users").Help("Account that uploaded it."),
	},
	Indexes: []kit.Index{
		{Columns: "patient, created"},
		{Columns: "appointment"},
	},
	Immutable: kit.Immutable{When: kit.Always, Free: filed},
	Policy: kit.Policy{
		role.Patient: {
			Read:   kit.Own("patient.user").Only("own-visible", `visible_to_patient = true && state = "final"`),
			Create: kit.Own("patient.user"), CreateFields: uploaded,
		},
		role.Doctor: {
			Read:   patients.Care("patient"),
			Create: patients.Care("patient"), CreateFields: append([]string{"visible_to_patient"}, uploaded...),
			Update: patients.Care("patient"), UpdateFields: filed,
		},
		role.Nurse: {
			Read:   kit.All,
			Create: kit.All, CreateFields: append([]string{"visible_to_patient"}, uploaded...),
			Update: kit.All, UpdateFields: filed,
		},
		role.Admin: {Read: kit.All},
	},
}

var (
	uploaded = []string{"patient", "appointment", "kind", "title", "file"}
	filed    = []string{"kind", "title", "visible_to_patient", "state"} // can be changed later; the file cannot
)

// file accepts a new document if its content is of an allowed type, and gives the file the
// matching extension.
func file(e *core.RecordEvent) error {
	r, actor := e.Record, kit.ActorOf(e.Record)
	if err := patients.RejectMerged(e.App, r.GetString("patient")); err != nil {
		return err
	}
	if err := samePatient(e.App, r, "appointment", "appointments"); err != nil {
		return err
	}
	r.Load(map[string]any{"state": string(Final), "uploaded_by": actor.ID})
	if actor.Role == role.Patient {
		r.Set("visible_to_patient", true)
	}
	for _, sent := range r.GetUnsavedFiles("file") {
		if sent.Size > MaxFileSize {
			break // the field refuses it
		}
		content, err := read(sent)
		if err != nil {
			return err
		}
		kind, ok := kindOf(content)
		if !ok {
			return kit.Invalid("file", "file_type", "The hospital keeps PDF, PNG, JPEG, DICOM and plain text. "+
				"This file is something else, or two things at once.")
		}
		sent.Name = strings.TrimSuffix(sent.Name, path.Ext(sent.Name)) + kind.ending
		r.Set("content_type", kind.contentType)
		r.Set("content_hash", hashOf(content))
	}
	return e.Next()
}

func read(sent *filesystem.File) ([]byte, error) {
	from, err := sent.Reader.Open()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", sent.OriginalName, err)
	}
	defer from.Close()
	return io.ReadAll(io.LimitReader(from, MaxFileSize+1))
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// download serves a document as what it was found to be when it was filed, and
// to keep, not to show.
func download(app core.App) {
	app.OnFileDownloadRequest("documents").BindFunc(func(e *core.FileDownloadRequestEvent) error {
		header := e.Response.Header()
		header.Set("Content-Type", e.Record.GetString("content_type"))
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Disposition",
			mime.FormatMediaType("attachment", map[string]string{"filename": e.ServedName}))
		return e.Next()
	})
}

// altered names the documents whose file is missing or has changed.
func altered(app core.App) ([]string, error) {
	files, err := app.NewFilesystem()
	if err != nil {
		return nil, err
	}
	defer files.Close()
	return kit.FindViolations(app, "documents", `id != ""`, func(r *core.Record) (bool, error) {
		from, err := files.GetReader(r.BaseFilesPath() + "/" + r.GetString("file"))
		if err != nil {
			return false, nil // missing or unreadable
		}
		defer from.Close()
		var content bytes.Buffer
		if _, err := content.ReadFrom(from); err != nil {
			return false, nil
		}
		return hashOf(content.Bytes()) == r.GetString("content_hash"), nil
	})
}
