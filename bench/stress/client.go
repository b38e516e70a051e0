package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"time"
)

const (
	timeout      = 2 * time.Second        // of most requests
	longTimeout  = 20 * time.Second       // of requests in a scenario without timeouts
	shortTimeout = 100 * time.Millisecond // the longest timeout of one request in sixteen
	retryPeriod  = 15 * time.Second       // after a scenario, to learn the outcome of the last requests
)

// client acts as a patient, and also as the front desk.
type client struct {
	*runner
	patient
	rand *rand.Rand
	held map[string]visit // active visits, as the client knows them
}

// answer is a response of the server.
type answer struct {
	status int
	visit             // a record
	Items  []visit    // of a list
	Slots  []freeSlot // of a search for free ones
	refusal
}

type freeSlot struct{ Starts, Ends, Doctor string }

type refusal struct {
	Message string
	Data    map[string]struct {
		Code   string
		Params struct{ Slots []freeSlot }
	}
}

// code is the code of a refusal.
func (a answer) code() string {
	for _, why := range a.Data {
		return why.Code
	}
	return ""
}

// send sends a request once.
func (c *client) send(token, method, path string, body map[string]any) (a answer, err error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return a, err
	}
	wait := timeout
	switch {
	case c.scenario.longTimeout:
		wait = longTimeout
	case c.rand.IntN(16) == 0:
		wait = time.Duration(1 + c.rand.Int64N(int64(shortTimeout)))
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, "http://"+c.server.Address+path, bytes.NewReader(raw))
	if err != nil {
		return a, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", token)
	began := time.Now()
	response, err := c.http.Do(request)
	if err == nil {
		raw, err = io.ReadAll(response.Body)
		_ = response.Body.Close()
	}
	if err != nil {
		c.tally.count(map[bool]string{true: "timed out", false: "no server"}[ctx.Err() != nil])
		return a, err
	}
	c.tally.answered(time.Since(began))
	a.status = response.StatusCode
	if a.status == http.StatusOK {
		err = json.Unmarshal(raw, &a)
	} else {
		err = json.Unmarshal(raw, &a.refusal)
	}
	if err != nil || a.status >= 500 || a.status >= 400 && a.code() == "" {
		c.fail("%s %s %v answered %d %s", method, path, body, a.status, raw)
	}
	return a, nil
}

// sendWithRetry repeats the same request until it is answered, as CLIENTS.md advises. It gives
// up some time after the end of the scenario.
func (c *client) sendWithRetry(token, method, path string, body map[string]any, of *request) (a answer, answered bool) {
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		if of != nil {
			c.requestLog.countTry(of)
		}
		a, err := c.send(token, method, path, body)
		switch {
		case err == nil:
			return a, true
		case c.ctx.Err() != nil || time.Now().After(c.ends.Add(retryPeriod)):
			return a, false
		}
		c.tally.count("retries")
		time.Sleep(wait/2 + time.Duration(c.rand.Int64N(int64(wait))))
	}
}

const visits = "/api/collections/appointments/records"

// book requests a new visit. The result is empty when the request was refused or not answered.
func (c *client) book(token string, fields map[string]any) visit {
	id := newID(c.rand)
	of := c.requestLog.addRequest(id, 0, fields)
	body := map[string]any{"id": id, "reason": "stress"}
	for field, value := range fields {
		body[field] = value
	}
	a, answered := c.sendWithRetry(token, http.MethodPost, visits, body, of)
	switch {
	case !answered:
		return visit{}
	case a.status == http.StatusOK:
		c.tally.count("booked")
		return c.remember(a.visit)
	case a.code() == "validation_not_unique": // an earlier try succeeded without an answer
		c.tally.count("booked")
		c.tally.count("found booked")
		return c.view(token, id)
	}
	c.noteRefusal(of, a)
	return visit{}
}

// change requests an update of a visit, based on the version that the client knows.
func (c *client) change(token, done string, v visit, fields map[string]any) (after visit, why string) {
	of := c.requestLog.addRequest(v.ID, v.Version, fields)
	body := map[string]any{"version": v.Version}
	for field, value := range fields {
		body[field] = value
	}
	a, answered := c.sendWithRetry(token, http.MethodPatch, visits+"/"+v.ID, body, of)
	switch {
	case !answered:
		delete(c.held, v.ID)
		return v, "unanswered"
	case a.status == http.StatusOK:
		c.tally.count(done)
		return c.remember(a.visit), ""
	}
	why = c.noteRefusal(of, a)
	if why == "stale_version" { // another client's change, or an earlier try
		return c.view(token, v.ID), why
	}
	return v, why
}

// view reads a visit.
func (c *client) view(token, id string) visit {
	a, answered := c.sendWithRetry(token, http.MethodGet, visits+"/"+id, nil, nil)
	switch {
	case !answered:
		return visit{}
	case a.status != http.StatusOK:
		c.fail("the visit %s cannot be read: %d %s", id, a.status, a.Message)
		return visit{}
	}
	return c.remember(a.visit)
}

// remember stores the state of a visit from a response.
func (c *client) remember(v visit) visit {
	if c.requestLog.acknowledge(v) {
		c.fail("two responses differ about the same version of %s: %+v", v.ID, v)
	}
	delete(c.held, v.ID)
	if v.active() {
		c.held[v.ID] = v
	}
	return v
}

// noteRefusal counts a final refusal of a request.
func (c *client) noteRefusal(of *request, a answer) (code string) {
	c.requestLog.countRefusal(of)
	code = a.code()
	c.tally.count("refused " + code)
	for _, why := range a.Data {
		if len(why.Params.Slots) > 0 {
			c.tally.count("offers")
		}
	}
	return code
}

func newID(r *rand.Rand) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	id := make([]byte, 15)
	for i := range id {
		id[i] = letters[r.IntN(len(letters))]
	}
	return string(id)
}
