package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	streamsPerAccount = 8 // the most that an account may have
	changes           = 40
)

// measureListeners measures one PATCH without listeners, with many of them, and how long they
// wait for the message.
func (b *benchmark) measureListeners(ctx context.Context) error {
	return b.with(ctx, b.contestants[:1], func(clients []*client) error {
		c := clients[0]
		people := slices.Concat(b.world.patients, b.world.doctors)
		n := min(1000, streamsPerAccount*len(people))
		alone, err := c.patchDoctor(b.world, 0, nil)
		if err != nil {
			return err
		}
		before := c.Memory()
		h := &hall{heard: make(chan time.Time, n)}
		defer h.close()
		var failed error
		var lock sync.Mutex
		var opening sync.WaitGroup
		slots := make(chan struct{}, 50) // the hospital takes some hundred at once
		for i := range n {
			opening.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				if err := h.open(ctx, c, people[i%len(people)].account); err != nil {
					lock.Lock()
					failed = err
					lock.Unlock()
				}
			})
		}
		opening.Wait()
		if failed != nil {
			return failed
		}
		c.idle(false)
		each := (c.Memory() - before) >> 10 / int64(n)
		with, err := c.patchDoctor(b.world, n, h)
		if err != nil {
			return err
		}
		show := func(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }
		b.add("PATCH without listeners, p50", show(percentile(alone, 50)), "")
		b.add(fmt.Sprintf("PATCH with %d listeners, p50", n), fmt.Sprintf("%s, %.1f times", show(percentile(with, 50)),
			float64(percentile(with, 50))/float64(percentile(alone, 50))), "1.2 times without")
		b.add("delivery to them, p50", show(percentile(h.delays, 50)), "30 ms")
		b.add("delivery to them, p99", show(percentile(h.delays, 99)), "80 ms")
		b.add("resident memory of a listener", fmt.Sprintf("%d KB", each), "60 KB")
		return nil
	})
}

// patchDoctor changes the telephone of a doctor several times, one after the other, and waits
// for the listeners each time. Everybody may read doctors.
func (c *client) patchDoctor(w *world, listeners int, h *hall) (took []time.Duration, err error) {
	for i := range changes {
		sent := time.Now()
		_, err := c.send(request{"PATCH", "/api/collections/doctors/records/" + w.doctors[0].id, admin,
			fmt.Sprintf(`{"bio":"change %d with %d listeners"}`, i, listeners), 0})
		if err != nil {
			return nil, err
		}
		took = append(took, time.Since(sent))
		for range listeners {
			select {
			case at := <-h.heard:
				h.delays = append(h.delays, at.Sub(sent))
			case <-time.After(20 * time.Second):
				return nil, fmt.Errorf("a listener did not hear of change %d within 20 s", i)
			}
		}
	}
	return took, nil
}

// hall are the listeners of one hospital.
type hall struct {
	heard  chan time.Time // when a listener got the message
	delays []time.Duration
	lock   sync.Mutex
	ends   []func()
}

func (h *hall) close() {
	h.lock.Lock()
	defer h.lock.Unlock()
	for _, end := range h.ends {
		end()
	}
}

// open connects a listener, which follows all doctors.
func (h *hall) open(ctx context.Context, c *client, account string) error {
	ctx, end := context.WithCancel(ctx)
	h.lock.Lock()
	h.ends = append(h.ends, end)
	h.lock.Unlock()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.Address+"/api/realtime", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(r) //nolint:bodyclose // it ends with the context
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("a listener was answered %d", response.StatusCode)
	}
	lines := bufio.NewReaderSize(response.Body, 1<<10)
	var connected struct{ ClientID string }
	for connected.ClientID == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		if text, ok := strings.CutPrefix(line, "data:"); ok {
			var hello struct {
				ClientID string `json:"clientId"`
			}
			if err := json.Unmarshal([]byte(text), &hello); err != nil {
				return err
			}
			connected.ClientID = hello.ClientID
		}
	}
	_, err = c.send(request{method: "POST", path: "/api/realtime", account: account, status: http.StatusNoContent,
		body: fmt.Sprintf(`{"clientId":%q,"subscriptions":["doctors/*"]}`, connected.ClientID)})
	if err != nil {
		return err
	}
	go func() {
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return // closed
			}
			if strings.HasPrefix(line, "data:") {
				h.heard <- time.Now()
			}
		}
	}()
	return nil
}
