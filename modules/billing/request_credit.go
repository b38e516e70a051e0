package billing

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/hospital"
)

// creditWithinLimit reports whether a credit note needs no approval: what the bill was reduced by in
// total, by a discount and credit notes, stays within the hospital's discount limit. Thus small credit
// notes do not add up to a large one.
func creditWithinLimit(bill Bill, amount money.Amount, settings hospital.Settings) bool {
	reduced := bill.Discount() + bill.Credited() + amount // cannot overflow: at most 3 * Max * 10,000
	return int64(reduced)*10_000 <= int64(bill.Total()+bill.Discount())*settings.DiscountLimit()
}

// requireCreditWithinLimit refuses a credit note that another admin has to approve.
func requireCreditWithinLimit(tx core.App, bill Bill, amount money.Amount) error {
	settings, err := hospital.Of(tx)
	if err != nil || creditWithinLimit(bill, amount, settings) {
		return err
	}
	return kit.Conflict("total_minor", "needs_approval", "This bill would be reduced by more than the hospital's limit. "+
		"Request the credit as a discount with credit: an admin other than you approves it.")
}

// requestCredit approves a credit of an issued bill within the limit at once; above it another admin
// must approve it.
func requestCredit(e *core.RecordEvent, d Discount, bill Bill, actor kit.Actor) error {
	if err := requireIssued(bill, "bill"); err != nil {
		return err
	}
	switch left := bill.Total() - bill.Credited(); {
	case d.bp() > 0:
		return kit.Invalid("bp", "one_at_a_time", "A credit is an amount with tax. Leave the percentage out.")
	case d.amount() == 0:
		return kit.Invalid("amount_minor", "comes_to_nothing", "The amount of this credit is zero.")
	case d.amount() > left:
		return exceedsBalance(e.App, "amount_minor", left, "of this bill can still be credited.")
	}
	waiting, err := pendingCredit(e.App, bill.Id)
	if err != nil {
		return err
	}
	if waiting {
		return kit.Conflict("bill", "discounted", "A credit of this bill waits for approval. Decide on it first.")
	}
	settings, err := hospital.Of(e.App)
	if err != nil {
		return err
	}
	d.setPending(d.amount(), bill.Currency(), actor.ID)
	if creditWithinLimit(bill, d.amount(), settings) {
		d.setApproved(actor.ID, kit.Now(e.App))
		if err := applyCredit(e.App, d, bill, actor); err != nil {
			return err
		}
	}
	return e.Next()
}

// applyCredit creates the credit note of an approved credit.
func applyCredit(tx core.App, d Discount, bill Bill, actor kit.Actor) error {
	if err := requireIssued(bill, "status"); err != nil {
		return err
	}
	if left := bill.Total() - bill.Credited(); d.amount() > left {
		return exceedsBalance(tx, "amount_minor", left, "of this bill can still be credited.")
	}
	parts, err := divideCredit(tx, bill.Id, d.amount())
	if err != nil {
		return err
	}
	return saveCreditNote(tx, d, bill, parts, actor)
}

// pendingCredit reports whether a credit of a bill waits for approval.
func pendingCredit(tx core.App, bill string) (waiting bool, err error) {
	err = tx.DB().NewQuery("SELECT EXISTS (SELECT 1 FROM discounts WHERE bill = {:bill} AND credit AND status = 'pending')").
		Bind(map[string]any{"bill": bill}).Row(&waiting)
	return waiting, err
}
