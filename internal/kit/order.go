package kit

import "github.com/pocketbase/pocketbase/apis"

// The order of all hooks, from the outside in: a hook of a lower number begins
// earlier and ends later. No other file has a number of its own; hooks without one
// are at 0, in the order in which they are bound.

// On requests for records, after PocketBase has checked the API rule.
const (
	OrderStreams  = -50 // bounds the topics of a stream before their filters are parsed
	orderGuard    = -50 // refuses fields that the caller may not write
	OrderThrottle = -50 // counts failed sign-ins before a password is hashed
	orderMask     = -50 // hides fields before other enrich hooks read the answer
)

// On writes, whoever makes them.
const (
	orderText      = -50 // text is normalised before anything reads it
	orderRefusal   = -10 // adds to a refusal, after the transaction has ended
	orderReactions = -5  // begins the transaction; reactions follow the whole change
	orderLifecycle = 0   // a module's rules for its own records
	OrderAudit     = 20  // next to the write: the audit log sees what is stored
	OrderBroadcast = -99 // after a write: where PocketBase sends the change to the streams
	orderValidate  = 99  // in the place of PocketBase's own validation
)

// On every HTTP request. PocketBase's own middlewares are from -99,999 to about -1,000.
const (
	OrderOutermost = -100_000                                          // sees the request first and the answer last
	OrderRefusals  = apis.DefaultPanicRecoverMiddlewarePriority - 1    // logs refusals, also those of PocketBase's middlewares
	orderRequestID = apis.DefaultActivityLoggerMiddlewarePriority - 1  // before the request log, which names it
	OrderHeaders   = apis.DefaultSecurityHeadersMiddlewarePriority + 1 // after PocketBase's headers, to replace them
	OrderLimits    = apis.DefaultBodyLimitMiddlewarePriority + 5       // after its body limit, when the caller is known
	orderForms     = apis.DefaultBodyLimitMiddlewarePriority + 10      // when bodies have their limits, before one is read
	// OrderFormLimits is when the query is no longer part of a form, before a handler decodes it.
	OrderFormLimits = apis.DefaultBodyLimitMiddlewarePriority + 15
)

// When the server starts.
const (
	OrderAnnounce = -999 // after everything else has started: prints the addresses
	OrderJournal  = -998 // writes that the server serves
	orderServe    = -10  // request ids, before routes are bound
	OrderStatic   = 999  // the portal takes what no route takes
)

// When the server stops.
const (
	OrderShutdown   = -10_000 // requests in flight end first
	OrderBackup     = -9_000  // then a backup that runs
	OrderFlushReads = -99     // then the audit log is written, before the database closes
)
