package webhooks_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
	"hospital/modules/webhooks"
)

// Events that are published while others are sent, by several workers, arrive once each, in the order of their subject.
func TestEventsArriveOnceAndInOrderWhilePublishedAtOnce(t *testing.T) {
	t.Parallel()
	h, r := hospitaltest.New(t), newReceiver(t)
	r.answers(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(2 * time.Millisecond)
		w.WriteHeader(http.StatusOK)
	})
	connect(h, r.URL, "*")
	const subjects, each = 6, 8
	var work sync.WaitGroup
	for subject := range subjects {
		work.Go(func() {
			for n := range each {
				err := h.App.RunInTransaction(func(tx core.App) error {
					return webhooks.Publish(tx, webhooks.Event{Type: webhooks.Notice, Subject: fmt.Sprint("a/", subject),
						Data: map[string]any{"n": n}})
				})
				if err != nil {
					t.Error(err)
				}
				if n%4 != 3 { // several wait
					continue
				}
				if err := webhooks.Deliver(h.App); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	deliver(h)
	next := map[string]int{}
	for _, got := range r.take() {
		if n := int(got.event.Data["n"].(float64)); n != next[got.event.Subject] {
			t.Errorf("of %s event %d arrived, want %d", got.event.Subject, n, next[got.event.Subject])
		}
		next[got.event.Subject]++
	}
	for subject := range subjects {
		if n := next[fmt.Sprint("a/", subject)]; n != each {
			t.Errorf("%d events of subject %d arrived", n, subject)
		}
	}
	h.Verify()
}
