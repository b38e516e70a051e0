package kit

import "github.com/pocketbase/pocketbase/apis"

// The order of the hooks on a record, from the outside in. A hook of a lower number
// begins earlier and ends later. Modules bind theirs through OnCreate, OnUpdate,
// Lifecycle and React; no other file has a number of its own.
const (
	// On HTTP requests: as soon as bodies have their limits, before anything reads one.
	orderForms = apis.DefaultBodyLimitMiddlewarePriority + 10

	// On record requests, after PocketBase has checked the API rule.
	orderGuard = -50 // refuses fields that the caller may not write

	// On writes, whoever makes them.
	orderText      = -50 // text is normalised before anything reads it
	orderRefusal   = -10 // adds to a refusal, after the transaction has ended
	orderReactions = -5  // begins the transaction; reactions follow the whole change
	orderLifecycle = 0   // a module's rules for its own records
	OrderAudit     = 20  // next to the write: the audit log sees what is stored

	// On validation, where PocketBase's own would be.
	orderValidate = 99
)
