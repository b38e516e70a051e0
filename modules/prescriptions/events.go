package prescriptions

import "hospital/internal/kit"

// WasIssued is that a doctor has issued a prescription.
var WasIssued = kit.Entering("prescriptions", "status", string(Issued))
