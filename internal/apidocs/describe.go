package apidocs

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"go.yaml.in/yaml/v3"

	"hospital/internal/kit"
)

// describer makes the part of a module: the paths and schemas that it generates from the
// declarations, merged with the module's openapi.yaml.
type describer struct {
	modules []kit.Module
	catalog kit.Catalog
	scopes  map[string]string // the texts for the scopes of policies
	names   map[string]string // cache: collection id -> name
}

// join adds the part of a module to the whole document.
func (d describer) join(whole *yaml.Node, m kit.Module, written *yaml.Node) error {
	paths, schemas, err := d.make(m, written)
	if err != nil {
		return err
	}
	components := entry(written, "components")
	if err := overlayNamed(entry(written, "paths"), paths, overlayItem); err != nil {
		return err
	}
	if err := overlayNamed(entry(components, "schemas"), schemas, overlaySchema); err != nil {
		return err
	}
	err = each(find(written, "paths"), func(path string, _ *yaml.Node) error {
		if strings.HasPrefix(path, "/api/collections/") && strings.Contains(path, "/records") {
			return fmt.Errorf("%s: no role may do this", path)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := graft(whole, object("paths", paths, "components", object("schemas", schemas))); err != nil {
		return err
	}
	return graft(whole, written)
}

// make generates the paths and schemas of a module from its declarations. It removes the
// keys tag and collections, which contain names, from written.
func (d describer) make(m kit.Module, written *yaml.Node) (paths, schemas *yaml.Node, err error) {
	tag, names := m.Name, map[string]naming{}
	if own := take(written, "tag"); own != nil {
		tag = own.Value
	}
	if err := decode(take(written, "collections"), &names); err != nil {
		return nil, nil, err
	}
	paths, schemas = object(), object()
	for _, c := range m.Collections {
		r, err := d.records(c, names[c.Name].named(c.Name), tag)
		if err != nil {
			return nil, nil, err
		}
		for _, l := range m.Lifecycles {
			if l.Collection == c.Name {
				r.actions = l.Actions(c.Policy, r.roles[1:])
			}
		}
		delete(names, c.Name)
		r.into(paths, schemas)
	}
	for name := range names {
		return nil, nil, fmt.Errorf("there is no collection %s", name)
	}
	return paths, schemas, nil
}

// records returns the description of one collection.
func (d describer) records(c kit.Collection, n naming, tag string) (records, error) {
	r := records{naming: n, tag: tag, target: d.target, access: access{c, d.roles(), d.scopes}}
	for _, role := range r.roles {
		for _, do := range []action{reading, creating, updating} {
			if scope := do.scope(c.Policy[role]).Name; scope != "" && d.scopes[scope] == "" {
				return r, fmt.Errorf("the scope %s of %s is not among x-scopes", scope, c.Name)
			}
		}
	}
	r.back = d.backRelations(r)
	if r.signsIn() {
		r.fields, r.guest = slices.Clone(accountFields), d.profile(c)
	}
	for _, f := range c.Fields {
		if r.visible(f.GetName()) {
			r.fields = append(r.fields, f)
		}
	}
	return r, nil
}

// roles returns guests and all roles of accounts.
func (d describer) roles() []kit.Role {
	for _, c := range d.catalog {
		if c.SignIn.RoleField != "" {
			return append([]kit.Role{kit.Guest}, c.SignIn.Roles...)
		}
	}
	return []kit.Role{kit.Guest}
}

func decode(n *yaml.Node, into any) error {
	if n == nil {
		return nil
	}
	text, err := yaml.Marshal(n)
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	return decoder.Decode(into)
}

// backRelations returns the back relations of a collection. Almost all collections point to
// accounts, so for accounts it returns only those through a field named user.
func (d describer) backRelations(to records) (names []string) {
	for _, m := range d.modules {
		for _, c := range m.Collections {
			for _, f := range c.Fields {
				relation, ok := f.Field.(*core.RelationField)
				from := access{Collection: c, roles: to.roles}
				switch {
				case !ok || d.target(relation) != to.Name || len(from.may(reading)) == 0:
				case to.signsIn() && f.GetName() != "user":
				default:
					names = append(names, c.Name+"_via_"+f.GetName())
				}
			}
		}
	}
	return names
}

// target returns the collection that a relation points to.
func (d describer) target(relation *core.RelationField) string {
	name, known := d.names[relation.CollectionId]
	if !known {
		name = d.catalog.NameOf(relation.CollectionId)
		d.names[relation.CollectionId] = name
	}
	return name
}

// profile returns the fields that a registration may contain in addition to the account.
// Their schemas come from the first collection that has the field and belongs to an account.
func (d describer) profile(accounts kit.Collection) (fields []guestField) {
	for _, name := range accounts.GuestFields {
		for _, m := range d.modules {
			if f, ok := d.owned(accounts, m, name); ok {
				fields = append(fields, f)
				break
			}
		}
	}
	return fields
}

// owned finds a field in the collections of a module whose records belong to an account that
// a client can set.
func (d describer) owned(accounts kit.Collection, m kit.Module, name string) (guestField, bool) {
	for _, c := range m.Collections {
		owner, ok := c.Field("user").(*core.RelationField)
		of := access{Collection: c, roles: d.roles()}
		if !ok || d.target(owner) != accounts.Name || !slices.Contains(of.sent(creating), "user") {
			continue
		}
		for _, f := range c.Fields {
			if f.GetName() == name {
				return guestField{f, naming{}.named(c.Name).article()}, true
			}
		}
	}
	return guestField{}, false
}
