package audit

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/kit"
)

func hooks(app core.App) {
	buf := newBuffer(app)
	logWrites(app)
	logReads(app, buf)
	logRealtime(app, buf)
	logSignIns(app, buf)
	logOperators(app, buf)
	serve(app, buf)
	app.Store().Set(bufferName, buf)
	app.Cron().MustAdd("hospitalUnusualReads", "23 * * * *", func() {
		if err := TellAdmins(app); err != nil {
			app.Logger().Error("tell admins of unusual reads", "error", err)
		}
	})
}

func logWrites(app core.App) {
	bind := func(h *hook.TaggedHook[*core.RecordEvent], id, action string) {
		h.Bind(&hook.Handler[*core.RecordEvent]{Id: id, Priority: kit.OrderAudit, Func: onWrite(action)})
	}
	bind(app.OnRecordCreate(), "hospitalAuditCreate", "create")
	bind(app.OnRecordUpdate(), "hospitalAuditUpdate", "update")
	bind(app.OnRecordDelete(), "hospitalAuditDelete", "delete")
}

// logReads logs the records that answers contain.
func logReads(app core.App, buf *buffer) {
	kit.OnRead(app, func(collection string) string { return linkOf(app, collection) }, func(r kit.Read) {
		actor, read := kit.Caller(r.RequestEvent), slices.Concat(r.Rows, r.Expanded)
		record := ""
		if r.Action == "view" {
			record = r.Rows[0].ID
		}
		buf.logRows(actor, r.Action, read)
		buf.logUse(r.RequestEvent, r.Action, r.Collection, record, read)
		if r.Action == "list" {
			buf.logSearch(r)
		}
	})
	app.OnFileDownloadRequest().BindFunc(func(e *core.FileDownloadRequestEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		buf.logRows(tokenActor(e.RequestEvent), "download", kit.RowsOf(e.App, e.Record))
		return nil
	})
	written := func(e *core.RecordRequestEvent) error { // the answer to a write may expand to other records
		if err := e.Next(); err != nil {
			return err
		}
		buf.logRows(kit.Caller(e.RequestEvent), "view", kit.ExpandedRows(e.App, e.Record))
		return nil
	}
	app.OnRecordCreateRequest().BindFunc(written)
	app.OnRecordUpdateRequest().BindFunc(written)
	kit.OnRefusal(app, "patients", buf.logCandidates)
}

// logRealtime logs subscriptions, and the records that are sent to subscribers.
func logRealtime(app core.App, buf *buffer) {
	kit.OnDelivery(app, func(app core.App, auth, sent *core.Record) {
		rows := append(kit.RowsOf(app, sent), kit.ExpandedRows(app, sent)...)
		buf.logRows(buf.subscriber(app, auth), realtime, rows)
	})
	app.OnRealtimeSubscribeRequest().BindFunc(func(e *core.RealtimeSubscribeRequestEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		if e.Auth != nil {
			buf.subscribers.Store(e.Auth.Id, kit.Caller(e.RequestEvent))
		}
		buf.logSubscription(e)
		buf.logTopics(e)
		return nil
	})
}

// serve checks the key, logs refusals, and flushes the buffer while the app runs.
func serve(app core.App, buf *buffer) {
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalAudit", Func: func(se *core.ServeEvent) error {
		for _, check := range []func(core.App) error{checkKey, checkHead, writeHead} {
			if err := check(se.App); err != nil { // without a key that fits, or after a rollback, the app must not start
				return err
			}
		}
		// Before the panic recovery, so that it sees the final answer of every other middleware.
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{
			Id:       "hospitalAuditRefusals",
			Priority: kit.OrderRefusals,
			Func:     buf.logRefusals,
		})
		se.Router.BindFunc(buf.waitForRoom) // when the caller is known
		return se.Next()
	}})
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{
		Id: "hospitalAuditFlush", Func: func(se *core.ServeEvent) error {
			buf.run()
			return se.Next()
		}})
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{
		Id: "hospitalAuditFlush", Priority: kit.OrderFlushReads, Func: func(e *core.TerminateEvent) error {
			if !e.App.IsBootstrapped() { // the start was refused
				return e.Next()
			}
			if err := buf.flush(true); err != nil {
				e.App.Logger().Error("audit: cannot write the last entries", "error", err)
			}
			if err := writeHead(e.App); err != nil {
				e.App.Logger().Error("audit: cannot write the head of the log", "error", err)
			}
			return e.Next()
		}})
}

// audited reports whether writes of a record are logged. Of PocketBase's own collections
// only superusers are audited, and records that an operator writes.
func audited(r *core.Record) bool {
	c := r.Collection()
	return !isLog(c.Name) && (!c.System || c.Name == core.CollectionNameSuperusers || kit.ActorOf(r).Superuser)
}

// onWrite logs a write in its transaction.
func onWrite(action string) func(*core.RecordEvent) error {
	return func(e *core.RecordEvent) error {
		if !audited(e.Record) || action == "create" && kit.IsConsequence(e.App, e.Record) {
			return e.Next()
		}
		return kit.InTx(e, func() error {
			var before *core.Record
			if action == "update" {
				stored, err := e.App.FindRecordById(e.Record.Collection(), e.Record.Id)
				if err != nil {
					return err
				}
				before = stored
			}
			if err := e.Next(); err != nil {
				return err
			}
			changes, err := diff(e.App, before, e.Record)
			if err != nil || action == "update" && len(changes) == 0 {
				return err
			}
			patient, err := patientOf(e.App, e.Record)
			if err != nil {
				return err
			}
			actor := kit.ActorOf(e.Record)
			if actor.Request == "" {
				cause := kit.ActorIn(e.App)
				actor.IP, actor.Request = cause.IP, cause.Request
			}
			entry := Entry{
				Actor: actor, Action: action, Collection: e.Record.Collection().Name, Record: e.Record.Id,
				Patient: patient, Outcome: Done, Changes: changes, at: kit.Now(e.App),
			}
			return kit.Collect(e.App, "audit", entry, func(tx core.App, entries []Entry) error {
				return Write(tx, entries...)
			})
		})
	}
}
