// Package role defines the roles of accounts.
package role

import "hospital/internal/kit"

// The roles of accounts. In addition, kit.Guest is a caller who is not signed in, and
// kit.System is the server itself.
const (
	Patient      kit.Role = "patient"
	Doctor       kit.Role = "doctor"
	Nurse        kit.Role = "nurse"
	Receptionist kit.Role = "receptionist"
	Accountant   kit.Role = "accountant"
	Admin        kit.Role = "admin"
)

// All are the roles an account can have.
var All = []kit.Role{Admin, Doctor, Nurse, Receptionist, Accountant, Patient}

// Anyone lists all roles and guests.
var Anyone = append([]kit.Role{kit.Guest}, All...)
