package billing

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/hospital"
)

func amountOf(r *core.Record, field string) money.Amount { return money.Amount(r.GetInt(field)) }

func setAmount(r *core.Record, field string, m money.Amount) { r.Set(field, int64(m)) }

// validAmount reports whether a record holds an amount, or none, that the field accepts.
func validAmount(r *core.Record, field string) bool {
	amount := r.GetFloat(field)
	return amount >= 0 && amount <= money.Max && amount == float64(int64(amount))
}

// formatAmount writes an amount for messages.
func formatAmount(tx core.App, amount money.Amount) (string, error) {
	settings, err := hospital.Of(tx)
	if err != nil {
		return "", err
	}
	return settings.Format(amount), nil
}

// exceedsBalance refuses an amount with a message about what is left, such as
// "Only EUR 5.00 is open on this bill.".
func exceedsBalance(tx core.App, field string, left money.Amount, rest string) error {
	text, err := formatAmount(tx, left)
	if err != nil {
		return err
	}
	return kit.Conflict(field, "exceeds_balance", "Only "+text+" "+rest)
}

func tooLarge(field string) error {
	return kit.Invalid(field, "too_large", "The amount exceeds the largest possible amount.")
}
