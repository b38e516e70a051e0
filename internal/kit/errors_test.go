package kit

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// A client that waits as long as Retry-After says is never too early, and less than a second too late.
func TestRetryAfterIsRoundedUp(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{
		time.Millisecond: "1", time.Second: "1", 1001 * time.Millisecond: "2", 5 * time.Second: "5",
	} {
		for name, refuse := range map[string]func(*core.RequestEvent, string, string, string, time.Duration) error{
			"too many": TooManyRequests, "unavailable": Unavailable,
		} {
			e := &core.RequestEvent{}
			e.Response = httptest.NewRecorder()
			if refuse(e, "request", "code", "Sentence.", wait) == nil || e.Response.Header().Get("Retry-After") != want {
				t.Errorf("%s for %s: %q, want %q", name, wait, e.Response.Header().Get("Retry-After"), want)
			}
		}
	}
}
