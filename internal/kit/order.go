package kit

import "github.com/pocketbase/pocketbase/apis"

// The order of all hooks: a hook with a lower number starts earlier and ends later. All
// numbers are in this file. Hooks without one have 0 and run in the order in which they
// are bound.

// On requests for records, after PocketBase has checked the API rule.
const (
	OrderListener = -60 // replaces the client of a stream, before it is limited
	OrderStreams  = -50 // bounds the topics of a stream before their filters are parsed
	orderDecide   = -60 // applies the scope of the caller's role instead of PocketBase
	orderGuard    = -50 // refuses fields that the caller may not write
	OrderThrottle = -50 // counts failed sign-ins before a password is hashed
	orderMask     = -50 // hides fields before other enrich hooks read the answer
)

// On writes, by clients and by the server.
const (
	orderTyped     = -100 // refuses what would be written without record hooks
	orderText      = -50  // normalizes text before other hooks read it
	OrderUploads   = -20  // reads uploaded files, before the transaction
	orderRefusal   = -10  // adds to a refusal, after the transaction has ended
	orderReactions = -5   // starts the transaction; reactions run after the whole change
	orderLifecycle = 0    // a module's rules for its own records
	OrderAudit     = 20   // last before the write, so that the audit log contains what is stored
	OrderCommit    = 10   // on the SQL of a write: when it succeeds it gets its place in the order of changes
	OrderBroadcast = -98  // after a commit: after PocketBase, which renews the accounts of the streams at -99
	orderTogether  = 98   // on the SQL of a create: instead of it
	orderValidate  = 99   // replaces PocketBase's own validation
)

// On mails.
const (
	OrderSend = 999 // last: sends the mail in another way than PocketBase
)

// On every HTTP request. PocketBase's own middlewares are from -99,999 to about -1,000.
const (
	OrderOutermost  = -100_000                                          // sees the request first and the answer last
	OrderFaults     = -99_999                                           // inside the journal, which names the cause
	OrderToken      = apis.DefaultLoadAuthTokenMiddlewarePriority + 1   // when PocketBase has looked for the caller
	OrderRefusals   = apis.DefaultPanicRecoverMiddlewarePriority - 1    // logs refusals, also of PocketBase's middlewares
	orderRequestID  = apis.DefaultActivityLoggerMiddlewarePriority - 1  // before the request log, which contains the id
	OrderSampleLogs = apis.DefaultActivityLoggerMiddlewarePriority + 1  // inside the request log, to leave successes out
	OrderHeaders    = apis.DefaultSecurityHeadersMiddlewarePriority + 1 // after PocketBase's headers, to replace them
	OrderLimits     = apis.DefaultBodyLimitMiddlewarePriority + 5       // after its body limit, when the caller is known
	orderForms      = apis.DefaultBodyLimitMiddlewarePriority + 10      // after the body limits, before a body is read
	// OrderFormLimits is when the query is no longer part of a form, before a handler decodes it.
	OrderFormLimits = apis.DefaultBodyLimitMiddlewarePriority + 15
	orderCompiled   = 99_999 // instead of PocketBase's handler, inside all middlewares
)

// When the server starts.
const (
	OrderData     = -1000 // the data directory is checked before anything opens it
	OrderAnnounce = -999  // after everything else has started: prints the addresses
	OrderJournal  = -998  // logs that the server has started
	orderServe    = -10   // request ids, before routes are bound
	OrderStatic   = 999   // the portal serves all paths that no route matches
)

// When the server stops.
const (
	OrderShutdown   = -10_000 // waits for requests in flight
	OrderWebhooks   = -9_800  // ends the requests to receivers of events
	OrderDelivered  = -9_500  // delivers the changes that are left, before the database closes
	OrderBackup     = -9_000  // waits for a running backup
	OrderFlushReads = -99     // writes the buffered audit log, before the database closes
)
