package reports

import (
	"cmp"
	"fmt"
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
)

// bill is a stored bill with everything that is printed on it.
type bill struct {
	*core.Record
	settings hospital.Settings
	exponent int
	lines    []*core.Record // without removed ones
	payments []*core.Record // without rejected ones
	credits  []*core.Record // credit notes of this bill
}

func billOf(app core.App, record *core.Record) (*bill, error) {
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	relations := []string{"patient", "doctor", "original", "appointment"}
	if failed := app.ExpandRecord(record, relations, nil); len(failed) > 0 {
		return nil, fmt.Errorf("read relations of bill %s: %v", record.Id, failed)
	}
	b := &bill{Record: record, settings: settings, exponent: settings.ExponentOf(record.GetString("currency"))}
	for _, part := range []struct {
		into               *[]*core.Record
		collection, filter string
	}{
		{&b.lines, "bill_items", "bill = {:bill} && quantity > 0"},
		{&b.payments, "payments", "bill = {:bill} && status != 'rejected'"},
		{&b.credits, "bills", "original = {:bill} && kind = 'credit_note'"},
	} {
		params := dbx.Params{"bill": record.Id}
		*part.into, err = app.FindRecordsByFilter(part.collection, part.filter, "@rowid", 0, 0, params)
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *bill) status() billing.Status { return billing.Status(b.GetString("status")) }
func (b *bill) amount(field string) string {
	return amountOf(b.Record, field).Decimal(b.exponent)
}
func (b *bill) day(field string) string { return day(b.Record, field, b.settings.Zone()) }

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
	return sendPDF(r, b.GetString("number"), content)
}

// letterhead is the head of every page: the hospital, and what the document is.
func letterhead(s hospital.Settings, title, notice string) pdf.Letterhead {
	contact := []string{s.GetString("phone"), s.GetString("email")}
	contact = slices.DeleteFunc(contact, func(text string) bool { return text == "" })
	lines := []string{s.GetString("address"), strings.Join(contact, " · ")}
	if id := s.GetString("tax_id"); id != "" {
		lines = append(lines, "Tax ID "+id)
	}
	return pdf.Letterhead{From: s.GetString("name"), Lines: lines, Title: title, Notice: notice}
}

// title is the title of the document, and a notice that is printed in bold below it.
func (b *bill) title() (title, notice string) {
	title = "Invoice " + b.GetString("number")
	switch b.status() {
	case billing.Draft:
		return "Draft of an invoice", "DRAFT. It is not issued and not to be paid."
	case billing.Void:
		return title, "VOID since " + b.day("voided_at") + ". Nothing is to be paid."
	case billing.Issued:
		return "Credit note " + b.GetString("number"), ""
	}
	return title, ""
}

