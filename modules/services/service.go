package services

import (
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/money"
)

// Service is a record of services: an entry of the price list.
type Service struct{ *core.Record }

// Find reads a service. It returns sql.ErrNoRows if there is none.
func Find(tx core.App, id string) (Service, error) {
	r, err := tx.FindRecordById("services", id)
	return Service{r}, err
}

// Name is printed on bills.
func (s Service) Name() string { return s.GetString("name") }

// Price is the price of one unit before tax.
func (s Service) Price() money.Amount { return money.Amount(s.GetInt("price_minor")) }

// TaxBP is the tax rate in basis points: 700 is 7 %.
func (s Service) TaxBP() int { return s.GetInt("tax_bp") }

// Active reports whether it can still be sold.
func (s Service) Active() bool { return s.GetBool("active") }
