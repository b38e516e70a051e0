package reports

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/internal/pdf"
	"hospital/modules/billing"
	"hospital/modules/hospital"
	"hospital/modules/patients"
	"hospital/modules/staff"
)

// bill is a stored bill with everything that is printed on it.
type bill struct {
	billing.Bill
	settings hospital.Settings
	exponent int
	lines    []billing.Item    // without removed ones
	payments []billing.Payment // without rejected ones
	credits  []billing.Bill    // credit notes of this bill
}

func billOf(app core.App, record *core.Record) (*bill, error) {
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	if err := billing.ExpandBills(app, record); err != nil {
		return nil, err
	}
	b := &bill{Bill: billing.Bill{Record: record}, settings: settings}
	b.exponent = settings.ExponentOf(b.Currency())
	for _, part := range []struct {
		collection, filter string
		add                func(*core.Record)
	}{
		{"bill_items", "bill = {:bill} && quantity > 0",
			func(r *core.Record) { b.lines = append(b.lines, billing.Item{Record: r}) }},
		{"payments", "bill = {:bill} && status != 'rejected'",
			func(r *core.Record) { b.payments = append(b.payments, billing.Payment{Record: r}) }},
		{"bills", "original = {:bill} && kind = 'credit_note'",
			func(r *core.Record) { b.credits = append(b.credits, billing.Bill{Record: r}) }},
	} {
		params := dbx.Params{"bill": record.Id}
		found, err := app.FindRecordsByFilter(part.collection, part.filter, "@rowid", 0, 0, params)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			part.add(r)
		}
	}
	return b, nil
}

// decimal writes an amount in the bill's currency: "12.30".
func (b *bill) decimal(amount money.Amount) string { return amount.Decimal(b.exponent) }

// day is the day of an instant in the hospital's zone; empty for the zero time.
func (b *bill) day(at time.Time) string { return day(at, b.settings.Zone()) }

// billPDF prints a bill.
func billPDF(r *kit.Request) error {
	b, err := billOf(r.App, r.Record)
	if err != nil {
		return err
	}
	content, err := b.draw()
	if err != nil {
		return err
	}
	return sendPDF(r, b.Number(), content)
}

// letterhead is the head of every page: the hospital, and what the document is.
func letterhead(s hospital.Settings, title, notice string) pdf.Letterhead {
	contact := []string{s.Phone(), s.Email()}
	contact = slices.DeleteFunc(contact, func(text string) bool { return text == "" })
	lines := []string{s.Address(), strings.Join(contact, " · ")}
	if id := s.TaxID(); id != "" {
		lines = append(lines, "Tax ID "+id)
	}
	return pdf.Letterhead{From: s.Name(), Lines: lines, Title: title, Notice: notice}
}

// title is the title of the document, and a notice that is printed in bold below it.
func (b *bill) title() (title, notice string) {
	title = "Invoice " + b.Number()
	switch b.Status() {
	case billing.Draft:
		return "Draft of an invoice", "DRAFT. It is not issued and not to be paid."
	case billing.Void:
		return title, "VOID since " + b.day(b.VoidedAt()) + ". Nothing is to be paid."
	case billing.Issued:
		return "Credit note " + b.Number(), ""
	}
	return title, ""
}

// draw makes the document. It carries the date of the bill, so that an unchanged bill
// gives the same bytes.
func (b *bill) draw() ([]byte, error) {
	title, notice := b.title()
	made := b.IssuedAt()
	if made.IsZero() {
		made = b.Created()
	}
	d := pdf.New(letterhead(b.settings, title, notice), made)
	original := "Replaces"
	if b.Status() == billing.Issued {
		original = "Takes back"
	}
	d.Facts(
		pdf.Fact{Name: "Patient", Value: related(b.ExpandedPatient, patients.Patient.Name)},
		pdf.Fact{Name: "Issued", Value: b.day(b.IssuedAt())},
		pdf.Fact{Name: "Address", Value: related(b.ExpandedPatient, patients.Patient.Address)},
		pdf.Fact{Name: "Due", Value: b.DueOn()},
		pdf.Fact{Name: "Record number", Value: related(b.ExpandedPatient, patients.Patient.MRN)},
		pdf.Fact{Name: "Visit", Value: b.visit()},
		pdf.Fact{Name: "Doctor", Value: related(b.ExpandedDoctor, staff.Doctor.Name)},
		pdf.Fact{Name: original, Value: related(b.ExpandedOriginal, billing.Bill.Number)},
		pdf.Fact{Name: "Reason", Value: b.Reason()},
		pdf.Fact{Name: "Currency", Value: b.Currency()},
	)
	d.Table(lineColumns, b.rows())
	d.Sums(b.sums()...)
	if entries := b.entries(); len(entries) > 0 {
		d.Heading("Credited and paid")
		d.Table(entryColumns, entries)
	}
	if sums := b.balanceSums(); len(sums) > 0 {
		d.Sums(sums...)
	}
	return d.Bytes()
}

