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

// LargestFile is how many bytes a document has at most.
const LargestFile = 20 << 20

var documents = kit.Collection{
	Name:   "documents",
	Fields: documentFields,
	Indexes: []kit.Index{
		{Columns: "patient, created"},
		{Columns: "appointment"},
	},
	Immutable: kit.Immutable{When: kit.Always, Free: filed},
	Policy: kit.Policy{
		role.Patient: {Read: kit.Own("patient.user").Only("own-visible", `visible_to_patient = true && state = "final"`),
			Create: kit.Own("patient.user"), CreateFields: []string{"patient", "appointment", "kind", "title", "file"}},
		role.Doctor: {Read: patients.Care("patient"),
			Create: patients.Care("patient"), CreateFields: []string{"patient", "appointment", "kind", "title", "file", "visible_to_patient"},
			Update: patients.Care("patient"), UpdateFields: filed},
		role.Nurse: {Read: kit.All,
			Create: kit.All, CreateFields: []string{"patient", "appointment", "kind", "title", "file", "visible_to_patient"},
			Update: kit.All, UpdateFields: filed},
		role.Admin: {Read: kit.All},
	},
}

// filed is what can be said anew of a document; its file stays.
var filed = []string{"kind", "title", "visible_to_patient", "state"}

var documentFields = kit.Fields{
	kit.Relation("patient", "patients").Required(),
	kit.Relation("appointment", "appointments"),
	kit.Select[string]("kind", "lab_report", "imaging", "referral", "discharge_summary", "consent", "insurance", "other").Required(),
	kit.Text("title", 200).Required(),
	kit.File("file", LargestFile).Required(),
	kit.Text("content_type", 60),
	kit.Text("content_hash", 64), // sha256
	kit.Bool("visible_to_patient"),
	kit.Select("state", Final, InError).Required(),
	kit.Relation("uploaded_by", "users"),
}

// file is the law for a new document: a file of a kind that the hospital keeps,
// under a name that says which.
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
		if sent.Size > LargestFile {
			break // which is refused by the field
		}
		content, err := read(sent)
		if err != nil {
			return err
		}
		kind, ok := kindOf(content)
		if !ok {
			return kit.Invalid("file", "file_type", "The hospital keeps PDF, PNG, JPEG, DICOM and plain text. This file is something else, or two things at once.")
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
	return io.ReadAll(io.LimitReader(from, LargestFile+1))
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
		header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.ServedName}))
		return e.Next()
	})
}

// altered names the documents whose file is missing, or not the one that was filed.
func altered(app core.App) ([]string, error) {
	files, err := app.NewFilesystem()
	if err != nil {
		return nil, err
	}
	defer files.Close()
	return kit.FindViolations(app, "documents", `id != ""`, func(r *core.Record) (bool, error) {
		from, err := files.GetReader(r.BaseFilesPath() + "/" + r.GetString("file"))
		if err != nil {
			return false, nil // it is missing, or cannot be read
		}
		defer from.Close()
		var content bytes.Buffer
		if _, err := content.ReadFrom(from); err != nil {
			return false, nil
		}
		return hashOf(content.Bytes()) == r.GetString("content_hash"), nil
	})
}
