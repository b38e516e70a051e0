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

// bill is a bill with all that stands on it, as it is stored.
type bill struct {
	*core.Record
	settings hospital.Settings
	exponent int
	lines    []*core.Record // but those that were struck out
	payments []*core.Record // but those that were rejected
	credits  []*core.Record // credit notes on it
}

func billOf(app core.App, record *core.Record) (*bill, error) {
	settings, err := hospital.Of(app)
	if err != nil {
		return nil, err
	}
	if failed := app.ExpandRecord(record, []string{"patient", "doctor", "original", "appointment"}, nil); len(failed) > 0 {
		return nil, fmt.Errorf("what %s is of: %v", record.GetString("number"), failed)
	}
	b := &bill{Record: record, settings: settings, exponent: settings.ExponentOf(record.GetString("currency"))}
	it := dbx.Params{"bill": record.Id}
	if b.lines, err = app.FindRecordsByFilter("bill_items", "bill = {:bill} && quantity > 0", "@rowid", 0, 0, it); err != nil {
		return nil, err
	}
	if b.payments, err = app.FindRecordsByFilter("payments", "bill = {:bill} && status != 'rejected'", "@rowid", 0, 0, it); err != nil {
		return nil, err
	}
	b.credits, err = app.FindRecordsByFilter("bills", "original = {:bill} && kind = 'credit_note'", "@rowid", 0, 0, it)
	return b, err
}

func (b *bill) status() billing.Status { return billing.Status(b.GetString("status")) }
func (b *bill) amount(field string) string {
	return amountOf(b.Record, field).Decimal(b.exponent)
}
func (b *bill) day(field string) string { return day(b.Record, field, b.settings.Zone()) }

func billPDF(r *kit.Request) error {
	b, err := billOf(r.App, r.Record)
	if err != nil {
		return err
	}
	content, err := b.draw()
	if err != nil {
		return err
	}
	return file(r, b.GetString("number"), content)
}

// letterhead is the hospital's.
func letterhead(s hospital.Settings, title, notice string) pdf.Letterhead {
	contact := slices.DeleteFunc([]string{s.GetString("phone"), s.GetString("email")}, func(text string) bool { return text == "" })
	lines := []string{s.GetString("address"), strings.Join(contact, " · ")}
	if id := s.GetString("tax_id"); id != "" {
		lines = append(lines, "Tax ID "+id)
	}
	return pdf.Letterhead{From: s.GetString("name"), Lines: lines, Title: title, Notice: notice}
}

// title is what a bill is, and what nobody may overlook about it.
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

// draw makes a document of a bill. It is dated as the bill is, so that a bill that
// has not changed is the same file.
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
		pdf.Fact{Name: "Patient", Value: of(b.Record, "patient", "name")},
		pdf.Fact{Name: "Issued", Value: b.day("issued_at")},
		pdf.Fact{Name: "Address", Value: of(b.Record, "patient", "address")},
		pdf.Fact{Name: "Due", Value: b.GetString("due_on")},
		pdf.Fact{Name: "Record number", Value: of(b.Record, "patient", "mrn")},
		pdf.Fact{Name: "Visit", Value: b.visit()},
		pdf.Fact{Name: "Doctor", Value: of(b.Record, "doctor", "name")},
		pdf.Fact{Name: original, Value: of(b.Record, "original", "number")},
		pdf.Fact{Name: "Reason", Value: b.GetString("reason")},
		pdf.Fact{Name: "Currency", Value: b.GetString("currency")},
	)
	d.Table([]pdf.Column{{Name: "#", Width: 8, Number: true}, {Name: "Service"}, {Name: "Quantity", Width: 13, Number: true}, {Name: "Price", Width: 22, Number: true},
		{Name: "Discount", Width: 19, Number: true}, {Name: "Tax %", Width: 12, Number: true}, {Name: "Tax", Width: 19, Number: true}, {Name: "Total", Width: 23, Number: true}}, b.rows())
	d.Sums(b.sums()...)
	if entries := b.entries(); len(entries) > 0 {
		d.Heading("Credited and paid")
		d.Table([]pdf.Column{{Name: "Day", Width: 20}, {Name: "Number", Width: 34}, {Name: "What"}, {Name: "Amount", Width: 34, Number: true}}, entries)
	}
	if sums := b.balance(); len(sums) > 0 {
		d.Sums(sums...)
	}
	return d.Bytes()
}

// visit says when the patient was there, and nothing of why.
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
		rows = append(rows, []string{strconv.Itoa(i + 1), l.GetString("description"), strconv.Itoa(l.GetInt("quantity")), cell("unit_minor"), cell("discount_minor"), percent(l), cell("tax_minor"), cell("total_minor")})
	}
	return rows
}

// sums are what the lines add up to, the tax by its rates.
func (b *bill) sums() []pdf.Sum {
	sums := []pdf.Sum{{Name: "Subtotal", Amount: b.amount("subtotal_minor")}}
	if b.GetInt("discount_minor") > 0 {
		sums = append(sums, pdf.Sum{Name: "Discount", Amount: (-amountOf(b.Record, "discount_minor")).Decimal(b.exponent)})
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
			sums = append(sums, pdf.Sum{Name: "of it " + money.Amount(bp).Decimal(2) + " % of " + rates[bp].net.Decimal(b.exponent), Amount: rates[bp].tax.Decimal(b.exponent), Minor: true})
		}
	}
	return append(sums, pdf.Sum{Name: "Total " + b.GetString("currency"), Amount: b.amount("total_minor"), Bold: true})
}

// entries are what was credited, paid and returned, as it happened. What waits to
// be verified does not count yet, and says so.
func (b *bill) entries() (rows [][]string) {
	type entry struct {
		at  time.Time
		row []string
	}
	var all []entry
	zone := b.settings.Zone()
	for _, c := range b.credits {
		all = append(all, entry{c.GetDateTime("issued_at").Time(), []string{day(c, "issued_at", zone), c.GetString("number"), "Credit note", (-amountOf(c, "total_minor")).Decimal(b.exponent)}})
	}
	for _, p := range b.payments {
		what, amount, number, at := methods[p.GetString("method")], -amountOf(p, "amount_minor"), p.GetString("receipt"), "decided_at"
		if p.GetString("kind") == string(billing.KindRefund) {
			what, amount = "Refund, "+strings.ToLower(what), -amount
		}
		if p.GetString("status") == string(billing.Pending) {
			what, number, at = what+"; it waits to be verified and does not count yet", p.GetString("number"), "created"
		}
		all = append(all, entry{p.GetDateTime(at).Time(), []string{day(p, at, zone), number, what, amount.Decimal(b.exponent)}})
	}
	slices.SortStableFunc(all, func(a, b entry) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	for _, e := range all {
		rows = append(rows, e.row)
	}
	return rows
}

var methods = map[string]string{"cash": "Cash", "card": "Card", "transfer": "Bank transfer", "mobile": "Mobile payment", "cheque": "Cheque", "insurance": "Insurance"}

// balance is what is still to be paid, or returned.
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
