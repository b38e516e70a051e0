package statistics

// Answer is the statistics of a period. docs/statistics.md says what each figure is.
type Answer struct {
	From        string       `json:"from"`
	To          string       `json:"to"`
	By          string       `json:"by"`
	Timezone    string       `json:"timezone"`
	Doctor      string       `json:"doctor"`
	Department  string       `json:"department"`
	Total       Section      `json:"total"`
	Before      Section      `json:"before"` // the period of as many days before
	Periods     []Section    `json:"periods"`
	Receivables *receivables `json:"receivables,omitempty"` // today
	NextFree    *NextFree    `json:"next_free,omitempty"`   // today
}

// Section is the figures of some days. Money has at least the currency of the hospital. Those that the role may not read are left out, and lists are of the total only.
type Section struct {
	From     string    `json:"from"`
	To       string    `json:"to"`
	Visits   *Visits   `json:"visits,omitempty"`
	Patients *Patients `json:"patients,omitempty"`
	Capacity *Capacity `json:"capacity,omitempty"`
	Money    []Money   `json:"money,omitzero"`
	Clinical *Clinical `json:"clinical,omitempty"`
}

// Visits are the figures of visitFacts.
type Visits struct {
	Total       int64          `json:"total"`
	Pending     int64          `json:"pending"`
	Approved    int64          `json:"approved"`
	Completed   int64          `json:"completed"`
	Cancelled   int64          `json:"cancelled"`
	Missed      int64          `json:"missed"`
	MissedBP    int64          `json:"missed_bp"` // of the completed and missed ones, in basis points
	Requested   int64          `json:"requested"`
	Rescheduled int64          `json:"rescheduled"`
	Waiting     Duration       `json:"waiting_minutes"`
	Length      Duration       `json:"length_minutes"`
	Approval    Duration       `json:"approval_hours"`
	Types       []Count        `json:"types,omitempty"`
	Codes       []Count        `json:"cancel_codes,omitempty"`
	Notice      []Count        `json:"cancel_notice,omitempty"`
	Hours       []HourCount    `json:"hours,omitempty"`
	Doctors     []DoctorVisits `json:"doctors,omitempty"`
	Departments []DoctorVisits `json:"departments,omitempty"`
}

// Duration is how long something took.
type Duration struct {
	Count  int64 `json:"count"`
	Median int   `json:"median"`
	P90    int   `json:"p90"`
}

// Count is how often something was, by its name.
type Count struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// HourCount is how many visits start in an hour of a weekday; Monday is 1.
type HourCount struct {
	Weekday int   `json:"weekday"`
	Hour    int   `json:"hour"`
	Count   int64 `json:"count"`
}

// DoctorVisits are the visits of a doctor or a department.
type DoctorVisits struct {
	ID             string `json:"id"`
	Name           string `json:"name"`
	Booked         int64  `json:"booked"`
	Completed      int64  `json:"completed"`
	Missed         int64  `json:"missed"`
	BookedMinutes  int64  `json:"booked_minutes"`
	OfferedMinutes int64  `json:"offered_minutes"`
}

// Patients are the figures of patientFacts.
type Patients struct {
	Registered int64 `json:"registered"`
	New        int64 `json:"new"`
	Returning  int64 `json:"returning"`
}

// Capacity is how much of the time that doctors offer is booked.
type Capacity struct {
	Offered       int64 `json:"offered_minutes"`
	Booked        int64 `json:"booked_minutes"`
	UtilisationBP int64 `json:"utilisation_bp"` // in basis points; 0 if none is offered
}

// Money is the figures of moneyFacts in one currency.
type Money struct {
	Currency    string       `json:"currency"`
	Exponent    int          `json:"currency_exponent"`
	Invoices    int64        `json:"invoices"`
	Subtotal    int64        `json:"subtotal_minor"`
	Discount    int64        `json:"discount_minor"`
	Tax         int64        `json:"tax_minor"`
	Billed      int64        `json:"billed_minor"`
	Void        int64        `json:"void"`
	Voided      int64        `json:"voided_minor"`
	CreditNotes int64        `json:"credit_notes"`
	Credited    int64        `json:"credited_minor"`
	WrittenOff  int64        `json:"written_off_minor"`
	Payments    int64        `json:"payments"`
	Collected   int64        `json:"collected_minor"`
	Refunds     int64        `json:"refunds"`
	Refunded    int64        `json:"refunded_minor"`
	TaxRates    []TaxRate    `json:"tax_rates,omitempty"`
	Services    []AmountOf   `json:"services,omitempty"`
	Doctors     []AmountOf   `json:"doctors,omitempty"`
	Departments []AmountOf   `json:"departments,omitempty"`
	Methods     []NameAmount `json:"methods,omitempty"`
	Cashiers    []AmountOf   `json:"cashiers,omitempty"`
}

// TaxRate is what was billed at a rate, less what was voided and credited.
type TaxRate struct {
	RateBP int64 `json:"rate_bp"`
	Net    int64 `json:"net_minor"`
	Tax    int64 `json:"tax_minor"`
}

// AmountOf is an amount of a record.
type AmountOf struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Amount int64  `json:"amount_minor"`
}

// NameAmount is an amount by its name.
type NameAmount struct {
	Name   string `json:"name"`
	Amount int64  `json:"amount_minor"`
}

// Clinical is the figures of clinicalFacts.
type Clinical struct {
	Diagnoses []Count `json:"diagnoses"`
	Drugs     []Count `json:"drugs"`
}

// NextFree is how long patients wait for a free slot, of the doctors whom they can book.
type NextFree struct {
	Doctors    int     `json:"doctors"`
	Without    int     `json:"without"` // those who have none within the time for which patients can book
	MedianDays float64 `json:"median_days"`
	First      string  `json:"first"`
}
