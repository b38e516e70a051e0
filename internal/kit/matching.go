package kit

import (
	"maps"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/tools/search"
)

// MayRead reports whether the role of the caller reads any record of a collection.
func (r *Request) MayRead(collection string) bool {
	declared, _ := r.App.Store().Get(catalogKey).(Catalog)
	return r.Caller.Superuser || !declared[collection].Policy[r.Caller.Role].Read.empty()
}

// Matching is an SQL query for the ids of the records of a collection that match a filter, of those that the caller may
// read, by the fields that the caller may see. It adds what the filter compares with to the parameters. A filter that
// PocketBase would refuse is refused with 400 invalid_filter.
func Matching(r *Request, collection, filter string, params dbx.Params) (sql string, err error) {
	invalid := Invalid("filter", "invalid_filter", "This is not a filter of "+collection+" that you may use.")
	if len(filter) > search.MaxFilterLength || strings.Contains(filter, "@collection.") ||
		strings.Contains(filter, "@request.") {
		return "", invalid
	}
	stored, err := r.App.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		return "", err
	}
	declared, _ := r.App.Store().Get(catalogKey).(Catalog)
	made := readsOf(r.App).of(declared, stored, r.Caller.Role)
	info, err := r.RequestInfo()
	if err != nil {
		return "", err
	}
	view := callerView{App: r.App, catalog: declared, actor: r.Caller, listed: stored.Name}
	query, err := made.query(view, info, clientQuery{filter: filter})
	if err != nil {
		return "", invalid
	}
	built := query.Select("[[" + stored.Name + ".id]]").Build()
	maps.Copy(params, built.Params())
	return built.SQL(), nil
}
