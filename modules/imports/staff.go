package imports

import (
	"database/sql"
	"errors"
	"regexp"
	"strings"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/modules/accounts"
	"hospital/modules/scheduling"
	"hospital/modules/staff"
)

func isMissing(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// prepareByCode checks a line with a department or a service, which its code identifies.
func prepareByCode(j *job, r row) (*item, error) {
	code := j.text(r, "code")
	_, err := j.app.FindFirstRecordByData(j.kind.collection, "code", code)
	if err == nil {
		j.report.Known++
		return nil, nil
	}
	if !isMissing(err) {
		return nil, err
	}
	record, err := kit.New(j.app, j.kind.collection)
	if err != nil {
		return nil, err
	}
	j.fill(r, record, j.kind.fields(j.app))
	entry := codedEntry{record}
	entry.setActive(j.active(r))
	if j.has("price") {
		amount, err := parseAmount(j.text(r, "price"), j.settings.Exponent())
		if err != nil {
			j.problem(r, "price", "wrong_type", err.Error())
		}
		entry.setPrice(amount)
	}
	problems, err := kit.CheckNew(j.app, record)
	j.refuse(r, problems...)
	if code != "" {
		j.once(r, "code", "code "+code)
	}
	return &item{row: r, record: record}, err
}

// codedEntry is a record of departments or services: something that a code identifies.
type codedEntry struct{ *core.Record }

func (e codedEntry) setActive(yes bool)          { e.Set("active", yes) }
func (e codedEntry) setPrice(price money.Amount) { e.Set("price_minor", int64(price)) }

// invalidDomain is that of addresses of accounts without one. Nothing can be sent there (RFC 2606).
const invalidDomain = ".invalid"

var noAddress = regexp.MustCompile(`[^a-z0-9]+`)

// prepareMember checks a line with a doctor or a nurse.
func prepareMember(j *job, r row) (*item, error) {
	value, ok := j.identifier(r)
	if !ok && j.known[value] {
		return nil, nil
	}
	record, err := kit.New(j.app, j.kind.collection)
	if err != nil {
		return nil, err
	}
	member := staff.Member{Record: record}
	j.fill(r, record, j.kind.fields(j.app))
	for field, collection := range map[string]string{"department": "departments", "consultation": "services",
		"follow_up": "services"} {
		if j.has(field) {
			record.Set(field, "")
			if err := j.code(r, record, field, collection); err != nil {
				return nil, err
			}
		}
	}
	account, existing, err := j.account(r, member, value)
	if err != nil {
		return nil, err
	}
	if existing != "" {
		return &item{row: r, value: value, existing: existing}, nil
	}
	member.Activate(j.active(r) && account.Active())
	problems, err := staff.CheckImported(j.app, member, account)
	for _, p := range problems {
		if p.Field == "user" {
			p.Field = "email"
		}
		j.refuse(r, p)
	}
	return &item{row: r, record: record, account: account.Record, value: value}, err
}

// account returns the account of a member of staff: the one with the address, or a new one. existing is the id of the
// record that the account has already.
func (j *job) account(r row, member staff.Member, value string) (account accounts.User, existing string, err error) {
	address := strings.ToLower(j.text(r, "email"))
	mail := address != ""
	if !mail {
		part := func(text string) string {
			return strings.Trim(noAddress.ReplaceAllString(strings.ToLower(text), "-"), "-")
		}
		address = part(value) + "@" + part(j.options.Source) + invalidDomain
	}
	found, err := j.app.FindAuthRecordByEmail("users", address)
	switch {
	case err == nil:
		account = accounts.User{Record: found}
		of, ok, err := staff.FindByAccount(j.app, j.kind.collection, found.Id)
		if err != nil || ok {
			return account, of.Id, err
		}
	case !isMissing(err):
		return account, "", err
	default:
		if j.password == nil {
			if j.password, err = accounts.UnknownPassword(j.app); err != nil {
				return account, "", err
			}
		}
		account, err = accounts.NewImported(j.app, member.Name(), address, j.kind.role, mail, j.password)
		if err != nil {
			return account, "", err
		}
	}
	j.once(r, "email", "email "+address)
	return account, "", nil
}

// writeMembers writes new doctors or nurses with their accounts and identifiers.
func writeMembers(j *job, tx core.App, items []*item) error {
	for _, i := range items {
		if i.record == nil {
			continue
		}
		if err := staff.SaveImported(tx, staff.Member{Record: i.record}, accounts.User{Record: i.account}); err != nil {
			return err
		}
	}
	numbers, err := j.identifiers(items, func(i *item) (id, patient string) {
		if i.record != nil {
			return i.record.Id, ""
		}
		return i.existing, ""
	})
	if err != nil {
		return err
	}
	return kit.InsertRecords(tx, numbers...)
}

// prepareSchedule checks a line with hours of a doctor.
func prepareSchedule(j *job, r row) (*item, error) {
	doctor, err := j.doctor(r)
	if err != nil {
		return nil, err
	}
	record, err := kit.New(j.app, "schedules")
	if err != nil {
		return nil, err
	}
	before := j.report.Wrong
	j.fill(r, record, j.kind.fields(j.app))
	scheduling.SetDoctor(record, doctor)
	if known, err := scheduling.IsKnown(j.app, record); err != nil || known {
		if j.report.Wrong == before {
			j.report.Known++
		}
		return nil, err
	}
	problems, err := scheduling.CheckImported(j.app, record, j.earlier[doctor])
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		if p.Field != "doctor" || doctor != "" {
			j.refuse(r, p)
		}
	}
	j.earlier[doctor] = append(j.earlier[doctor], record)
	return &item{row: r, record: record}, nil
}

// save writes records with all hooks.
func save(_ *job, tx core.App, items []*item) error {
	for _, i := range items {
		if err := tx.Save(kit.SetActor(kit.Importer, i.record)); err != nil {
			return err
		}
	}
	return nil
}
