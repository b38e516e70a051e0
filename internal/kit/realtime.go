package kit

import (
	"database/sql"
	"errors"
	"maps"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/search"
)

// CheckSubscriptionFilter applies the filter of a realtime subscription to a changed record as
// the list applies it, and takes the filter out of info, because PocketBase's own check
// matches no email address that is not public, not even for those who manage accounts.
func CheckSubscriptionFilter(app core.App, record *core.Record, info *core.RequestInfo) (matches bool, err error) {
	catalog, declared := app.Store().Get(catalogKey).(Catalog)
	filter := info.Query[search.FilterQueryParam]
	actor := ActorFor(app, info.Auth)
	if !declared || filter == "" || actor.Superuser ||
		strings.Contains(filter, "@collection.") || strings.Contains(filter, "@request.") {
		return true, nil // nothing to match, or left to PocketBase
	}
	view := callerView{App: app, catalog: catalog, actor: actor}
	collection, err := view.FindCachedCollectionByNameOrId(record.Collection().Name)
	if err != nil {
		return false, err
	}
	resolver := core.NewRecordFieldResolver(view, collection, info, false)
	condition, err := search.FilterData(filter).BuildExpr(resolver)
	if err != nil {
		return false, err
	}
	var found int
	query := app.ConcurrentDB().Select("(1)").From(collection.Name).
		AndWhere(dbx.HashExp{collection.Name + ".id": record.Id}).AndWhere(condition).Limit(1)
	if err := resolver.UpdateQuery(query); err != nil {
		return false, err
	}
	if err := query.Row(&found); errors.Is(err, sql.ErrNoRows) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	info.Query = maps.Clone(info.Query) // it belongs to the subscription
	delete(info.Query, search.FilterQueryParam)
	return true, nil
}
