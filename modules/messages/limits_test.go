package messages_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
)

func TestTheLimitsArePerDayOfTheHospital(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	h.As("admin1").Update("hospital", "hospitalsetting", body{"timezone": "Pacific/Auckland"}).OK(t)
	zone, _ := time.LoadLocation("Pacific/Auckland")
	year, month, day := time.Now().In(zone).Date()
	evening := time.Date(year, month, day, 23, 59, 0, 0, zone)
	h.At(evening)
	message := body{"thread": id("thread1"), "text": "Hello"}
	sent := 0
	for h.As("patient1").Create("messages", message).Status == http.StatusOK && sent < 30 {
		sent++
	}
	if sent < 19 || sent > 20 { // one of the fixture may be of the same day
		t.Errorf("%d messages were sent in a day", sent)
	}
	wantRefusal(t, "one more", h.As("patient1").Create("messages", message), http.StatusConflict, "text", "messages_per_day")
	h.As("doctor1").Create("messages", message).OK(t)
	thread := body{"patient": id("pat1"), "doctor": id("dr1"), "subject": "Hello"}
	for range 5 {
		h.As("patient1").Create("threads", thread).OK(t)
	}
	wantRefusal(t, "a sixth thread", h.As("patient1").Create("threads", thread), http.StatusConflict, "subject",
		"threads_per_day")
	h.At(evening.Add(2 * time.Minute))
	h.As("patient1").Create("messages", message).OK(t)
	h.As("patient1").Create("threads", thread).OK(t)
	h.Verify()
}

func TestConcurrentMessagesDoNotPassTheLimit(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			h.As("patient1").Create("messages", body{"thread": id("thread1"), "text": "Hello"})
		})
	}
	all.Wait()
	if n := len(h.As("patient1").List("messages", "perPage=100&"+hospitaltest.Filter(`side = "patient"`)).Items()); n > 21 {
		t.Errorf("%d messages were sent", n)
	}
	h.Verify()
}

func TestSendingReadsByIndexes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	for what, do := range map[string]func(){
		"starting": func() {
			h.As("patient1").Create("threads", body{"patient": id("pat1"), "doctor": id("dr1"), "subject": "Question"}).OK(t)
		},
		"sending": func() {
			h.As("patient1").Create("messages", body{"thread": id("thread1"), "text": "Hello", "document": id("shown1")}).OK(t)
		},
		"reading": func() { h.As("doctor1").Update("messages", id("hello1"), body{"seen": true}).OK(t) },
		"listing": func() {
			h.As("doctor1").List("messages", "sort=-created&"+hospitaltest.Filter(`thread = "`+id("thread1")+`"`)).OK(t)
			h.As("patient1").List("threads", "sort=-last_message_at").OK(t)
		},
	} {
		for _, plan := range h.Plans(do) {
			for _, step := range plan.Steps {
				if table := strings.TrimPrefix(step, "SCAN "); table != step && !strings.HasPrefix(table, "CONSTANT") {
					t.Errorf("%s: %s of %s", what, step, plan.SQL)
				}
			}
		}
	}
}
