package audit

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"hospital/internal/kit"
	"hospital/internal/role"
)

// searching is the action of asking which records have a value. The answer tells something
// about people even if it shows none of their records.
const searching = "search"

// maxMatched is the largest number of patients that an entry of a search names.
const maxMatched = 100

// found is what a search found. The patients of rows are looked up when the entry is written.
type found struct {
	patients []string
	rows     []kit.Row
}

// logSearch logs a list that is narrowed or sorted by fields of patients, and one that is narrowed
// by anything and shows only how many records match.
func (b *buffer) logSearch(e kit.Read) {
	actor := kit.Caller(e.RequestEvent)
	if actor.Role == role.Patient || actor.Role == kit.Guest || isLog(e.Collection.Name) { // logUse has the fields
		return
	}
	query := e.Request.URL.Query()
	filter := query.Get(search.FilterQueryParam)
	about := b.questions(e.Collection, filter, query.Get(search.SortQueryParam))
	asked := slices.DeleteFunc(slices.Clone(about), func(q question) bool { return b.isRoutine(q) })
	if len(asked) == 0 && filter != "" && len(e.Rows) == 0 && e.Page.TotalItems > 0 {
		asked = about // the page is empty, and its total is the answer
	}
	if len(asked) == 0 {
		return
	}
	matched := e.Page.TotalItems
	complete := e.Page.Page == 1 && (matched == len(e.Rows) || matched < 0 && len(e.Rows) < e.Page.PerPage)
	if complete {
		matched = len(e.Rows)
	}
	result := found{rows: ofPatients(e.Rows)}
	if !leadsToPatient(b.app, e.Collection.Name) || filter != "" && !complete {
		result = found{patients: b.matched(e, filter, asked)}
	}
	count := strconv.Itoa(matched)
	if matched < 0 {
		count = "" // the client did not ask for the total
	}
	b.push(pending{entry: searchEntry(actor, e.Collection.Name, count, asked), found: &result, adds: true})
}

func searchEntry(actor kit.Actor, collection, matched string, asked []question) Entry {
	var paths []string
	for _, q := range asked {
		if !slices.Contains(paths, q.path) {
			paths = append(paths, q.path)
		}
	}
	slices.Sort(paths)
	changes := map[string][2]string{"fields": {"", strings.Join(paths, ", ")}}
	if matched != "" {
		changes["matched"] = [2]string{"", matched}
	}
	return Entry{Actor: actor, Action: searching, Collection: collection, Outcome: Done, Changes: changes}
}

// searchEntry adds the patients that a search matched to its entry. A patient who is the only one reads it in
// their access log.
func (p pending) searchEntry(of owners) Entry {
	patients := slices.Clone(p.found.patients)
	for _, r := range p.found.rows {
		patients = append(patients, of.patient(r))
	}
	slices.Sort(patients)
	patients = slices.DeleteFunc(slices.Compact(patients), func(id string) bool { return id == "" })
	e := p.entry
	switch {
	case len(patients) == 0:
		return e
	case len(patients) == 1:
		e.Patient = patients[0]
	}
	listed := strings.Join(patients[:min(len(patients), maxMatched)], ", ")
	if len(patients) > maxMatched {
		listed += ", and others"
	}
	e.Changes = maps.Clone(e.Changes)
	e.Changes["patients"] = [2]string{"", listed}
	return e
}

// logTopics logs the filters of realtime subscriptions that ask about fields of patients. The
// records that arrive are logged when they do.
func (b *buffer) logTopics(e *core.RealtimeSubscribeRequestEvent) {
	actor := kit.Caller(e.RequestEvent)
	if actor.Role == role.Patient || actor.Role == kit.Guest {
		return
	}
	parsed := subscriptions.NewDefaultClient() // parses the topics as PocketBase's broker does
	parsed.Subscribe(e.Subscriptions...)
	asked := map[string][]question{} // by collection: a subscription has many topics and few entries
	for topic, options := range parsed.Subscriptions() {
		name := topic[:strings.IndexAny(topic+"?", "/?")]
		collection, err := e.App.FindCachedCollectionByNameOrId(name)
		if err != nil {
			continue
		}
		about := slices.DeleteFunc(b.questions(collection, options.Query[search.FilterQueryParam], ""), b.isRoutine)
		if len(about) > 0 {
			asked[collection.Name] = append(asked[collection.Name], about...)
		}
	}
	for collection, about := range asked {
		b.enqueue(searchEntry(actor, collection, "", about))
	}
}

// matched returns the patients whose fields a filter matches, as far as the caller may list the
// records. It repeats the query of PocketBase's list.
func (b *buffer) matched(e kit.Read, filter string, asked []question) (patients []string) {
	var paths []string
	for _, q := range asked {
		if slices.Contains(paths, q.to) {
			continue
		}
		paths = append(paths, q.to)
		ids, err := matchedBy(e, filter, q.to)
		if err != nil { // the entry has the fields
			b.app.Logger().Error("audit: cannot find out whom a search matched", "collection", e.Collection.Name, "error", err)
		}
		patients = append(patients, ids...)
	}
	return patients
}

func matchedBy(e kit.Read, filter, path string) (ids []string, err error) {
	info, err := e.RequestInfo()
	if err != nil {
		return nil, err
	}
	query := e.App.RecordQuery(e.Collection)
	resolver := core.NewRecordFieldResolver(e.App, e.Collection, info, true)
	restrict := func(by string) error {
		expr, err := search.FilterData(by).BuildExpr(resolver)
		if err == nil {
			query.AndWhere(expr)
		}
		return err
	}
	if rule := e.Collection.ListRule; !info.HasSuperuserAuth() && rule != nil && *rule != "" {
		if err := restrict(*rule); err != nil {
			return nil, err
		}
	}
	patient, err := resolver.Resolve(path) // the path may lead through collections that the caller does not list
	if err != nil {
		return nil, err
	}
	resolver.SetAllowHiddenFields(info.HasSuperuserAuth())
	if filter != "" {
		if err := restrict(filter); err != nil {
			return nil, err
		}
	}
	if err := resolver.UpdateQuery(query); err != nil {
		return nil, err
	}
	err = query.Select(patient.Identifier).Distinct(true).OrderBy().Limit(maxMatched + 1).Column(&ids)
	return ids, err
}
