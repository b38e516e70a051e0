package hospital

import (
	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/internal/role"
)

// maxSessionHours is a day, after which every token expires.
const maxSessionHours = 24

// staffOnly are the settings of how staff sign in and are reviewed.
var staffOnly = []string{"staff_mfa", "staff_session_hours", "read_alert_count"}

// editable are the settings that an admin changes.
var editable = []string{
	"name", "address", "phone", "email", "tax_id", "timezone", "currency", "currency_exponent",
	"cancel_cutoff_hours", "booking_horizon_days", "min_notice_minutes", "care_team_days",
	"due_days", "discount_limit_bp", "confirm_email", "staff_mfa", "staff_session_hours", "read_alert_count",
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
		kit.Int("care_team_days", 0, 3650).
			Help("After a visit its doctor can open the patient's record for this many days."),
		kit.Int("due_days", 0, 365).Help("A bill is due this many days after it is issued."),
		kit.Int("discount_limit_bp", 0, 10_000).
			Help("Largest discount that needs no approval, in basis points: 1000 is 10 %."),
		kit.Bool("confirm_email").Help("People who register must confirm their email address before they get an " +
			"account. If false, registering reveals which addresses have an account."),
		kit.Bool("staff_mfa").Help("Staff enter a code from an email in addition to their password."),
		kit.Int("staff_session_hours", 0, maxSessionHours).
			Help("Staff must sign in again after this many hours. 0 means 24."),
		kit.Int("read_alert_count", 0, 100_000).
			Help("Admins review it when somebody reads more patients than this in a day. 0 means 300."),
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
