package audit

import (
	"net/http"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// The buffer asks every second for the sums; one is logged when its minute is over.
func TestARunningMinuteIsNotAddedUpYet(t *testing.T) {
	t.Parallel()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	now := time.Date(2030, 1, 31, 9, 0, 1, 0, time.UTC)
	kit.SetClock(app, func() time.Time { return now })
	var a attempts
	for range 3 {
		if a.admit(app, kit.Actor{Role: kit.Guest, IP: "192.0.2.1"}, http.StatusTooManyRequests) {
			t.Error("it has an entry of its own")
		}
		if sums := a.take(now, false); len(sums) > 0 {
			t.Errorf("it is added up at %s: %v", now, sums)
		}
		now = now.Add(20 * time.Second)
	}
	sums := a.take(now, false)
	if len(sums) != 1 || sums[0].Changes["requests"][1] != "3" || sums[0].Actor.IP != "192.0.2.1" {
		t.Errorf("the minute has the sums %v", sums)
	}
	if sums := a.take(now, true); len(sums) > 0 {
		t.Errorf("it is added up again: %v", sums)
	}
}
