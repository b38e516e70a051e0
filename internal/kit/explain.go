package kit

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	validation "github.com/pocketbase/ozzo-validation/v4"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/router"
)

// unentitled refuses an action that the caller's role may do with no record: 401 for
// guests, 403 for others.
func unentitled(e *core.RequestEvent, actor Actor, verb string) error {
	if actor.Role == Guest { // also a caller whose token has expired
		return e.UnauthorizedError("Sign in to "+verb+".", nil)
	}
	return e.ForbiddenError("Your role may not "+verb+".", nil)
}

// explainCreate adds the reason to the refusal of a new record by an API rule.
// PocketBase answers 400 without one.
func (c Catalog) explainCreate(e *core.RequestEvent) error {
	err := c.decided(e, toCreate)
	var refused *router.ApiError
	declared, known := c.of(e)
	if !errors.As(err, &refused) || !known || refused.Status != http.StatusBadRequest || len(refused.Data) > 0 {
		return err
	}
	actor := ActorFor(e.App, e.Auth)
	scope := declared.Policy[actor.Role].Create
	if scope.empty() {
		return unentitled(e, actor, "create "+declared.Name)
	}
	if info, infoErr := e.RequestInfo(); infoErr == nil && declared.SignIn.isSet() && tooLong(info.Body["password"]) {
		return Invalid("password", "too_long", longPassword)
	}
	field, _, _ := strings.Cut(cmp.Or(scope.path, scope.about), ".")
	cause, ok := refused.RawData().(error)
	if !ok || field == "" || !strings.Contains(cause.Error(), createRuleFailed) {
		return err
	}
	return e.BadRequestError("The request was refused because of "+field+".", validation.Errors{
		field: validation.NewError("not_yours", "There is no such record, or it is not yours."),
	})
}

// explainUpdate answers 403 instead of PocketBase's 404 when the caller may read the record
// but not change it. Callers who may not read it still get 404.
func (c Catalog) explainUpdate(e *core.RequestEvent) error {
	err := c.decided(e, toUpdate)
	var refused *router.ApiError
	declared, known := c.of(e)
	if !errors.As(err, &refused) || !known || refused.Status != http.StatusNotFound {
		return err
	}
	record, findErr := e.App.FindRecordById(declared.Name, e.Request.PathValue("id"))
	info, infoErr := e.RequestInfo()
	if findErr != nil || infoErr != nil {
		return err
	}
	rule := declared.Policy.rule(reading, c.signIn())
	if visible, accessErr := e.App.CanAccessRecord(record, info, rule); accessErr != nil || !visible {
		return err
	}
	return unentitled(e, ActorFor(e.App, e.Auth), "change this record")
}
