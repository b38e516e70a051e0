package kit

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// expansion is a relation that a client expands, and the JSON of the records it leads to.
type expansion struct {
	key    string // in the JSON
	index  int    // of the relation in the SELECT
	target *compiled
	found  map[string][]byte // by id
}

// expandedRows appends rows to the body, with the records that they expand to.
// Those are read for all rows at once. Only single relations to records that the role may read
// are known here.
func (a *answering) expandedRows(rows *sql.Rows) error {
	defer rows.Close()
	expansions, err := a.expansions()
	if err != nil {
		return err
	}
	type gap struct {
		at  int // in the body
		ids []string
	}
	var gaps []gap
	err = a.compiled.each(rows, func(values []sql.RawBytes) error {
		g := gap{ids: make([]string, len(expansions))}
		for i, e := range expansions {
			g.ids[i] = string(values[e.index])
		}
		err := a.row(values, &g.at)
		gaps = append(gaps, g)
		return err
	})
	if err != nil {
		return err
	}
	for i, e := range expansions {
		var ids []string
		for _, g := range gaps {
			ids = append(ids, g.ids[i])
		}
		slices.Sort(ids)
		if err := a.fetch(e, slices.Compact(ids)); err != nil {
			return err
		}
	}
	plain, body := slices.Clone(a.body), a.body[:0]
	from := 0
	for _, g := range gaps {
		body = append(append(body, plain[from:g.at]...), '{')
		empty := true
		for i, e := range expansions {
			found, ok := e.found[g.ids[i]]
			if !ok {
				continue
			}
			if !empty {
				body = append(body, ',')
			}
			body, empty = append(append(body, e.key...), found...), false
		}
		body, from = append(body, '}'), g.at
	}
	body = append(body, plain[from:]...)
	a.body = body
	return nil
}

// expansions are what the client expands, in the order of the JSON.
func (a *answering) expansions() (all []*expansion, err error) {
	for _, name := range a.client.expand {
		i := slices.IndexFunc(a.compiled.columns, func(c column) bool { return c.name == name })
		relation, ok := a.compiled.stored.Fields.GetByName(name).(*core.RelationField)
		if i < 0 || !ok || relation.IsMultiple() {
			return nil, errStandard
		}
		target, err := a.view.App.FindCachedCollectionByNameOrId(relation.CollectionId)
		if err != nil {
			return nil, err
		}
		made := a.reads.of(a.view.catalog, target, a.view.actor.Role)
		if !made.readable() {
			return nil, errStandard
		}
		column := a.compiled.columns[i]
		all = append(all, &expansion{key: column.key, index: column.index, target: made, found: map[string][]byte{}})
	}
	slices.SortFunc(all, func(a, b *expansion) int { return strings.Compare(a.key, b.key) })
	return slices.CompactFunc(all, func(a, b *expansion) bool { return a.key == b.key }), nil
}

// fetch reads the records that one relation leads to, as far as the caller may read them.
func (a *answering) fetch(e *expansion, ids []string) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	key, values := planKey{kind: idsPlan}, dbx.Params{"ids": string(list)}
	if e.target.rest != "" {
		key = planKey{}
	}
	rows, err := a.rowsOf(e.target, key, values, func() (*dbx.SelectQuery, error) {
		info, err := a.read.RequestInfo()
		if err != nil {
			return nil, err
		}
		q, err := e.target.query(a.view, withContext(info, core.RequestInfoContextExpand), clientQuery{byID: true})
		if err != nil {
			return nil, err
		}
		return q.AndWhere(dbx.NewExp("[["+e.target.stored.Name+".id]] IN (SELECT value FROM json_each({:ids}))",
			dbx.Params{"ids": string(list)})), nil
	})
	if err != nil {
		return err
	}
	return e.target.each(rows, func(values []sql.RawBytes) error {
		row := e.target.row(values)
		encoded, err := e.target.append(make([]byte, 0, e.target.size), values, nil)
		e.found[row.ID] = encoded
		a.read.Expanded = append(a.read.Expanded, row)
		return err
	})
}

func withContext(info *core.RequestInfo, context string) *core.RequestInfo {
	other := *info
	other.Context = context
	return &other
}
