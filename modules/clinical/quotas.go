package clinical

import (
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/role"
	"hospital/modules/hospital"
)

// smallestFile is what a smaller file counts as, so that the number of files is limited too.
const smallestFile = 64 << 10

// quota is a limit for the sum of some files.
type quota struct {
	bytes   int64  // 0: no limit
	files   string // SQL condition on documents
	refusal func(mib int64) error
}

const (
	ofAccount   = "uploaded_by = {:account}"
	ofPatient   = "patient = {:patient}"
	inOneDay    = " AND created > {:day}"
	sayTomorrow = "Upload this file tomorrow, or bring it to the hospital."
	sayAdmin    = "Upload this file tomorrow, or ask an admin to raise the limit."
)

// quotasOf are the limits for an upload of an actor. Those of a patient hold for everybody who
// uploads for the patient.
func quotasOf(limits hospital.Settings, actor kit.Actor) []quota {
	patient := []quota{
		{limits.PatientUploadDay(), ofPatient + inOneDay, func(mib int64) error {
			return kit.Conflict("file", "patient_upload_day_mib",
				fmt.Sprintf("At most %d MiB can be uploaded for a patient in 24 hours. ", mib)+sayTomorrow)
		}},
		{limits.PatientUpload(), ofPatient, func(mib int64) error {
			return kit.Conflict("file", "patient_upload_mib",
				fmt.Sprintf("At most %d MiB can be uploaded for a patient. An admin can raise the limit.", mib))
		}},
	}
	if actor.Role != role.Patient {
		return append(patient, quota{limits.StaffUploadDay(), ofAccount + inOneDay, func(mib int64) error {
			return kit.Conflict("file", "staff_upload_day_mib",
				fmt.Sprintf("You can upload at most %d MiB in 24 hours. ", mib)+sayAdmin)
		}})
	}
	return append(patient,
		quota{limits.AccountUploadDay(), ofAccount + inOneDay, func(mib int64) error {
			return kit.Conflict("file", "account_upload_day_mib",
				fmt.Sprintf("You can upload at most %d MiB in 24 hours. ", mib)+sayTomorrow)
		}},
		quota{limits.AccountUpload(), ofAccount, func(mib int64) error {
			return kit.Conflict("file", "account_upload_mib",
				fmt.Sprintf("You can upload at most %d MiB in total. Bring this file to the hospital.", mib))
		}})
}

// checkQuotas refuses a file that exceeds a limit. It counts in the transaction that stores
// the file, in one statement, by indexes that have the sizes.
func checkQuotas(tx core.App, actor kit.Actor, patient string, size int64) error {
	if actor.ID == "" { // the server itself, or a superuser
		return nil
	}
	limits, err := hospital.Of(tx)
	if err != nil {
		return err
	}
	var active []quota
	var sums []string
	var stored []any
	for _, q := range quotasOf(limits, actor) {
		if q.bytes > 0 {
			active, stored = append(active, q), append(stored, new(int64))
			sums = append(sums, "(SELECT COALESCE(SUM(MAX(size_bytes, {:least})), 0) FROM documents WHERE "+q.files+")")
		}
	}
	if len(active) == 0 {
		return nil
	}
	err = tx.DB().NewQuery("SELECT " + strings.Join(sums, ", ")).Bind(dbx.Params{
		"account": actor.ID, "patient": patient, "least": smallestFile,
		"day": kit.FormatInstant(kit.Now(tx).Add(-24 * time.Hour)),
	}).Row(stored...)
	if err != nil {
		return err
	}
	for i, q := range active {
		if *stored[i].(*int64)+max(size, smallestFile) > q.bytes {
			return q.refusal(q.bytes >> 20)
		}
	}
	return nil
}