var lineColumns = []pdf.Column{
	{Name: "#", Width: 8, Number: true}, {Name: "Service"},
	{Name: "Quantity", Width: 13, Number: true}, {Name: "Price", Width: 22, Number: true},
	{Name: "Discount", Width: 19, Number: true}, {Name: "Tax %", Width: 12, Number: true},
	{Name: "Tax", Width: 19, Number: true}, {Name: "Total", Width: 23, Number: true},
}

var entryColumns = []pdf.Column{
	{Name: "Day", Width: 20}, {Name: "Number", Width: 34}, {Name: "What"}, {Name: "Amount", Width: 34, Number: true},
}

// visit is the number and the day of the visit. Its reason is clinical and is not printed.
func (b *bill) visit() string {
	visit, ok := b.ExpandedVisit()
	if !ok {
		return ""
	}
	return visit.Number() + ", " + b.day(visit.Starts())
}

func (b *bill) rows() (rows [][]string) {
	for i, l := range b.lines {
		rows = append(rows, []string{
			strconv.Itoa(i + 1), l.Description(), strconv.Itoa(l.Quantity()),
			b.decimal(l.UnitPrice()), b.decimal(l.Discount()), percentOf(l.TaxBP()), b.decimal(l.Tax()), b.decimal(l.Total()),
		})
	}
	return rows
}

// sums are the totals of the lines, with the tax of each rate.
func (b *bill) sums() []pdf.Sum {
	sums := []pdf.Sum{{Name: "Subtotal", Amount: b.decimal(b.Subtotal())}}
	if b.Discount() > 0 {
		sums = append(sums, pdf.Sum{Name: "Discount", Amount: b.decimal(-b.Discount())})
	}
	type rate struct{ net, tax money.Amount }
	rates, order := map[int]rate{}, []int{}
	for _, l := range b.lines {
		bp := l.TaxBP()
		if _, known := rates[bp]; !known {
			order = append(order, bp)
		}
		rates[bp] = rate{rates[bp].net + l.Total() - l.Tax(), rates[bp].tax + l.Tax()}
	}
	slices.Sort(order)
	sums = append(sums, pdf.Sum{Name: "Tax", Amount: b.decimal(b.Tax())})
	for _, bp := range order {
		if bp > 0 {
			name := "of it " + percentOf(bp) + " % of " + b.decimal(rates[bp].net)
			sums = append(sums, pdf.Sum{Name: name, Amount: b.decimal(rates[bp].tax), Minor: true})
		}
	}
	return append(sums, pdf.Sum{Name: "Total " + b.Currency(), Amount: b.decimal(b.Total()), Bold: true})
}

// entries are the credit notes, payments and refunds in the order of time. A pending
// payment is marked: it does not count yet.
func (b *bill) entries() (rows [][]string) {
	type entry struct {
		at  time.Time
		row []string
	}
	var all []entry
	add := func(at time.Time, number, what string, amount money.Amount) {
		all = append(all, entry{at, []string{b.day(at), number, what, b.decimal(amount)}})
	}
	for _, c := range b.credits {
		add(c.IssuedAt(), c.Number(), "Credit note", -c.Total())
	}
	for _, p := range b.payments {
		at, number, what, amount := p.DecidedAt(), p.Receipt(), methods[p.Method()], -p.Amount()
		if p.Kind() == billing.KindRefund {
			what, amount = "Refund, "+strings.ToLower(what), -amount
		}
		if p.Status() == billing.Pending {
			at, number, what = p.Created(), p.Number(), what+"; it waits to be verified and does not count yet"
		}
		add(at, number, what, amount)
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	for _, e := range all {
		rows = append(rows, e.row)
	}
	return rows
}

// balanceSums are what is credited, paid and open; nil for what is not to be paid.
func (b *bill) balanceSums() []pdf.Sum {
	if slices.Contains([]billing.Status{billing.Draft, billing.Void, billing.Issued}, b.Status()) {
		return nil
	}
	open, balance := "To be paid "+b.Currency(), b.Balance()
	if balance < 0 {
		open, balance = "To be returned "+b.Currency(), -balance
	}
	return []pdf.Sum{
		{Name: "Credited", Amount: b.decimal(b.Credited())},
		{Name: "Paid", Amount: b.decimal(b.Paid())},
		{Name: open, Amount: b.decimal(balance), Bold: true},
	}
}
