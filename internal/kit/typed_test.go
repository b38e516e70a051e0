package kit

import (
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// TestTypedRecordsAreSavedOnlyAsRecords: every way to write a typed record itself is refused, and
// its .Record is saved.
func TestTypedRecordsAreSavedOnlyAsRecords(t *testing.T) {
	t.Parallel()
	type ticket struct{ *core.Record }
	app := office(t, nil, nil)
	blank, err := New(app, "tickets")
	if err != nil {
		t.Fatal(err)
	}
	stored := ticket{add(t, app, "tickets", map[string]any{"status": "open", "title": "old"})}
	stored.Set("title", "new")
	for name, err := range map[string]error{
		"create":            app.Save(ticket{blank}),
		"update":            app.Save(stored),
		"pointer":           app.Save(&stored),
		"without validator": app.SaveNoValidate(stored),
		"delete":            app.Delete(stored),
	} {
		if err == nil || !strings.Contains(err.Error(), "pass its .Record") {
			t.Errorf("%s: %v, should be refused", name, err)
		}
	}
	if title := read(t, app, stored.Record).GetString("title"); title != "old" {
		t.Errorf("the refused update stored %q", title)
	}
	if err := app.Save(stored.Record); err != nil {
		t.Errorf("its record: %v", err)
	}
}
