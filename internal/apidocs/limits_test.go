package apidocs_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pocketbase/pocketbase/tools/subscriptions"

	"hospital/internal/hospitaltest"
)

// TestDocumentedLimitsAreEnforced sends values at the limit and above it for everything that
// is not a field of a record. TestSchemasMatchTheDeclarations checks fields.
func TestDocumentedLimitsAreEnforced(t *testing.T) {
	t.Parallel()
	letters := func(n uint64) string { return strings.Repeat("a", int(n)) }
	address := func(n uint64) string { return letters(n-uint64(len("@example.org"))) + "@example.org" }
	length := func(s *openapi3.Schema) uint64 { return *s.MaxLength }
	items := func(s *openapi3.Schema) uint64 { return *s.MaxItems }
	// tooLong reports whether an endpoint of the accounts refuses a field because of its length.
	tooLong := func(as, endpoint, field string, value func(uint64) string,
		more hospitaltest.Body) func(*hospitaltest.Hospital, uint64) bool {
		return func(h *hospitaltest.Hospital, n uint64) bool {
			sent := hospitaltest.Body{field: value(n)}
			for name, v := range more {
				sent[name] = v
			}
			code := users(h.As(as).SkipContract(), endpoint, sent).Code(field)
			return code == "validation_length_out_of_range" || code == "validation_is_email"
		}
	}
	for name, c := range map[string]struct {
		operation string
		path      []string // properties that lead to the limited one
		limit     func(*openapi3.Schema) uint64
		refuses   func(h *hospitaltest.Hospital, n uint64) bool
	}{
		"identity": {"signIn", []string{"identity"}, length, tooLong("guest", "auth-with-password", "identity", letters,
			hospitaltest.Body{"password": "x"})},
		"password": {"signIn", []string{"password"}, length, tooLong("guest", "auth-with-password", "password", letters,
			hospitaltest.Body{"identity": "x"})},
		"new password": {"confirmPasswordReset", []string{"password"}, length, resets},
		"password again": {"confirmEmailChange", []string{"password"}, length,
			tooLong("guest", "confirm-email-change", "password", letters, hospitaltest.Body{"token": "x"})},
		"new address": {"requestEmailChange", []string{"newEmail"}, length,
			tooLong("patient1", "request-email-change", "newEmail", address, nil)},
		"forgotten": {"requestPasswordReset", []string{"email"}, length,
			tooLong("guest", "request-password-reset", "email", address, nil)},
		"unconfirmed": {"requestVerification", []string{"email"}, length, tooLong("guest", "request-verification", "email",
			address, nil)},
		"requests": {"batch", []string{"requests"}, items, batches},
		"topics": {"subscribe", []string{"subscriptions"}, items,
			subscribes("subscriptions", func(n uint64) hospitaltest.Body {
				return hospitaltest.Body{"clientId": "x", "subscriptions": topics(n, "a")}
			})},
		"length of topics": {"subscribe", []string{"subscriptions", "[]"}, length,
			subscribes("subscriptions", func(n uint64) hospitaltest.Body {
				return hospitaltest.Body{"clientId": "x", "subscriptions": topics(1, letters(n))}
			})},
		"client": {"subscribe", []string{"clientId"}, length, subscribes("clientId", func(n uint64) hospitaltest.Body {
			return hospitaltest.Body{"clientId": letters(n), "subscriptions": []string{}}
		})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := hospitaltest.New(t)
			limit := c.limit(property(t, c.operation, c.path))
			if c.refuses(h, limit) {
				t.Errorf("%d is refused, but documented as allowed", limit)
			}
			if !c.refuses(h, limit+1) {
				t.Errorf("%d is accepted, one more than documented", limit+1)
			}
		})
	}
}

func TestLimitsOfLists(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	doc := document(t)
	longest := *doc.Components.Parameters["filter"].Value.Schema.Value.MaxLength
	for n, status := range map[uint64]int{longest: http.StatusOK, longest + 1: http.StatusBadRequest} {
		filter := `id != "` + strings.Repeat("a", int(n)-len(`id != ""`)) + `"`
		if answer := h.As("admin1").SkipContract().Do(http.MethodGet,
			"/api/collections/users/records?filter="+url.QueryEscape(filter), nil); answer.Status != status {
			t.Errorf("a filter of %d characters answered %d", n, answer.Status)
		}
	}
	most := int64(*doc.Components.Schemas["ListPage"].Value.Properties["perPage"].Value.Max) // what was asked for, cut
	if got := h.As("admin1").SkipContract().Do(http.MethodGet, "/api/collections/users/records?perPage=999999",
		nil).OK(t).Int("perPage"); got != most {
		t.Errorf("a page has at most %d, documented are %d", got, most)
	}
}

// property returns the schema of a property of a request.
func property(t *testing.T, operation string, path []string) *openapi3.Schema {
	t.Helper()
	for _, item := range document(t).Paths.Map() {
		for _, o := range item.Operations() {
			if o.OperationID != operation {
				continue
			}
			schema := o.RequestBody.Value.Content["application/json"].Schema.Value
			for _, name := range path {
				if name == "[]" {
					schema = schema.Items.Value
					continue
				}
				schema = schema.Properties[name].Value
			}
			return schema
		}
	}
	t.Fatalf("there is no operation %s", operation)
	return nil
}

func resets(h *hospitaltest.Hospital, n uint64) bool {
	token, err := h.Record("users", hospitaltest.ID("patient1")).NewPasswordResetToken()
	if err != nil {
		h.T.Fatal(err)
	}
	password := strings.Repeat("seven wild geese cross a copper bridge. ", 3)[:n]
	return users(h.As("guest").SkipContract(), "confirm-password-reset",
		hospitaltest.Body{"token": token, "password": password, "passwordConfirm": password}).Status == http.StatusBadRequest
}

func batches(h *hospitaltest.Hospital, n uint64) bool {
	requests := make([]any, n)
	for i := range requests {
		requests[i] = hospitaltest.Body{"method": "PATCH",
			"url": "/api/collections/patients/records/" + hospitaltest.ID("pat1"), "body": hospitaltest.Body{"phone": "1"}}
	}
	return h.As("patient1").SkipContract().Do(http.MethodPost, "/api/batch",
		hospitaltest.Body{"requests": requests}).Status == http.StatusBadRequest
}

func topics(n uint64, topic string) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = topic
	}
	return all
}

// subscribes reports whether a subscription is refused because of a field.
func subscribes(field string, sent func(n uint64) hospitaltest.Body) func(*hospitaltest.Hospital, uint64) bool {
	return func(h *hospitaltest.Hospital, n uint64) bool {
		stream := subscriptions.NewDefaultClient() // the sent client is "x" where only topics are tried
		h.App.SubscriptionsBroker().Register(stream)
		form := sent(n)
		if form["clientId"] == "x" {
			form["clientId"] = stream.Id()
		}
		answer := h.As("patient1").SkipContract().Do(http.MethodPost, "/api/realtime", form)
		data, _ := answer.JSON["data"].(map[string]any)
		_, refused := data[field]
		return answer.Status == http.StatusBadRequest && refused
	}
}
