package history

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"
)

// kind is one kind of entries: the collection they are in, and the column that says
// when. An index by patient and that column leads to the newest.
type kind struct {
	name, collection, at string
	expand               []string
}

var kinds = []kind{
	{"visit", "appointments", "starts", nil},
	{"encounter", "encounters", "created", nil},
	{"vitals", "vitals", "taken_at", nil},
	{"condition", "conditions", "created", nil},
	{"allergy", "allergies", "created", nil},
	{"prescription", "prescriptions", "created", []string{"prescription_items_via_prescription"}},
	{"document", "documents", "created", nil},
	{"bill", "bills", "issued_at", nil},
}

// ever is before all moments, and after none at all: a bill that is not issued is
// not in the timeline.
const ever = "0"

// position is a place in the timeline. It goes from the newest to the oldest; of
// one moment, by kind and id.
type position struct{ at, kind, id string }

// older says that a position comes after another one on the way down.
func (p position) older(other position) int {
	return cmp.Or(strings.Compare(other.at, p.at), strings.Compare(p.kind, other.kind), strings.Compare(p.id, other.id))
}

func (p position) cursor() string {
	text, _ := json.Marshal([]string{p.at, p.kind, p.id}) // text always can be
	return base64.RawURLEncoding.EncodeToString(text)
}

func positionOf(cursor string) (position, error) {
	var parts []string
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, &parts)
	}
	if err != nil || len(parts) != 3 {
		return position{}, errors.Join(err, errors.New("this is no cursor"))
	}
	return position{parts[0], parts[1], parts[2]}, nil
}

// question is what somebody asks of a patient's timeline.
type question struct {
	app       core.App
	superuser bool
	patient   string
	kinds     []kind
	from      string   // the earliest moment; empty for any
	after     position // the last entry that is known already
}

// spare is how many entries are looked at beyond those that were asked for, in case
// that some are not for the caller.
const spare = 11

// page goes down the timeline until it has as many entries as were asked for that
// the caller may see.
func (q question) page(e *core.RequestEvent, info *core.RequestInfo, limit int) (page, error) {
	answer := page{Entries: []Entry{}}
	var last position
	for {
		found, err := q.next(limit + spare)
		if err != nil {
			return answer, err
		}
		entries, err := q.visible(info, found)
		if err != nil {
			return answer, err
		}
		for _, p := range found {
			record, ok := entries[p]
			if !ok {
				continue
			}
			if len(answer.Entries) == limit {
				answer.Cursor = last.cursor()
				return answer, nil
			}
			answer.Entries = append(answer.Entries, Entry{p.kind, p.at, record})
			last = p
		}
		if len(found) < limit+spare || e.Request.Context().Err() != nil {
			return answer, e.Request.Context().Err()
		}
		q.after = found[len(found)-1]
	}
}

// next are the following positions of all kinds, seen or unseen. The index gives
// them without a look at the rows.
func (q question) next(most int) (positions []position, err error) {
	for _, k := range q.kinds {
		var rows []struct{ ID, At string }
		query := q.app.DB().Select("id", k.at+" AS at").From(k.collection).
			AndWhere(dbx.HashExp{"patient": q.patient}).
			AndWhere(dbx.NewExp("[["+k.at+"]] <= {:at} AND [["+k.at+"]] >= {:from}", dbx.Params{"at": q.after.at, "from": cmp.Or(q.from, ever)})).
			AndWhere(dbx.NewExp("([["+k.at+"]] < {:before} OR {:kind} > {:known} OR {:kind} = {:known} AND [[id]] > {:id})",
				dbx.Params{"before": q.after.at, "kind": k.name, "known": q.after.kind, "id": q.after.id})).
			OrderBy("[["+k.at+"]] DESC", "id").Limit(int64(most))
		if err := query.All(&rows); err != nil {
			return nil, err
		}
		for _, row := range rows {
			positions = append(positions, position{row.At, k.name, row.ID})
		}
	}
	slices.SortFunc(positions, position.older)
	return positions[:min(most, len(positions))], nil
}

// visible reads those of some entries that the caller may read, by the same rules
// as everywhere.
func (q question) visible(info *core.RequestInfo, positions []position) (map[position]*core.Record, error) {
	seen := map[position]*core.Record{}
	for _, k := range q.kinds {
		ids, at := []any{}, map[string]position{}
		for _, p := range positions {
			if p.kind == k.name {
				ids = append(ids, p.id)
				at[p.id] = p
			}
		}
		if len(ids) == 0 {
			continue
		}
		collection, err := q.app.FindCachedCollectionByNameOrId(k.collection)
		if err != nil {
			return nil, err
		}
		query := q.app.RecordQuery(collection).AndWhere(dbx.In(collection.Name+".id", ids...))
		if !q.superuser {
			resolver := core.NewRecordFieldResolver(q.app, collection, info, true)
			rule, err := search.FilterData(*collection.ViewRule).BuildExpr(resolver)
			if err != nil {
				return nil, err
			}
			query.AndWhere(rule)
			if err := resolver.UpdateQuery(query); err != nil {
				return nil, err
			}
		}
		var records []*core.Record
		if err := query.All(&records); err != nil {
			return nil, err
		}
		for _, r := range records {
			seen[at[r.Id]] = r
		}
	}
	return seen, nil
}
