package patients

import (
	"github.com/pocketbase/pocketbase/core"
)

// Merge is a record of patient_merges: two records of one person that became one.
type Merge struct{ *core.Record }

func (m Merge) duplicate() string   { return m.GetString("duplicate") }
func (m Merge) survivor() string    { return m.GetString("survivor") }
func (m Merge) wasActive() bool     { return m.GetBool("was_active") }
func (m Merge) tookAccount() bool   { return m.GetBool("took_account") }
func (m Merge) setMoved(rows int64) { m.Set("moved", rows) }

// open sets the fields of a new merge, with the state of the duplicate before it.
func (m Merge) open(actor string, duplicate Patient, takesAccount bool) {
	m.Set("status", string(Merged))
	m.Set("merged_by", actor)
	m.Set("was_active", duplicate.Active())
	m.Set("took_account", takesAccount)
	m.setMoved(0)
}
