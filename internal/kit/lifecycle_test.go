package kit

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/pocketbase/pocketbase/core"
)

// steps returns a lifecycle that logs each of its steps.
func steps(log *[]string) []Lifecycle {
	step := func(name string) func(Change) error {
		return func(c Change) error {
			*log = append(*log, name+" "+c.Action)
			return nil
		}
	}
	renamed := func(c Change) bool { return c.Before.GetString("title") != c.After.GetString("title") }
	return []Lifecycle{{
		Collection: "tickets", Noun: "a ticket", Prepare: step("prepare"), Then: step("always"),
		Transitions: Transitions[ticketStatus]{
			{Action: "solve", From: From(open), To: solved, By: By(member), Stamp: "solved",
				Guard: step("guard"), Do: step("do"), Then: step("then")},
			{Action: "close", From: From(solved), To: closed, By: By(boss)},
			{Action: "drop", From: From(open), To: closed, By: By(member)},
			{Action: "rename", From: From(open), When: renamed},
		},
	}}
}

func TestATransitionRunsItsStepsInOrder(t *testing.T) {
	t.Parallel()
	var log []string
	reaction := func(name string) []Reaction {
		return []Reaction{func(core.App, *core.Record) error {
			log = append(log, name)
			return nil
		}}
	}
	app := office(t, steps(&log), func(app core.App) {
		React(app, []Follow{
			{Entering("tickets", "status", "solved"), reaction("first")},
			{Entering("tickets", "status", "closed"), reaction("closed")},
			{Entering("tickets", "status", "solved"), reaction("second")},
		})
	})
	ticket := add(t, app, "tickets", map[string]any{"status": "open", "version": 1})
	if err := app.Save(as(member, ticket, map[string]any{"status": "solved"})); err != nil {
		t.Fatal(err)
	}
	want := []string{"prepare ", "guard solve", "do solve", "then solve", "always solve", "first", "second"}
	if !slices.Equal(log, want) {
		t.Errorf("ran %q, want %q", log, want)
	}
	if stored := read(t, app, ticket); stored.GetInt("version") != 2 || stored.GetDateTime("solved_at").IsZero() {
		t.Errorf("version %d, solved at %s", stored.GetInt("version"), stored.GetString("solved_at"))
	}
}

func TestTransitionsThatAreNotInTheTableAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from    string
		role    Role
		changes map[string]any
		want    int
	}{
		"stale version":          {"open", member, map[string]any{"version": 7, "status": "solved"}, http.StatusConflict},
		"nothing changed":        {"closed", member, map[string]any{"status": "closed"}, 0},
		"unknown status":         {"open", member, map[string]any{"status": "lost"}, http.StatusBadRequest},
		"wrong status":           {"closed", member, map[string]any{"status": "solved"}, http.StatusConflict},
		"wrong role":             {"solved", member, map[string]any{"status": "closed"}, http.StatusForbidden},
		"back to the old status": {"solved", member, map[string]any{"status": "open"}, http.StatusConflict},
		"two actions at once":    {"open", member, map[string]any{"status": "solved", "title": "x"}, http.StatusBadRequest},
		"no edit in the table": {
			"open", member, map[string]any{"solved_at": "2030-01-01 00:00:00.000Z"}, http.StatusConflict},
		"two rows for a status": {"open", member, map[string]any{"status": "closed"}, 0},
		"matched by When":       {"open", member, map[string]any{"title": "x"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log []string
			app := office(t, steps(&log), nil)
			ticket := add(t, app, "tickets", map[string]any{"status": c.from, "version": 1})
			err := app.Save(as(c.role, ticket, c.changes))
			if got := status(t, err); got != c.want {
				t.Errorf("answered %d (%v), want %d", got, err, c.want)
			}
		})
	}
}

func TestAFailingReactionRollsTheChangeBack(t *testing.T) {
	t.Parallel()
	var log []string
	app := office(t, steps(&log), func(app core.App) {
		React(app, []Follow{{Entering("tickets", "status", "solved"), []Reaction{
			func(tx core.App, ticket *core.Record) error {
				customer, _ := New(tx, "customers")
				customer.Set("name", "made by a reaction")
				return tx.Save(customer)
			},
			func(core.App, *core.Record) error { return errors.New("broken") },
		}}})
	})
	ticket := add(t, app, "tickets", map[string]any{"status": "open", "version": 1})
	if err := app.Save(as(member, ticket, map[string]any{"status": "solved"})); err == nil {
		t.Error("the change was accepted")
	}
	customers, err := app.CountRecords("customers")
	if stored := read(t, app, ticket); stored.GetString("status") != "open" || customers != 0 || err != nil {
		t.Errorf("the ticket is %s, there are %d customers, %v", stored.GetString("status"), customers, err)
	}
}
