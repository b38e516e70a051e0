package apidocs

import (
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"go.yaml.in/yaml/v3"

	"hospital/internal/kit"
)

// records makes the operations and schemas of the record API of one collection.
type records struct {
	naming
	access
	tag    string
	fields kit.Fields // including the fields that PocketBase adds to accounts
	guest  []guestField
	back   []string // back relations: appointments_via_patient
	target func(*core.RelationField) string

	actions []kit.Action // what can be done to a record: the rows of its lifecycle
}

// guestField is a field of another collection that a registration may contain.
type guestField struct {
	kit.Field
	of string // "a doctor"
}

// into adds the operations and schemas to a document.
func (r records) into(paths, schemas *yaml.Node) {
	if len(r.may(reading)) == 0 {
		return
	}
	list, one := object("get", r.list()), object("parameters", refs("parameters", "id"), "get", r.view())
	set(schemas, r.Schema, r.record())
	set(schemas, r.Schema+"List", r.page())
	if len(r.may(creating)) > 0 {
		set(list, "post", r.create())
		set(schemas, r.Schema+"Create", r.createBody())
	}
	if len(r.may(updating)) > 0 {
		set(one, "patch", r.update())
		set(schemas, r.Schema+"Update", r.updateBody())
	}
	set(paths, pathOf(r.Name), list)
	set(paths, pathOf(r.Name)+"/{id}", one)
}

func pathOf(collection string) string { return "/api/collections/" + collection + "/records" }

// operation returns the common part of all operations.
func (r records) operation(id, summary, description string, open bool, parameters ...string) *yaml.Node {
	o := object("operationId", id, "tags", list([]string{r.tag}), "summary", summary, "description", description)
	if open {
		set(o, "security", list([]*yaml.Node{inline(), inline("token", list([]string{}))}))
	}
	set(o, "parameters", refs("parameters", parameters...))
	return o
}

// forGuests reports whether an action needs no sign-in.
func (r records) forGuests(do action) bool { return slices.Contains(r.may(do), kit.Guest) }

func (r records) list() *yaml.Node {
	o := r.operation("list"+r.List, "List "+r.Many, r.who(reading), r.forGuests(reading),
		"page", "perPage", "sort", "filter", "expand", "fields", "skipTotal")
	answers := object("200", r.answer("A page of "+r.Many+"; empty where you may see none.", r.Schema+"List"),
		"400", ref("responses", "BadQuery"))
	if !r.forGuests(reading) {
		set(answers, "401", ref("responses", "NotSignedIn"))
	}
	set(answers, "403", ref("responses", "ForbiddenList"))
	set(o, "responses", answers)
	return o
}

func (r records) view() *yaml.Node {
	o := r.operation("view"+r.Schema, "View "+r.article(), "Whoever finds it in the list may view it.",
		r.forGuests(reading), "expand", "fields")
	set(o, "responses", object("200", r.answer(r.theOne(), r.Schema), "404", ref("responses", "NotFound")))
	return o
}

func (r records) create() *yaml.Node {
	o := r.operation("create"+r.Schema, "Create "+r.article(), r.permissions(creating), r.forGuests(creating),
		"expand", "fields")
	set(o, "requestBody", r.body(creating, r.Schema+"Create"))
	answers := object("200", r.answer(r.theOne(), r.Schema),
		"400", refusal("A field is missing or wrong.", r.invalid(creating, r.ofNew()...)))
	if !r.forGuests(creating) {
		set(answers, "401", ref("responses", "NotSignedIn"))
	}
	set(answers, "403", r.forbidden(creating, "Your role creates none"))
	set(answers, "413", ref("responses", "TooLarge"))
	set(o, "responses", answers)
	return o
}

func (r records) update() *yaml.Node {
	o := r.operation("update"+r.Schema, "Change "+r.article(), joined(r.lifecycle(), r.permissions(updating)), false,
		"expand", "fields")
	if r.hasStates() {
		set(o, "x-actions", r.table())
	}
	set(o, "requestBody", r.body(updating, r.Schema+"Update"))
	answers := object("200", r.answer(r.theOne(), r.Schema),
		"400", refusal("A field is wrong.", r.invalid(updating, r.ofChanged()...)))
	if r.forGuests(reading) { // otherwise guests get 404, which does not reveal that the record exists
		set(answers, "401", ref("responses", "NotSignedIn"))
	}
	if r.refusesReaders() || r.refusesFields(updating) {
		set(answers, "403", r.forbidden(updating, "Your role may not change it"))
	}
	set(answers, "404", ref("responses", "NotFound"))
	if conflict := r.conflict(); conflict != nil {
		set(answers, "409", conflict)
	}
	set(answers, "413", ref("responses", "TooLarge"))
	set(o, "responses", answers)
	return o
}

func (r records) theOne() string { return "The " + r.One + "." }

// permissions describes who may do an action, and with which fields.
func (r records) permissions(do action) string {
	var order []string
	for _, f := range r.fields {
		order = append(order, f.GetName())
	}
	return joined(r.who(do), r.sends(do, order))
}

// joined joins two paragraphs, either of which may be empty.
func joined(first, second string) string { return strings.Trim(first+"\n\n"+second, "\n") }

func (r records) answer(description, schema string) *yaml.Node {
	return object("description", description, "content", content("application/json", schema))
}

func content(kind, schema string) *yaml.Node {
	return object(kind, object("schema", ref("schemas", schema)))
}

// body returns the body of a request: a form if it has a file, or JSON.
func (r records) body(do action, schema string) *yaml.Node {
	kind := "application/json"
	for _, name := range r.sent(do) {
		if field := r.Field(name); field != nil && field.Type() == core.FieldTypeFile {
			kind = "multipart/form-data"
		}
	}
	return object("required", true, "content", content(kind, schema))
}
