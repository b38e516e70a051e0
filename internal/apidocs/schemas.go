package apidocs

import (
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"go.yaml.in/yaml/v3"

	"hospital/internal/kit"
)

// accountFields are the fields that PocketBase adds to the collection that people sign in
// with. Email addresses are sent to their owner and to the managers of the accounts.
var accountFields = kit.Fields{
	kit.Email("email").Required().Help("The address to sign in with. Shown to the owner of the account and to admins."),
	kit.Bool("emailVisibility").Help("Always false: addresses are not shown to others."),
	kit.Bool("verified").Help("Whether the address was confirmed."),
}

// record returns the schema of a record in an answer.
func (r records) record() *yaml.Node {
	required := []string{"id", "collectionId", "collectionName", "created", "updated"}
	properties := object("id", ref("schemas", "RecordId"),
		"collectionId", inline("type", "string", "description", "The same on every machine."),
		"collectionName", inline("type", "string", "enum", list([]string{r.Name})))
	for _, f := range r.fields {
		name := f.GetName()
		set(properties, name, r.property(f, false))
		if r.always(name) && !(r.SignIn.RoleField != "" && name == core.FieldNameEmail) {
			required = append(required, name)
		}
	}
	set(properties, "created", ref("schemas", "Instant"))
	set(properties, "updated", ref("schemas", "Instant"))
	set(properties, "expand", inline("type", "object", "additionalProperties", true, "description", r.expand()))
	return object("type", "object", "description", joined(r.Description, r.shown()), "required", list(required),
		"properties", properties)
}

func (r records) expand() string {
	var own []string
	for _, f := range r.fields {
		if f.Type() == core.FieldTypeRelation {
			own = append(own, f.GetName())
		}
	}
	names := slices.Concat(own, r.back)
	if len(names) == 0 {
		return "Nothing leads from here."
	}
	return quoted(names) + ", as far as you may see them."
}

// page returns the schema of a list.
func (r records) page() *yaml.Node {
	items := object("type", "object", "required", list([]string{"items"}),
		"properties", object("items", inline("type", "array", "items", ref("schemas", r.Schema))))
	return object("allOf", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{ref("schemas", "ListPage"), items}})
}

// createBody returns the schema of a request to create a record.
func (r records) createBody() *yaml.Node {
	var required []string
	properties := object("id", ref("schemas", "ChosenId"))
	for _, f := range r.sendable(creating) {
		set(properties, f.GetName(), r.property(f, true))
		if f.IsRequired() {
			required = append(required, f.GetName())
		}
	}
	if r.signsIn() {
		required = append(required, "password", "passwordConfirm")
		r.password(properties)
		for _, f := range r.guest {
			schema := r.property(f.Field, true)
			set(schema, "description", text(strings.TrimSpace("Of "+f.of+". "+f.HelpText())))
			set(properties, f.GetName(), schema)
		}
	}
	return object("type", "object", "additionalProperties", false, "required", unlessEmpty(required),
		"properties", properties)
}

// updateBody returns the schema of a request to change a record.
func (r records) updateBody() *yaml.Node {
	properties := object()
	for _, f := range r.fields {
		if name := f.GetName(); slices.Contains(r.sent(updating), name) || name == "version" {
			set(properties, name, r.property(f, true))
		}
	}
	if r.signsIn() {
		r.password(properties)
		set(properties, "oldPassword", inline("type", "string", "description", "The password until now."))
	}
	return object("type", "object", "additionalProperties", false, "minProperties", 1,
		"properties", properties)
}

func (r records) signsIn() bool { return r.SignIn.RoleField != "" }

// password adds the password fields. 71 characters is PocketBase's maximum.
func (r records) password(properties *yaml.Node) {
	set(properties, "password", inline("type", "string", "minLength", r.SignIn.MinPassword, "maxLength", 71))
	set(properties, "passwordConfirm", inline("type", "string", "description", "The same again."))
}

// sendable returns the fields that any role may send, in the order of their declaration.
func (r records) sendable(do action) (fields kit.Fields) {
	sent := r.sent(do)
	for _, f := range r.fields {
		if slices.Contains(sent, f.GetName()) {
			fields = append(fields, f)
		}
	}
	return fields
}

func unlessEmpty(names []string) *yaml.Node {
	if len(names) == 0 {
		return nil
	}
	return list(names)
}
