package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const connections = 8

// request is one request to any server.
type request struct {
	method, path string
	account      string // whose token is sent; empty for a guest
	body         string // JSON
	status       int    // that is expected; 0 is 200
}

// client sends requests to one server over 8 connections.
type client struct {
	*running
	http   *http.Client
	tokens map[string]string
}

func newClient(r *running, accounts []string) *client {
	c := &client{r, &http.Client{Transport: &http.Transport{MaxConnsPerHost: connections,
		MaxIdleConnsPerHost: connections, DisableCompression: true}, Timeout: time.Minute}, map[string]string{}}
	for _, account := range accounts {
		c.tokens[account] = r.contestant.token(account)
	}
	return c
}

// send sends a request, and returns the answer if it has the expected status.
func (c *client) send(q request) ([]byte, error) {
	r, err := http.NewRequest(q.method, "http://"+c.Address+q.path, bytes.NewReader([]byte(q.body)))
	if err != nil {
		return nil, err
	}
	if q.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if q.account != "" {
		r.Header.Set("Authorization", c.tokens[q.account])
	}
	response, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != max(q.status, http.StatusOK) {
		err = fmt.Errorf("%s: %s %s as %s with %s answered %d: %.2000s",
			c.contestant.name, q.method, q.path, q.account, q.body, response.StatusCode, answer)
	}
	return answer, err
}

// load sends the requests of an operation from number first on, for a time, or until limit of
// them are sent. It fails with the first unexpected answer.
func (c *client) load(op operation, first, limit int, lasts time.Duration) (s slice, err error) {
	var (
		next, size atomic.Int64
		failure    atomic.Pointer[error]
		lock       sync.Mutex
		workers    sync.WaitGroup
	)
	before, began := c.cpu(), time.Now()
	for range min(connections, limit) {
		workers.Go(func() {
			var each []time.Duration
			for failure.Load() == nil && time.Since(began) < lasts {
				i := int(next.Add(1)) - 1
				if i >= limit {
					break
				}
				sent := time.Now()
				answer, err := c.send(op.request(first + i))
				if err != nil {
					failure.CompareAndSwap(nil, &err)
					break
				}
				each = append(each, time.Since(sent))
				size.Add(int64(len(answer)))
			}
			lock.Lock()
			s.each = append(s.each, each...)
			lock.Unlock()
		})
	}
	workers.Wait()
	s.took = time.Since(began)
	if err := failure.Load(); err != nil {
		return s, *err
	}
	// Work that is left, such as entries of the audit log, counts as time of one processor.
	s.took += c.idle(op.logsReads)
	s.requests, s.cpu, s.bytes = len(s.each), c.cpu()-before, size.Load()
	if s.requests == 0 {
		return s, errors.New(op.name + ": there are no more records for another request")
	}
	return s, nil
}

const anyNumber = 1 << 30 // of requests

// measure runs an operation on servers that take turns, in random order. Only one is under load
// at a time.
func measure(op operation, clients []*client, o options) ([]series, error) {
	all, next := make([]series, len(clients)), make([]int, len(clients))
	if err := sendFirst(op, clients, next, o.base == ""); err != nil {
		return nil, err
	}
	if op.alone {
		for i, c := range clients {
			var err error
			if all[i].single, all[i].lines, err = c.single(op, next[i], slowSingles); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	limit := cmp.Or(op.limit, anyNumber)
	share := max((limit-1-singles)/(o.rounds+1), 1)
	for i, c := range clients { // warm up: caches, prepared statements, connections
		var err error
		if all[i].single, all[i].lines, err = c.single(op, next[i], singles); err != nil {
			return nil, err
		}
		next[i] += singles
		s, err := c.load(op, next[i], share, o.slice/2)
		if err != nil {
			return nil, err
		}
		next[i] += s.requests
		all[i].auditRows = float64(-c.countAudit())
	}
	rounds := o.rounds
	if len(clients) == 1 { // without a ratio, and thus without its interval
		rounds = max(rounds/3, 3)
	}
	for _, order := range orders(rounds, len(clients), o.random) {
		for _, i := range order {
			s, err := clients[i].load(op, next[i], share, cmp.Or(op.lasts, o.slice))
			if err != nil {
				return nil, err
			}
			next[i] += s.requests
			all[i].slices = append(all[i].slices, s)
		}
	}
	for i, c := range clients {
		rows := c.countAudit()
		all[i].auditRows = (all[i].auditRows + float64(rows)) / float64(all[i].requests())
		if rows < 0 {
			all[i].auditRows = -1
		}
	}
	return all, nil
}

const (
	singles     = 9 // requests without others beside them
	slowSingles = 3 // of an operation that takes seconds
)

// single sends some requests one after the other. It returns their median, and the lines of an
// answer.
func (c *client) single(op operation, first, n int) (took time.Duration, lines int, err error) {
	var each []time.Duration
	for i := range n {
		sent := time.Now()
		answer, err := c.send(op.request(first + i))
		if err != nil {
			return 0, 0, err
		}
		each = append(each, time.Since(sent))
		lines = bytes.Count(answer, []byte("\n"))
	}
	return percentile(each, 50), lines, nil
}

// sendFirst sends the first request of an operation to all servers. If alike is set, it fails
// unless the answers have the same fields.
func sendFirst(op operation, clients []*client, next []int, alike bool) error {
	var want []string
	for i, c := range clients {
		answer, err := c.send(op.request(next[i]))
		if err != nil {
			return err
		}
		next[i]++
		got, err := fields(answer)
		if err != nil || !alike {
			continue // it is not JSON, or another revision of the hospital
		}
		if i == 0 {
			want = got
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("%s: the answers of %s and %s have different fields:\n%v\n%v",
				op.name, clients[0].contestant.name, c.contestant.name, want, got)
		}
	}
	return nil
}
