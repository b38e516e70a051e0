// Package role names what a person is to the hospital.
package role

import "hospital/internal/kit"

// The roles an account can have. kit.Guest is who has not signed in, kit.System the
// hospital itself.
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

// Anyone is every role, and who has not signed in.
var Anyone = append([]kit.Role{kit.Guest}, All...)
