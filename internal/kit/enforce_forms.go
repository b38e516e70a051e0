package kit

import (
	"errors"
	"net/url"
	"strings"

	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/router"
)

// queryOfWrite are the query parameters of a request to create or update a record.
var queryOfWrite = []string{"expand", "fields"}

// separateQuery keeps query parameters out of the body. PocketBase reads forms from
// Request.Form, to which net/http adds the query: ?status=approved would be written, and
// ?fields=id refused as an unknown field.
func separateQuery(app core.App) {
	const id = "kitSeparateQuery"
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: id, Func: func(se *core.ServeEvent) error {
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: id, Priority: orderForms,
			Func: func(e *core.RequestEvent) error {
				if err := formWithoutQuery(e); err != nil {
					return err
				}
				return e.Next()
			}})
		return se.Next()
	}})
	// Middlewares do not run for the requests inside a batch, and PocketBase passes each
	// body on as a form.
	app.OnBatchRequest().Bind(&hook.Handler[*core.BatchRequestEvent]{Id: id, Func: func(e *core.BatchRequestEvent) error {
		for _, request := range e.Batch {
			path, query, _ := strings.Cut(request.URL, "?")
			request.URL = path + onlyQueryOfWrite(query)
		}
		return e.Next()
	}})
}

// formWithoutQuery sets Request.Form to the form without the query.
func formWithoutQuery(e *core.RequestEvent) error {
	urlencoded, multipart := formOf(e)
	if urlencoded || multipart {
		e.Request.Form = url.Values{} // net/http adds the query only where this is nil
	}
	if !urlencoded { // PocketBase adds the parts later
		return nil
	}
	if err := e.Request.ParseForm(); err != nil {
		var refused *router.ApiError
		if errors.As(err, &refused) { // too large
			return refused
		}
		return apis.NewBadRequestError("The body could not be read.", err)
	}
	e.Request.Form = e.Request.PostForm
	return nil
}

// formOf reports which of the two form encodings the body has, by the same test as
// PocketBase's.
func formOf(e *core.RequestEvent) (urlencoded, multipart bool) {
	contentType := e.Request.Header.Get("Content-Type")
	return strings.HasPrefix(contentType, "application/x-www-form-urlencoded"),
		strings.HasPrefix(contentType, "multipart/form-data")
}

// onlyQueryOfWrite returns the parameters of queryOfWrite in a query, after a question
// mark, or an empty string.
func onlyQueryOfWrite(query string) string {
	sent, _ := url.ParseQuery(query) // drops invalid parameters, as net/http does
	kept := url.Values{}
	for _, key := range queryOfWrite {
		if values, ok := sent[key]; ok {
			kept[key] = values
		}
	}
	if len(kept) == 0 {
		return ""
	}
	return "?" + kept.Encode()
}

// sentBody is the body of a request as it was sent.
func sentBody(e *core.RequestEvent) (map[string]any, error) {
	sent := map[string]any{}
	if err := e.BindBody(&sent); err != nil {
		return nil, err
	}
	if urlencoded, multipart := formOf(e); !urlencoded && !multipart {
		return sent, nil
	}
	form := map[string]any{} // without the query, which requests in a batch have in Form
	return form, router.UnmarshalRequestData(e.Request.PostForm, &form, "", "")
}
