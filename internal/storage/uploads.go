package storage

import (
	"errors"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/journal"
	"hospital/internal/kit"
	"hospital/internal/picture"
)

// checkPictures refuses uploads that a program would need too much memory to show, in every
// field of every collection. It runs before the transaction: it reads the files.
func checkPictures(e *core.RecordEvent) error {
	for _, field := range e.Record.Collection().Fields {
		if field.Type() != core.FieldTypeFile {
			continue
		}
		for _, upload := range e.Record.GetUnsavedFiles(field.GetName()) {
			content, err := upload.Reader.Open()
			if err != nil {
				return err
			}
			if err := errors.Join(picture.Check(content), content.Close()); err != nil {
				journal.Log.Info("a picture was refused", "collection", e.Record.Collection().Name, "cause", err.Error())
				return kit.Invalid(field.GetName(), "picture_size", "This picture has more than 40 megapixels, "+
					"or its size cannot be read. Upload a smaller PNG or JPEG.")
			}
		}
	}
	return e.Next()
}
