package kit

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// compiled is how a role reads a collection. It is made once from the declaration and the
// stored schema, and answers like PocketBase's handlers, without a core.Record of each row.
type compiled struct {
	stored   *core.Collection // the schema that it was made from
	seen     *core.Collection // what callerView shows of it
	declared Collection
	grant    Grant

	linked   bool     // rows have a link
	selected string   // the columns, as the SELECT has them: first the id and the link
	columns  []column // in the order of the JSON
	rest     string   // what of the rule is not in the SQL of the scope: a PocketBase filter
	width    int      // number of columns in the SELECT
	size     int      // usual bytes of a row
	plans    plans
}

type compiledKey struct {
	collection string
	role       Role
}

// The columns that every SELECT starts with.
const (
	idColumn = iota
	linkColumn
)

// of returns how a role reads a collection. It is nil if PocketBase's handlers have to answer:
// accounts have email addresses that not everybody sees.
func (r *reads) of(c Catalog, stored *core.Collection, role Role) *compiled {
	key := compiledKey{stored.Name, role}
	if made, ok := r.compiled.Load(key); ok && made.(*compiled).stored == stored {
		return made.(*compiled)
	}
	declared, ok := c[stored.Name]
	if !ok {
		return nil
	}
	made := &compiled{stored: stored, declared: declared, grant: declared.Policy[role]}
	made.seen = c.seen(stored, role)
	made.rest = made.grant.Read.rest()
	made.compile(declared.unseen(role), r.links(stored.Name))
	r.compiled.Store(key, made)
	return made
}

// readable reports whether compiled reads can answer for the rows. Rows with members are not all stored
// in the table.
func (c *compiled) readable() bool {
	return c != nil && c.stored.Type == core.CollectionTypeBase && !c.grant.Read.empty() &&
		!c.declared.Members.declared()
}

func (c *compiled) compile(unseen []string, link string) {
	table := "`" + c.stored.Name + "`."
	if c.linked = link != ""; !c.linked {
		link = core.FieldNameId
	}
	// dbx leaves a column alone that contains [[, and quotes what is within.
	selected := []string{"[[" + c.stored.Name + ".id]]", table + "`" + link + "`"}
	blank := core.NewRecord(c.stored)
	for _, f := range c.stored.Fields {
		name := f.GetName()
		if f.GetHidden() || slices.Contains(unseen, name) {
			continue
		}
		c.columns = append(c.columns, column{name: name, encode: encoderOf(f, blank), index: len(selected)})
		selected = append(selected, table+"`"+name+"`")
	}
	for name, value := range map[string]string{
		core.FieldNameCollectionId: c.stored.Id, core.FieldNameCollectionName: c.stored.Name,
	} {
		c.columns = append(c.columns, column{name: name, constant: strconv.Quote(value)})
	}
	c.columns = append(c.columns, column{name: core.FieldNameExpand})
	c.width = len(selected)
	slices.SortFunc(c.columns, func(a, b column) int { return strings.Compare(a.name, b.name) })
	for i := range c.columns {
		c.columns[i].key = strconv.Quote(c.columns[i].name) + ":"
		c.size += 2*len(c.columns[i].name) + 20
	}
	c.selected = strings.Join(selected, ", ")
}
