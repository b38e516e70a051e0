package conformance_test

import (
	"net/http"
	"slices"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

func TestActionsRouteMatchesTheLifecycles(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	lifecycles := 0
	for _, m := range modules.All {
		for _, l := range m.Lifecycles {
			lifecycles++
			answer := h.As("patient1").Do(http.MethodGet, "/api/hospital/actions/"+l.Collection, nil).OK(t)
			actions, _ := answer.JSON["actions"].([]any)
			if len(actions) != len(l.Actions(kit.Policy{}, nil)) {
				t.Errorf("%s: %s", l.Collection, answer.Raw)
			}
		}
	}
	if lifecycles < 12 {
		t.Errorf("only %d lifecycles", lifecycles)
	}
	for _, path := range []string{"patients", "nothing", "users"} {
		if answer := h.As("admin1").Do(http.MethodGet, "/api/hospital/actions/"+path,
			nil); answer.Status != http.StatusNotFound {
			t.Errorf("%s answered %d", path, answer.Status)
		}
	}

	roles := map[string][]any{}
	answer := h.As("nurse1").Do(http.MethodGet, "/api/hospital/actions/appointments", nil).OK(t)
	for _, row := range answer.JSON["actions"].([]any) {
		action := row.(map[string]any)
		roles[action["action"].(string)] = action["roles"].([]any)
	}
	for action, want := range map[string][]any{
		"approve": {"admin", "doctor", "receptionist"}, "check in": {"admin", "nurse", "receptionist"},
		"complete": {"admin", "doctor"}, "expire": {},
	} {
		if !slices.Equal(roles[action], want) {
			t.Errorf("%s may be done by %v, want %v", action, roles[action], want)
		}
	}
}
