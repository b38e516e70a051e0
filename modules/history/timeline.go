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

	"hospital/internal/kit"
)

// kind is a kind of entry. at is the column with the instant of an entry; an index on patient and
// that column finds the newest entries.
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

// earliest sorts before every instant and after the empty text, so that bills that are not issued
// are left out.
const earliest = "0"

// position is the sort key of an entry: newest first, then by kind and id.
type position struct{ at, kind, id string }

// compare is negative if p comes before other in the timeline.
func (p position) compare(other position) int {
	return cmp.Or(strings.Compare(other.at, p.at), strings.Compare(p.kind, other.kind), strings.Compare(p.id, other.id))
}

func (p position) cursor() string {
	text, _ := json.Marshal([]string{p.at, p.kind, p.id}) // strings always marshal
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseCursor(cursor string) (position, error) {
	var parts []string
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, &parts)
	}
	if err != nil || len(parts) != 3 {
		return position{}, errors.Join(err, errors.New("not a cursor"))
	}
	return position{parts[0], parts[1], parts[2]}, nil
}

// query is a request for a page of a patient's timeline.
type query struct {
	request *kit.Request
	kinds   []kind
	limit   int
	from    string   // the first instant; empty for any
	after   position // the last entry of the previous page
}

// spare is how many positions are read beyond the limit, because the caller may not see all.
const spare = 11

// page reads the timeline until it has as many visible entries as the limit.
func (q query) page() (page, error) {
	result, ctx := page{Entries: []Entry{}}, q.request.Request.Context()
	var last position
	for {
		found, err := q.nextPositions(q.limit + spare)
		if err != nil {
			return result, err
		}
		records, err := q.visible(found)
		if err != nil {
			return result, err
		}
		for _, p := range found {
			record, ok := records[p]
			if !ok {
				continue
			}
			if len(result.Entries) == q.limit {
				result.Cursor = last.cursor()
				return result, nil
			}
			result.Entries = append(result.Entries, Entry{p.kind, p.at, record})
			last = p
		}
		if len(found) < q.limit+spare || ctx.Err() != nil {
			return result, ctx.Err()
		}
		q.after = found[len(found)-1]
	}
}

// nextPositions returns the next positions of all kinds, visible or not. It reads indexes only.
func (q query) nextPositions(limit int) (positions []position, err error) {
	for _, k := range q.kinds {
		var rows []struct{ ID, At string }
		err := q.request.App.DB().Select("id", k.at+" AS at").From(k.collection).
			AndWhere(dbx.HashExp{"patient": q.request.Record.Id}).
			AndWhere(dbx.NewExp("[["+k.at+"]] <= {:at} AND [["+k.at+"]] >= {:from}",
				dbx.Params{"at": q.after.at, "from": cmp.Or(q.from, earliest)})).
			AndWhere(dbx.NewExp("([["+k.at+"]] < {:before} OR {:kind} > {:known} OR {:kind} = {:known} AND [[id]] > {:id})",
				dbx.Params{"before": q.after.at, "kind": k.name, "known": q.after.kind, "id": q.after.id})).
			OrderBy("[["+k.at+"]] DESC", "id").Limit(int64(limit)).All(&rows)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			positions = append(positions, position{row.At, k.name, row.ID})
		}
	}
	slices.SortFunc(positions, position.compare)
	return positions[:min(limit, len(positions))], nil
}

// visible reads the records of positions, without those that the caller cannot view.
func (q query) visible(positions []position) (map[position]*core.Record, error) {
	app, visible := q.request.App, map[position]*core.Record{}
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
		collection, err := app.FindCachedCollectionByNameOrId(k.collection)
		if err != nil {
			return nil, err
		}
		records := app.RecordQuery(collection).AndWhere(dbx.In(collection.Name+".id", ids...))
		if err := q.request.OnlyVisible(records, collection); err != nil {
			return nil, err
		}
		var found []*core.Record
		if err := records.All(&found); err != nil {
			return nil, err
		}
		for _, r := range found {
			visible[at[r.Id]] = r
		}
	}
	return visible, nil
}
