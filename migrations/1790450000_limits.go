package migrations

import (
	"errors"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/filesystem"

	"hospital/internal/kit"
)

// Every hospital gets limits for what one account books and uploads. Requests that wait for
// approval wait from now on, and documents get the size of their file.
func init() {
	core.AppMigrations.Register(func(tx core.App) error {
		now := dbx.Params{"now": kit.FormatInstant(kit.Now(tx))}
		for _, sql := range []string{
			`UPDATE hospital SET open_visits_per_patient = 10, open_visits_per_account = 20, requests_per_day = 30,
				cancellations_per_week = 10, patients_per_account = 10, request_expiry_hours = 72,
				account_upload_day_mib = 100, account_upload_mib = 1000, staff_upload_day_mib = 2000,
				patient_upload_day_mib = 1000, patient_upload_mib = 5000`,
			`UPDATE appointments SET requested_at = {:now} WHERE status = 'pending' AND requested_at = ''`,
		} {
			if _, err := tx.NonconcurrentDB().NewQuery(sql).Bind(now).Execute(); err != nil {
				return err
			}
		}
		return fillSizes(tx)
	}, nil)
}

// fillSizes reads the sizes of the files of documents. A missing file has none; verify finds
// it. The trigger that keeps documents as they are is put back afterwards.
func fillSizes(tx core.App) error {
	var documents []*core.Record
	if err := tx.RecordQuery("documents").AndWhere(dbx.HashExp{"size_bytes": 0}).All(&documents); err != nil {
		return err
	}
	if len(documents) == 0 {
		return nil
	}
	var trigger string
	db := tx.NonconcurrentDB()
	if err := db.NewQuery(`SELECT sql FROM sqlite_master WHERE name = 'documents_frozen'`).Row(&trigger); err != nil {
		return err
	}
	files, err := tx.NewFilesystem()
	if err != nil {
		return err
	}
	defer files.Close()
	if _, err := db.NewQuery("DROP TRIGGER documents_frozen").Execute(); err != nil {
		return err
	}
	for _, d := range documents {
		attributes, err := files.Attributes(d.BaseFilesPath() + "/" + d.GetString("file"))
		if errors.Is(err, filesystem.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = db.NewQuery(`UPDATE documents SET size_bytes = {:size} WHERE id = {:id}`).
			Bind(dbx.Params{"size": attributes.Size, "id": d.Id}).Execute()
		if err != nil {
			return err
		}
	}
	_, err = db.NewQuery(trigger).Execute()
	return err
}
