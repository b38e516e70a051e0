package hospital

import (
	"hospital/internal/kit"
	"hospital/internal/letters"
	"hospital/internal/money"
	"hospital/internal/role"
)

// maxSessionHours is a day, after which every token expires.
const maxSessionHours = 24

const (
	maxLimit       = 10_000
	maxExpiryHours = 24 * 365
	maxUploadMiB   = 1 << 20 // a TiB
)

// staffOnly are the settings of how staff sign in, work and are reviewed.
var staffOnly = []string{"single_cashier", "staff_mfa", "staff_session_hours", "read_alert_count"}

// editable are the settings that an admin changes.
var editable = append([]string{
	"name", "address", "phone", "email", "tax_id", "timezone", "currency", "currency_exponent",
	"cancel_cutoff_hours", "booking_horizon_days", "min_notice_minutes", "care_team_lead_days",
	"care_team_days", "due_days", "discount_limit_bp", "single_cashier", "confirm_email", "staff_mfa",
	"staff_session_hours", "read_alert_count", "reminder_leads", "quiet_from", "quiet_until", "language",
}, Limits...)

// Limits are the settings that bound what one account can take from others. 0 is no limit.
var Limits = []string{
	"open_visits_per_patient", "open_visits_per_account", "requests_per_day", "cancellations_per_week",
	"patients_per_account", "request_expiry_hours",
	"account_upload_day_mib", "account_upload_mib", "staff_upload_day_mib", "patient_upload_day_mib", "patient_upload_mib",
}

var settings = kit.Collection{
	Name:   "hospital",
	Cached: true,
	Description: "The settings of the hospital. There is exactly one record, `hospitalsetting`. " +
		"Everybody may read it: apps take the time zone and the currency from it.",
	Fields: kit.Fields{
		kit.Text("name", 120).Required().Presentable().Help("Name of the hospital."),
		kit.Text("address", 300).Help("Postal address."),
		kit.Text("phone", 40).Help("Phone number for patients."),
		kit.Email("email").Help("Email address for patients."),
		kit.Text("tax_id", 60).Help("Tax number of the hospital. It is printed on bills."),
		kit.Text("timezone", 60).Required().Help("IANA time zone, such as Europe/Berlin. Days begin and end in it."),
		kit.Text("currency", 3).Required().Help("ISO 4217 code of the currency of all new amounts, such as EUR."),
		kit.Int("currency_exponent", 0, money.MaxExponent).
			Help("Decimal places of an amount: 0 for JPY, 2 for EUR, 3 for KWD. It follows the currency."),
		kit.Int("cancel_cutoff_hours", 0, 720).
			Help("Patients can move or cancel a visit until this many hours before it starts."),
		kit.Int("booking_horizon_days", 1, 1000).Required().
			Help("Visits can be booked at most this many days ahead."),
		kit.Int("min_notice_minutes", 0, 10_080).
			Help("Patients book a visit at least this many minutes before it starts."),
		kit.Int("care_team_lead_days", 0, 3650).
			Help("Before an approved visit its doctor can open the patient's record for this many days."),
		kit.Int("care_team_days", 0, 3650).
			Help("After a visit its doctor can open the patient's record for this many days."),
		kit.Int("due_days", 0, 365).Help("A bill is due this many days after it is issued."),
		kit.Int("discount_limit_bp", 0, 10_000).
			Help("Largest discount or credit of a bill that needs no approval, in basis points: 1000 is 10 %."),
		kit.Bool("single_cashier").Help("Who recorded a cash payment may verify it, because the hospital has one cashier. " +
			"The day close lists these payments."),
		kit.Bool("confirm_email").Help("People who register must confirm their email address before they get an " +
			"account. If false, registering reveals which addresses have an account."),
		kit.Bool("staff_mfa").Help("Staff enter a code from an email in addition to their password."),
		kit.Int("staff_session_hours", 0, maxSessionHours).
			Help("Staff must sign in again after this many hours. 0 means 24."),
		kit.Int("read_alert_count", 0, 100_000).
			Help("Admins review it when somebody reads more patients than this in a day. 0 means 300."),
		kit.Int("open_visits_per_patient", 0, maxLimit).
			Help("Future visits that an account can have requested for one patient. 0: any number. Limits do not bind " +
				"staff."),
		kit.Int("open_visits_per_account", 0, maxLimit).
			Help("Future visits that an account can have requested for all its patients. 0: any number."),
		kit.Int("requests_per_day", 0, maxLimit).
			Help("Visits that a patient's account can request or move in 24 hours. 0: any number."),
		kit.Int("cancellations_per_week", 0, maxLimit).
			Help("After cancelling this many visits in 7 days, a patient's account can book only by calling the " +
				"hospital. 0: no limit."),
		kit.Int("patients_per_account", 0, maxLimit).
			Help("Patients that an account can have when it adds a dependant. 0: any number."),
		kit.Int("request_expiry_hours", 0, maxExpiryHours).
			Help("A request that is not approved within this many hours is cancelled. 0: only when its time comes."),
		kit.Int("account_upload_day_mib", 0, maxUploadMiB).
			Help("What a patient's account can upload in 24 hours, in MiB. A small file counts as 64 KiB. 0: no limit."),
		kit.Int("account_upload_mib", 0, maxUploadMiB).
			Help("What a patient's account can upload in total, in MiB. 0: no limit."),
		kit.Int("staff_upload_day_mib", 0, maxUploadMiB).
			Help("What an account of staff can upload in 24 hours, in MiB. 0: no limit."),
		kit.Int("patient_upload_day_mib", 0, maxUploadMiB).
			Help("What can be uploaded for one patient in 24 hours, by anybody, in MiB. 0: no limit."),
		kit.Int("patient_upload_mib", 0, maxUploadMiB).
			Help("What can be uploaded for one patient in total, by anybody, in MiB. Keep it above account_upload_mib, so " +
				"that a patient cannot use it up. 0: no limit."),
		kit.Text("reminder_leads", 60).Help("How long before a visit its patient is reminded, in hours (h) or minutes (m): " +
			"48h, 2h. At most 5 times. Empty or 0: no reminders."),
		kit.TimeOfDay("quiet_from").Help("From then on, in the hospital's time zone, messages that are not urgent wait. " +
			"Empty: no quiet hours."),
		kit.TimeOfDay("quiet_until").Help("Until then messages that are not urgent wait. Urgent is what is about a visit " +
			"within 24 hours, and reminders of at most 12 hours before."),
		kit.Select("language", letters.Languages...).
			Help("Language of mails to people who have chosen none. Empty: English."),
	},
	Policy: kit.Policy{
		kit.Guest:         {Read: kit.All, HiddenFields: staffOnly},
		role.Patient:      {Read: kit.All, HiddenFields: staffOnly},
		role.Doctor:       {Read: kit.All},
		role.Nurse:        {Read: kit.All},
		role.Receptionist: {Read: kit.All},
		role.Accountant:   {Read: kit.All},
		role.Admin:        {Read: kit.All, Update: kit.All, UpdateFields: editable},
	},
}

// counters are written by NextNumber only, and are not readable through the API.
var counters = kit.Collection{
	Name:        "counters",
	Description: "The last number that was given out in a series, such as the bills of a year.",
	Fields: kit.Fields{
		kit.Text("series", 40).Required().Presentable().Help("Name of the series, such as INV-2030."),
		kit.Count("value").Help("Last number that was given out."),
	},
	Indexes: []kit.Index{{Columns: "series", Unique: true}},
	Policy:  kit.Policy{},
}
