package conformance_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// Accounts that may read a record may read its files, but only with a file token.
func TestFilePermissions(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	h := hospitaltest.New(t)
	fileFields := 0
	for collection, c := range kit.CatalogOf(modules.All) {
		for _, f := range c.Fields {
			if f.Type() != core.FieldTypeFile {
				continue
			}
			fileFields++
			for _, account := range everybody {
				client, got := h.As(account).SkipContract(), []string{}
				token := client.Do(http.MethodPost, "/api/files/token", nil).String("token")
				for _, id := range allIDs(t, h, collection) {
					file := "/api/files/" + collection + "/" + id + "/" + h.Record(collection, id).GetString(f.GetName())
					if client.Do(http.MethodGet, file+"?token="+token, nil).Status == http.StatusOK {
						got = append(got, id)
					}
					if answer := client.Do(http.MethodGet, file, nil); answer.Status < 400 {
						t.Errorf("%s gets a file of %s %s without a token", account, collection, id)
					}
				}
				word := readTable(t)[collection]["read"][hospitaltest.RoleOf(account)]
				checker{t, h, client, account, collection}.sees("file", got, meant(t, h, collection, word, account))
			}
		}
	}
	if fileFields == 0 {
		t.Error("no collection has a file field")
	}
}

// Accounts that may create a record may also do so in a batch, except guests, and except accounts.
func TestBatchPermissions(t *testing.T) {
	hospitaltest.SkipShort(t)
	t.Parallel()
	permissions := readTable(t)
	h := hospitaltest.New(t)
	collections := slices.Sorted(maps.Keys(permissions))
	collections = append(slices.DeleteFunc(collections, func(name string) bool {
		return name == "documents" || name == "break_glass" // a file must be sent as a form
	}), "break_glass") // last, because it gives access to more records
	for _, collection := range collections {
		for _, account := range everybody {
			role := hospitaltest.RoleOf(account)
			word := permissions[collection]["create"][role]
			record := creation(h, collection, "1", role)
			h.As(account).Do(http.MethodPost, "/api/batch",
				body{"requests": []any{body{"method": "POST", "url": "/api/collections/" + collection + "/records",
					"body": record}}})
			_, err := h.App.FindRecordById(collection, record["id"].(string))
			own := (strings.HasPrefix(word, "care") || strings.HasPrefix(word, "own")) && strings.HasSuffix(account, "1")
			want := account != "guest" && collection != "users" && (word == "all" || own)
			if (err == nil) != want {
				t.Errorf("%s creates %s in a batch: %v, should be %v by %q", account, collection, err == nil, want, word)
			}
		}
	}
}
