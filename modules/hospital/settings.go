package hospital

import (
	"cmp"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
	"hospital/internal/letters"
	"hospital/internal/money"
)

// ID is the id of the one settings row.
const ID = "hospitalsetting"

// Settings is the one record of hospital: how this hospital works.
type Settings struct{ core.BaseRecordProxy }

// Of is the settings. They are shared: do not change them.
func Of(app core.App) (Settings, error) {
	record, err := kit.FindCached(app, "hospital", ID)
	if err != nil {
		return Settings{}, fmt.Errorf("read the hospital's settings: %w", err)
	}
	return settingsOf(record), nil
}

func settingsOf(r *core.Record) Settings {
	s := Settings{}
	s.SetProxyRecord(r)
	return s
}

// Name is what the hospital is called.
func (s Settings) Name() string { return s.GetString("name") }

// Phone is the number of the front desk.
func (s Settings) Phone() string { return s.GetString("phone") }

// Email is the address that is printed on documents; it may be empty.
func (s Settings) Email() string { return s.GetString("email") }

// Address is the postal address that is printed on documents.
func (s Settings) Address() string { return s.GetString("address") }

// TaxID is printed on documents; it may be empty.
func (s Settings) TaxID() string { return s.GetString("tax_id") }

func (s Settings) zone() string { return s.GetString("timezone") }

// Zone is where the hospital's days begin and end.
func (s Settings) Zone() *time.Location {
	zone, err := time.LoadLocation(s.zone())
	if err != nil { // refused when the settings were written
		return time.UTC
	}
	return zone
}

// Currency is the ISO 4217 code of every amount.
func (s Settings) Currency() string { return s.GetString("currency") }

// CurrencyOf is the currency in a state of the settings.
func CurrencyOf(r *core.Record) string { return settingsOf(r).Currency() }

// Exponent is how many digits stand behind the point of its amounts.
func (s Settings) Exponent() int { return s.GetInt("currency_exponent") }

func (s Settings) setExponent(digits int) { s.Set("currency_exponent", digits) }

func (s Settings) staffMFA() bool { return s.GetBool("staff_mfa") }

// ExponentOf is the same of any currency. What was billed before the hospital
// changed its currency has as many digits as ISO 4217 says.
func (s Settings) ExponentOf(currency string) int {
	if currency == s.Currency() {
		return s.Exponent()
	}
	return money.ExponentOf(currency)
}

// Format writes an amount as people of this hospital read it, "EUR 12.30".
func (s Settings) Format(m money.Amount) string { return m.Format(s.Currency(), s.Exponent()) }

// CancelCutoff is how long before a visit its patient can still move or cancel it.
func (s Settings) CancelCutoff() time.Duration {
	return time.Duration(s.GetInt("cancel_cutoff_hours")) * time.Hour
}

// Horizon is how far ahead visits can be booked.
func (s Settings) Horizon() time.Duration {
	return time.Duration(s.GetInt("booking_horizon_days")) * 24 * time.Hour
}

// MinNotice is how long before a visit its patient must book it.
func (s Settings) MinNotice() time.Duration {
	return time.Duration(s.GetInt("min_notice_minutes")) * time.Minute
}

// CareTeamLead is how long before an approved visit its doctor opens the patient's record.
func (s Settings) CareTeamLead() time.Duration {
	return time.Duration(s.GetInt("care_team_lead_days")) * 24 * time.Hour
}

// CareTeam is how long after a visit its doctor still opens the patient's record.
func (s Settings) CareTeam() time.Duration {
	return time.Duration(s.GetInt("care_team_days")) * 24 * time.Hour
}

// DueDays is how many days after it was issued a bill is to be paid.
func (s Settings) DueDays() int { return s.GetInt("due_days") }

// DiscountLimit is the largest discount, in basis points, that needs no approval.
func (s Settings) DiscountLimit() int64 { return int64(s.GetInt("discount_limit_bp")) }

// SingleCashier says that who recorded a cash payment may verify it.
func (s Settings) SingleCashier() bool { return s.GetBool("single_cashier") }

// ConfirmEmail says that people who register have to confirm their address. Without it
// registering tells whether an address has an account.
func (s Settings) ConfirmEmail() bool { return s.GetBool("confirm_email") }

// The limits of patients' accounts; 0 is no limit.

