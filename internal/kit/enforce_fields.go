package kit

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// guardRequests refuses every body field that the caller may not write, that does not
// exist, or that has the wrong JSON type. Each is named in the refusal: PocketBase would
// ignore unknown fields. It also sets the actor of the record.
func guardRequests(app core.App, declared Catalog) {
	guard := func(fields func(Grant) []string) func(e *core.RecordRequestEvent) error {
		return func(e *core.RecordRequestEvent) error {
			actor := Caller(e.RequestEvent)
			c, ok := declared[e.Collection.Name]
			if !ok { // a collection of PocketBase, which superusers write
				SetActor(actor, e.Record)
				return e.Next()
			}
			b := body{
				fields:    map[string]any{},
				record:    e.Record,
				before:    e.Record.Original(),
				actor:     actor,
				permitted: fields(c.Policy[actor.Role]),
				unseen:    c.unseen(actor.Role),
			}
			if err := b.read(e.RequestEvent); err != nil {
				return err
			}
			if err := c.check(b); err != nil {
				return err
			}
			if _, sent := b.fields[core.FieldNameId]; sent {
				e.Record.SetRaw(sentIDKey, true)
			}
			if err := rejectDuplicateID(e.App, e.Record); err != nil {
				return err
			}
			SetActor(actor, e.Record)
			e.Record.IgnoreUnchangedFields(true) // concurrent edits of different fields do not overwrite each other
			return e.Next()
		}
	}
	bind := func(h *hook.TaggedHook[*core.RecordRequestEvent], id string, guard func(e *core.RecordRequestEvent) error) {
		h.Bind(&hook.Handler[*core.RecordRequestEvent]{Id: id, Priority: orderGuard, Func: guard})
	}
	bind(app.OnRecordCreateRequest(), "hospitalGuardCreate", guard(func(g Grant) []string { return g.CreateFields }))
	bind(app.OnRecordUpdateRequest(), "hospitalGuardUpdate", guard(func(g Grant) []string { return g.UpdateFields }))
	bind(app.OnRecordDeleteRequest(), "hospitalGuardDelete", func(e *core.RecordRequestEvent) error {
		SetActor(Caller(e.RequestEvent), e.Record)
		return e.Next()
	})
}

// rejectDuplicateID refuses a new record whose id exists, before any other rule runs.
// A client that repeats a create because it got no answer then receives this code
// instead of another rule's. Ids that the server generated need no check.
func rejectDuplicateID(app core.App, r *core.Record) error {
	inRequest := ActorOf(r).Request != "" || ActorIn(app).Request != ""
	if !r.IsNew() || r.Id == "" || inRequest && r.GetRaw(sentIDKey) == nil {
		return nil
	}
	if _, err := app.FindRecordById(r.Collection(), r.Id); err == nil {
		return Invalid(core.FieldNameId, "validation_not_unique", "There is a record with this id already.")
	}
	return nil // also when the lookup fails: the insert refuses a duplicate
}

// sentIDKey marks a new record whose id the client has chosen.
const sentIDKey = privateKey + "SentID"

// body is the body of a request to create or update a record.
type body struct {
	fields    map[string]any
	typed     bool // the values have JSON types; in a form all values are text
	record    *core.Record
	before    *core.Record
	actor     Actor
	permitted []string
	unseen    []string
}

// read parses the body again as it was sent: in e.Record, PocketBase has already
// converted the values to the types of the fields.
func (b *body) read(e *core.RequestEvent) error {
	sent, err := sentBody(e)
	if err != nil {
		return e.BadRequestError("The body could not be read.", err)
	}
	b.typed = strings.HasPrefix(e.Request.Header.Get("Content-Type"), "application/json")
	if b.typed { // the decoder stops after the first value; the rest must be valid too
		raw, err := io.ReadAll(e.Request.Body)
		if err != nil || len(raw) > 0 && !json.Valid(raw) {
			return e.BadRequestError("The body is not valid JSON.", err)
		}
	}
	for name, value := range sent {
		b.fields[unmodified(b.record.Collection(), name)] = value
	}
	for _, field := range b.record.Collection().Fields { // files are not part of the values, also in a batch
		if name := field.GetName(); field.Type() == core.FieldTypeFile && len(b.record.GetUnsavedFiles(name)) > 0 {
			b.fields[name] = ""
		}
	}
	if form := e.Request.MultipartForm; form != nil { // a batch wraps its JSON in a form
		_, wrapped := form.Value["@jsonPayload"]
		b.typed = wrapped && len(form.Value) == 1
		for name := range form.File { // PocketBase ignores a file for a field that does not exist
			b.fields[unmodified(b.record.Collection(), name)] = attached{}
		}
	}
	return nil
}

