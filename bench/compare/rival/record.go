package rival

// The records that the servers write and never answer.

// Event is an entry of the history of a visit.
type Event struct {
	ID, Appointment, Action, From, To, Actor, Note, OldStarts, NewStarts, Created, Updated string
}

// TableName is the table of events.
func (Event) TableName() string { return "appointment_events" }

// NewEvent is the event of an action that changed a visit.
func NewEvent(now, action, actor string, before, after Visit) Event {
	e := Event{ID: NewID(), Appointment: after.ID, Action: action, From: before.Status, To: after.Status, Actor: actor,
		Created: now, Updated: now}
	if before.Starts != after.Starts {
		e.OldStarts, e.NewStarts = before.Starts, after.Starts
	}
	return e
}

// CareTeam says who may read the record of a patient.
type CareTeam struct{ ID, Patient, User, Source, Reason, Starts, Ends, Created, Updated string }

// TableName is the table of care teams.
func (CareTeam) TableName() string { return "care_team" }

// Bill is an invoice.
type Bill struct {
	ID, Number, Kind, Appointment, Patient, Doctor, Status, Currency                           string
	SubtotalMinor, DiscountMinor, TaxMinor, TotalMinor, PaidMinor, CreditedMinor, BalanceMinor int64
	IssuedAt, IssuedBy, DueOn, Original, Reason, VoidedAt, VoidedBy                            string
	Version                                                                                    int
	Created, Updated                                                                           string
}

// Settle computes balance and status from what was paid.
func (b *Bill) Settle(paid int64) {
	b.PaidMinor, b.BalanceMinor = paid, b.TotalMinor-b.CreditedMinor-paid
	switch {
	case b.BalanceMinor <= 0:
		b.Status = "paid"
	case paid > 0:
		b.Status = "partially_paid"
	default:
		b.Status = "unpaid"
	}
}

// BillItem is a line of a bill.
type BillItem struct {
	ID, Bill, Service, Description, Credits, Currency               string
	Quantity, UnitMinor, DiscountMinor, TaxBp, TaxMinor, TotalMinor int64
	Created, Updated                                                string
}

// Service is an entry of the price list.
type Service struct {
	ID, Name          string
	PriceMinor, TaxBp int64
	Active            bool
}

// Charge is something that was done during a visit.
type Charge struct {
	ID, Appointment, Service string
	Quantity                 int64
}

// NewBill is the bill of a completed visit, with a line for each service.
func NewBill(now, number, actor string, v Visit, dueOn string, lines []BillItem) (Bill, []BillItem) {
	b := Bill{ID: NewID(), Number: number, Kind: "invoice", Appointment: v.ID, Patient: v.Patient, Doctor: v.Doctor,
		Currency: Currency, IssuedAt: now, IssuedBy: actor, DueOn: dueOn, Version: 1, Created: now, Updated: now}
	for i := range lines {
		lines[i].ID, lines[i].Bill, lines[i].Created, lines[i].Updated = NewID(), b.ID, now, now
		b.SubtotalMinor += lines[i].Quantity * lines[i].UnitMinor
		b.TaxMinor += lines[i].TaxMinor
	}
	b.TotalMinor = b.SubtotalMinor + b.TaxMinor
	b.Settle(0)
	return b, lines
}

// NewLine is a line for a quantity of a service. The tax is rounded half up.
func NewLine(s Service, quantity int64) BillItem {
	net := quantity * s.PriceMinor
	tax := (net*s.TaxBp + 5_000) / 10_000
	return BillItem{Service: s.ID, Description: s.Name, Currency: Currency, Quantity: quantity, UnitMinor: s.PriceMinor,
		TaxBp: s.TaxBp, TaxMinor: tax, TotalMinor: net + tax}
}

// Currency is the hospital's.
const Currency = "EUR"