// draw makes the document. It carries the date of the bill, so that an unchanged bill
// gives the same bytes.
func (b *bill) draw() ([]byte, error) {
	title, notice := b.title()
	made := b.GetDateTime("issued_at").Time()
	if made.IsZero() {
		made = b.GetDateTime("created").Time()
	}
	d := pdf.New(letterhead(b.settings, title, notice), made)
	original := "Replaces"
	if b.status() == billing.Issued {
		original = "Takes back"
	}
	d.Facts(
		pdf.Fact{Name: "Patient", Value: related(b.Record, "patient", "name")},
		pdf.Fact{Name: "Issued", Value: b.day("issued_at")},
		pdf.Fact{Name: "Address", Value: related(b.Record, "patient", "address")},
		pdf.Fact{Name: "Due", Value: b.GetString("due_on")},
		pdf.Fact{Name: "Record number", Value: related(b.Record, "patient", "mrn")},
		pdf.Fact{Name: "Visit", Value: b.visit()},
		pdf.Fact{Name: "Doctor", Value: related(b.Record, "doctor", "name")},
		pdf.Fact{Name: original, Value: related(b.Record, "original", "number")},
		pdf.Fact{Name: "Reason", Value: b.GetString("reason")},
		pdf.Fact{Name: "Currency", Value: b.GetString("currency")},
	)
	d.Table(lineColumns, b.rows())
	d.Sums(b.sums()...)
	if entries := b.entries(); len(entries) > 0 {
		d.Heading("Credited and paid")
		d.Table(entryColumns, entries)
	}
	if sums := b.balance(); len(sums) > 0 {
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
	visit := b.ExpandedOne("appointment")
	if visit == nil {
		return ""
	}
	return visit.GetString("number") + ", " + day(visit, "starts", b.settings.Zone())
}

func (b *bill) rows() (rows [][]string) {
	for i, l := range b.lines {
		cell := func(field string) string { return amountOf(l, field).Decimal(b.exponent) }
		rows = append(rows, []string{
			strconv.Itoa(i + 1), l.GetString("description"), strconv.Itoa(l.GetInt("quantity")),
			cell("unit_minor"), cell("discount_minor"), percent(l), cell("tax_minor"), cell("total_minor"),
		})
	}
	return rows
}

// sums are the totals of the lines, with the tax of each rate.
func (b *bill) sums() []pdf.Sum {
	sums := []pdf.Sum{{Name: "Subtotal", Amount: b.amount("subtotal_minor")}}
	if b.GetInt("discount_minor") > 0 {
		discount := -amountOf(b.Record, "discount_minor")
		sums = append(sums, pdf.Sum{Name: "Discount", Amount: discount.Decimal(b.exponent)})
	}
	type rate struct{ net, tax money.Amount }
	rates, order := map[int]rate{}, []int{}
	for _, l := range b.lines {
		bp, tax, total := l.GetInt("tax_bp"), amountOf(l, "tax_minor"), amountOf(l, "total_minor")
		if _, known := rates[bp]; !known {
			order = append(order, bp)
		}
		rates[bp] = rate{rates[bp].net + total - tax, rates[bp].tax + tax}
	}
	slices.Sort(order)
	sums = append(sums, pdf.Sum{Name: "Tax", Amount: b.amount("tax_minor")})
	for _, bp := range order {
		if bp > 0 {
			name := "of it " + money.Amount(bp).Decimal(2) + " % of " + rates[bp].net.Decimal(b.exponent)
			sums = append(sums, pdf.Sum{Name: name, Amount: rates[bp].tax.Decimal(b.exponent), Minor: true})
		}
	}
	return append(sums, pdf.Sum{Name: "Total " + b.GetString("currency"), Amount: b.amount("total_minor"), Bold: true})
}

// entries are the credit notes, payments and refunds in the order of time. A pending
// payment is marked: it does not count yet.
func (b *bill) entries() (rows [][]string) {
	type entry struct {
		at  time.Time
		row []string
	}
	var all []entry
	zone := b.settings.Zone()
	for _, c := range b.credits {
		amount := -amountOf(c, "total_minor")
		all = append(all, entry{c.GetDateTime("issued_at").Time(), []string{
			day(c, "issued_at", zone), c.GetString("number"), "Credit note", amount.Decimal(b.exponent)}})
	}
	for _, p := range b.payments {
		what, amount := methods[p.GetString("method")], -amountOf(p, "amount_minor")
		number, at := p.GetString("receipt"), "decided_at"
		if p.GetString("kind") == string(billing.KindRefund) {
			what, amount = "Refund, "+strings.ToLower(what), -amount
		}
		if p.GetString("status") == string(billing.Pending) {
			what, number, at = what+"; it waits to be verified and does not count yet", p.GetString("number"), "created"
		}
		all = append(all, entry{p.GetDateTime(at).Time(), []string{
			day(p, at, zone), number, what, amount.Decimal(b.exponent)}})
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	for _, e := range all {
		rows = append(rows, e.row)
	}
	return rows
}

// methods are the printed names of the payment methods.
var methods = map[string]string{
	"cash": "Cash", "card": "Card", "transfer": "Bank transfer", "mobile": "Mobile payment",
	"cheque": "Cheque", "insurance": "Insurance",
}

// balance is what is credited, paid and open; empty for what is not to be paid.
func (b *bill) balance() []pdf.Sum {
	if slices.Contains([]billing.Status{billing.Draft, billing.Void, billing.Issued}, b.status()) {
		return nil
	}
	open, balance := "To be paid "+b.GetString("currency"), amountOf(b.Record, "balance_minor")
	if balance < 0 {
		open, balance = "To be returned "+b.GetString("currency"), -balance
	}
	return []pdf.Sum{
		{Name: "Credited", Amount: b.amount("credited_minor")},
		{Name: "Paid", Amount: b.amount("paid_minor")},
		{Name: open, Amount: balance.Decimal(b.exponent), Bold: true},
	}
}
