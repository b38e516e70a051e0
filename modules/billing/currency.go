package billing

import (
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/modules/hospital"
)

// RefuseOpenBalances refuses to change the currency of the hospital while anything is open in another
// one. The old amounts would be paid, and the drafts priced, as amounts of the new currency.
func RefuseOpenBalances(tx core.App, changed *core.Record) error {
	var bills, drafts, payments int
	err := tx.DB().NewQuery(`SELECT
			(SELECT COALESCE(SUM(bills), 0) FROM open_balances WHERE currency != {:currency}),
			(SELECT COUNT(*) FROM bills WHERE status = 'draft' AND currency != {:currency}),
			(SELECT COUNT(*) FROM payments WHERE status = 'pending' AND currency != {:currency})`).
		Bind(dbx.Params{"currency": hospital.CurrencyOf(changed)}).Row(&bills, &drafts, &payments)
	if err != nil || bills+drafts+payments == 0 {
		return err
	}
	return kit.WithParams(kit.Conflict("currency", "open_balances", fmt.Sprintf("In the present currency there are "+
		"%d bills with a balance, %d drafts and %d payments that wait. Settle, credit or void the bills and decide on "+
		"the payments, then change the currency.", bills, drafts, payments)),
		map[string]any{"bills": bills, "drafts": drafts, "payments": payments})
}
