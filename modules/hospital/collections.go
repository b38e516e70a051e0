package hospital

import (
	"hospital/internal/kit"
	"hospital/internal/money"
	"hospital/internal/role"
)

// maxSessionHours is a day: no token lasts longer.
const maxSessionHours = 24

// staffOnly is how staff sign in, which patients and guests do not see.
var staffOnly = []string{"staff_mfa", "staff_session_hours"}

var settings = kit.Collection{
	Name:   "hospital",
	Cached: true,
	Fields: kit.Fields{
		kit.Text("name", 120).Required(),
		kit.Text("address", 300),
		kit.Text("phone", 40),
		kit.Email("email"),
		kit.Text("tax_id", 60), // stands on bills
		kit.Text("timezone", 60).Required(),
		kit.Text("currency", 3).Required(),
		kit.Int("currency_exponent", 0, money.MaxExponent),
		kit.Int("cancel_cutoff_hours", 0, 720),
		kit.Int("booking_horizon_days", 1, 1000).Required(),
		kit.Int("min_notice_minutes", 0, 10_080),
		kit.Int("care_team_days", 0, 3650),
		kit.Int("due_days", 0, 365),
		kit.Int("discount_limit_bp", 0, 10_000),
		kit.Bool("confirm_email"),                          // who registers has an account once they have read their mail
		kit.Bool("staff_mfa"),                              // staff also enter a code from a mail
		kit.Int("staff_session_hours", 0, maxSessionHours), // after which staff sign in anew; 0 is as patients do
	},
	Policy: kit.Policy{
		kit.Guest:         {Read: kit.All, HiddenFields: staffOnly},
		role.Patient:      {Read: kit.All, HiddenFields: staffOnly},
		role.Doctor:       {Read: kit.All},
		role.Nurse:        {Read: kit.All},
		role.Receptionist: {Read: kit.All},
		role.Accountant:   {Read: kit.All},
		role.Admin: {Read: kit.All, Update: kit.All, UpdateFields: []string{"name", "address", "phone", "email", "tax_id", "timezone", "currency",
			"currency_exponent", "cancel_cutoff_hours", "booking_horizon_days", "min_notice_minutes", "care_team_days", "due_days", "discount_limit_bp", "confirm_email", "staff_mfa", "staff_session_hours"}},
	},
}

// counters are written by NextNumber alone. No role reads them.
var counters = kit.Collection{
	Name: "counters",
	Fields: kit.Fields{
		kit.Text("series", 40).Required(),
		kit.Int("value", 0, 1<<50),
	},
	Indexes: []kit.Index{{Columns: "series", Unique: true}},
	Policy:  kit.Policy{},
}