// OpenVisitsPerPatient is how many future visits an account can have requested for one patient.
func (s Settings) OpenVisitsPerPatient() int { return s.GetInt("open_visits_per_patient") }

// OpenVisitsPerAccount is how many future visits an account can have requested.
func (s Settings) OpenVisitsPerAccount() int { return s.GetInt("open_visits_per_account") }

// RequestsPerDay is how many visits an account can request or move in 24 hours.
func (s Settings) RequestsPerDay() int { return s.GetInt("requests_per_day") }

// CancellationsPerWeek is how many visits an account can cancel in 7 days before staff must book for it.
func (s Settings) CancellationsPerWeek() int { return s.GetInt("cancellations_per_week") }

// PatientsPerAccount is how many patients an account can have.
func (s Settings) PatientsPerAccount() int { return s.GetInt("patients_per_account") }

// AccountUploadDay is how many bytes a patient's account can upload in 24 hours.
func (s Settings) AccountUploadDay() int64 { return int64(s.GetInt("account_upload_day_mib")) << 20 }

// AccountUpload is how many bytes a patient's account can upload in total.
func (s Settings) AccountUpload() int64 { return int64(s.GetInt("account_upload_mib")) << 20 }

// StaffUploadDay is how many bytes an account of staff can upload in 24 hours.
func (s Settings) StaffUploadDay() int64 { return int64(s.GetInt("staff_upload_day_mib")) << 20 }

// PatientUploadDay is how many bytes can be uploaded for one patient in 24 hours.
func (s Settings) PatientUploadDay() int64 { return int64(s.GetInt("patient_upload_day_mib")) << 20 }

// PatientUpload is how many bytes can be uploaded for one patient in total.
func (s Settings) PatientUpload() int64 { return int64(s.GetInt("patient_upload_mib")) << 20 }

// RequestExpiry is how long a request waits for approval; 0 is until its time.
func (s Settings) RequestExpiry() time.Duration {
	return time.Duration(s.GetInt("request_expiry_hours")) * time.Hour
}

// Updated is when the settings were changed last.
func (s Settings) Updated() time.Time { return s.GetDateTime("updated").Time() }

// House is the hospital as letters show it.
func (s Settings) House() letters.House {
	return letters.House{
		Name: s.Name(), Address: s.Address(), Phone: s.Phone(), Zone: s.Zone(), Language: s.GetString("language")}
}

func (s Settings) reminderLeads() string { return s.GetString("reminder_leads") }
func (s Settings) quietFrom() string     { return s.GetString("quiet_from") }
func (s Settings) quietUntil() string    { return s.GetString("quiet_until") }

// StaffSession is how long staff stay signed in.
func (s Settings) StaffSession() time.Duration {
	return time.Duration(cmp.Or(s.GetInt("staff_session_hours"), maxSessionHours)) * time.Hour
}

// ReadAlertCount is how many patients somebody reads in a day before an admin reviews it.
func (s Settings) ReadAlertCount() int { return cmp.Or(s.GetInt("read_alert_count"), 300) }

// NextNumber takes the next number of a series. It must run in the transaction
// that uses the number: when that is undone the number is free again, so that a
// series has no gaps.
func NextNumber(tx core.App, series string) (int64, error) {
	n, _, err := NextNumbers(tx, series, 1, "SELECT ''")
	return n, err
}

// NextNumbers takes the next n numbers of a series, and answers the first. In the same statement it reads one
// value that goes with them, by a SELECT.
func NextNumbers(tx core.App, series string, n int, value string) (first int64, read string, err error) {
	if !tx.IsTransactional() {
		return 0, "", fmt.Errorf("number of series %s: not in a transaction", series)
	}
	var last int64
	err = tx.NonconcurrentDB().NewQuery(`INSERT INTO counters (id, series, value, created, updated)
		VALUES ({:id}, {:series}, {:n}, strftime('%Y-%m-%d %H:%M:%fZ'), strftime('%Y-%m-%d %H:%M:%fZ'))
		ON CONFLICT (series) DO UPDATE SET value = value + {:n}, updated = excluded.updated
		RETURNING value, COALESCE((`+value+`), '')`).
		Bind(dbx.Params{"id": core.GenerateDefaultRandomId(), "series": series, "n": n}).Row(&last, &read)
	if err != nil {
		return 0, "", fmt.Errorf("number of series %s: %w", series, err)
	}
	return last - int64(n) + 1, read, nil
}