// attached is used as the value of a form field that contains a file.
type attached struct{}

// unmodified returns the field that a key such as "quantity+" or "files-" changes. Only
// numbers and files have such keys; PocketBase ignores them for other types.
func unmodified(c *core.Collection, key string) string {
	name := strings.TrimPrefix(strings.TrimRight(key, "+-"), "+")
	if f := c.Fields.GetByName(name); f != nil &&
		slices.Contains([]string{core.FieldTypeNumber, core.FieldTypeFile}, f.Type()) {
		return name
	}
	return key
}

// readOnlyKeys are keys of records in answers. They are ignored when a client sends a
// whole record back.
var readOnlyKeys = []string{"id", "collectionId", "collectionName", "expand"}

// tooLong reports whether a password is longer than bcrypt's limit of 72 bytes.
func tooLong(password any) bool {
	text, _ := password.(string)
	return len(text) > 72
}

const longPassword = "A password has at most 72 bytes."

// secrets are the password fields of an account, which PocketBase itself checks.
var secrets = []string{"password", "passwordConfirm", "oldPassword"}

func (c Collection) check(b body) error {
	invalid, denied := validation.Errors{}, validation.Errors{}
	for _, name := range slices.Sorted(maps.Keys(b.fields)) {
		value := b.fields[name]
		field := b.record.Collection().Fields.GetByName(name)
		_, file := value.(attached)
		switch {
		case file && (field == nil || field.Type() != core.FieldTypeFile):
			invalid[name] = validation.NewError("wrong_type", "This is no place for a file.")
		case name == core.FieldNameId && !b.record.IsNew() && b.record.Id != b.before.Id:
			invalid[name] = validation.NewError("server_owned", "A record keeps its id.")
		case slices.Contains(readOnlyKeys, name) ||
			slices.Contains(c.GuestFields, name) && b.record.IsNew() && b.actor.Role == Guest:
		case c.SignIn.isSet() && slices.Contains(secrets, name):
			if !b.actor.Superuser && !slices.Contains(b.permitted, "password") {
				denied[name] = notAllowed(name)
			} else if tooLong(value) {
				invalid[name] = validation.NewError("too_long", longPassword)
			}
		case field == nil:
			invalid[name] = validation.NewError("unknown_field", "There is no field "+name+".")
		case b.typed && !fits(field, value):
			invalid[name] = validation.NewError("wrong_type", "This must be "+article(field)+".")
		case unread(field, value, b.record):
			invalid[name] = validation.NewError("invalid_date",
				`This must be an instant with its zone, such as "2030-01-31 09:00:00.000Z".`)
		case field.GetHidden() && !b.actor.Superuser:
			invalid[name] = validation.NewError("server_owned", "The hospital sets this itself.")
		case name == "version" && !b.record.IsNew() || b.same(field, value):
		case b.actor.Superuser && field.GetSystem():
		case slices.Contains(b.permitted, name):
		case c.serverOwned(name):
			invalid[name] = validation.NewError("server_owned", "The hospital sets this itself.")
		default:
			denied[name] = notAllowed(name)
		}
	}
	switch {
	case len(denied) > 0:
		return apis.NewApiError(http.StatusForbidden, "You may not write "+names(denied)+".", denied)
	case len(invalid) > 0:
		return apis.NewApiError(http.StatusBadRequest, "The request was refused because of "+names(invalid)+".", invalid)
	}
	return nil
}

func notAllowed(name string) error {
	return validation.NewError("not_allowed", "You may not write "+name+" here.")
}

func names(errs validation.Errors) string {
	return strings.Join(slices.Sorted(maps.Keys(errs)), ", ")
}

// serverOwned reports whether no role may write a field.
func (c Collection) serverOwned(name string) bool {
	for _, g := range c.Policy {
		if slices.Contains(g.CreateFields, name) || slices.Contains(g.UpdateFields, name) {
			return false
		}
	}
	return true
}

// same reports whether a sent value is the stored one, as when a client sends a whole
// record back. It is always false for fields that the caller may not read: otherwise the
// caller could guess the value.
func (b body) same(field core.Field, value any) bool {
	name := field.GetName()
	switch {
	case slices.Contains(b.unseen, name):
		return false
	case field.Type() == core.FieldTypeAutodate:
		return fmt.Sprint(value) == b.before.GetString(name)
	}
	return fmt.Sprint(b.record.Get(name)) == fmt.Sprint(b.before.Get(name))
}
