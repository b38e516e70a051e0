package audit

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"

	"hospital/modules/kit"
)

// signIns puts down who signed in, and who did not get in.
func signIns(app core.App, keep *keeper) {
	app.OnRecordAuthRequest().BindFunc(func(e *core.RecordAuthRequestEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		actor := kit.ActorAs(e.RequestEvent, e.Record)
		entry := Entry{Actor: actor, Action: "sign in", Collection: e.Collection.Name, Record: e.Record.Id, Outcome: Done}
		if e.AuthMethod == "" {
			entry.Action = "refresh"
		}
		keep.note(entry)
		return nil
	})
	app.OnRecordAuthWithPasswordRequest().BindFunc(func(e *core.RecordAuthWithPasswordRequestEvent) error {
		err := e.Next()
		if err != nil {
			entry := Entry{Actor: kit.CallerOf(e.RequestEvent), Action: "sign in", Collection: e.Collection.Name, Outcome: Refused}
			if errors.Is(err, apis.ErrMFA) { // the first half of one; a code has to follow
				entry.Action, entry.Outcome = "password", Done
			}
			if e.Record != nil { // what was typed in is not written down: it may have been the password
				entry.Record = e.Record.Id
			}
			keep.note(entry)
			e.Set(told, true)
		}
		return err
	})
}

// told marks a request whose refusal is in the log already.
const told = "hospital.audit.told"

// refusals puts down what was refused: who may not, and who asked for what is not theirs.
func (k *keeper) refusals(e *core.RequestEvent) error {
	err := e.Next()
	if err == nil || e.Get(told) != nil || !strings.HasPrefix(e.Request.URL.Path, "/api/") {
		return err
	}
	status := router.ToApiError(err).Status
	switch status {
	case http.StatusBadRequest:
		if !strings.HasSuffix(e.Request.URL.Path, "/auth-with-otp") {
			return err // bad input is no attempt on anything
		}
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests:
	default:
		return err // nor are lost races
	}
	k.note(Entry{Actor: kit.CallerOf(e), Action: strings.ToLower(e.Request.Method) + " " + strconv.Itoa(status), Collection: clip(e.Request.PathValue("collection")), Record: clip(e.Request.PathValue("id")), Outcome: Refused})
	return err
}

// operators puts down what superusers do beside records.
func operators(app core.App, keep *keeper) {
	app.OnSettingsUpdateRequest().BindFunc(func(e *core.SettingsUpdateRequestEvent) error {
		changes, err := reset(e.OldSettings, e.NewSettings) // before the old ones are the new ones
		if err != nil {
			return err
		}
		if err := e.Next(); err != nil {
			return err
		}
		keep.note(Entry{Actor: kit.CallerOf(e.RequestEvent), Action: "settings", Outcome: Done, Changes: changes})
		return nil
	})
	app.OnServe().BindFunc(func(se *core.ServeEvent) error {
		se.Router.BindFunc(func(e *core.RequestEvent) error {
			err := e.Next()
			actor := kit.CallerOf(e)
			if err != nil || !actor.Superuser || !operating(e.Request) {
				return err
			}
			keep.note(Entry{Actor: actor, Action: "operate", Collection: clip(strings.TrimPrefix(e.Request.URL.Path, "/api/")), Outcome: Done})
			return nil
		})
		return se.Next()
	})
}

// operating says that a request is an operator's alone, and does or shows more
// than records.
func operating(r *http.Request) bool {
	for _, prefix := range []string{"/api/sql", "/api/backups", "/api/collections/meta", "/api/crons"} {
		if strings.HasPrefix(r.URL.Path, prefix) {
			return true
		}
	}
	return strings.HasPrefix(r.URL.Path, "/api/logs") || strings.Contains(r.URL.Path, "/impersonate/")
}

func topicOf(topic string) string {
	name, _, _ := strings.Cut(topic, "?")
	return clip(name)
}

// clip is a part of an address, as far as the log takes it.
func clip(text string) string { return strings.ToValidUTF8(text[:min(len(text), 60)], "") }
