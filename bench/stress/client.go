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
	patience   = 2 * time.Second        // usual time limit of a client
	impatience = 100 * time.Millisecond // longest limit of every sixteenth request
	lastTries  = 15 * time.Second       // after a scene, for requests without an answer
)

// client is one patient with an app, who also sends requests as the front desk.
type client struct {
	*stage
	patient
	rand *rand.Rand
	held map[string]visit // visits it believes to be booked
}

// answer is a decoded answer.
type answer struct {
	status int
	visit             // a record
	Items  []visit    // of a list
	Slots  []freeSlot // of a request for free slots
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

// code returns the error code of a refusal.
func (a answer) code() string {
	for _, why := range a.Data {
		return why.Code
	}
	return ""
}

// ask sends a request once.
func (c *client) ask(token, method, path string, body map[string]any) (a answer, err error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return a, err
	}
	wait := patience
	if c.rand.IntN(16) == 0 {
		wait = time.Duration(1 + c.rand.Int64N(int64(impatience)))
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, "http://"+c.server.address+path, bytes.NewReader(raw))
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
		c.mistake("%s %s %v answered %d %s", method, path, body, a.status, raw)
	}
	return a, nil
}

// insist repeats the same request until it is answered, as CLIENTS.md recommends. It gives
// up some time after the end of the scene.
func (c *client) insist(token, method, path string, body map[string]any, of *request) (a answer, answered bool) {
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		if of != nil {
			c.ledger.tried(of)
		}
		a, err := c.ask(token, method, path, body)
		switch {
		case err == nil:
			return a, true
		case c.ctx.Err() != nil || time.Now().After(c.ends.Add(lastTries)):
			return a, false
		}
		c.tally.count("retries")
		time.Sleep(wait/2 + time.Duration(c.rand.Int64N(int64(wait))))
	}
}

const visits = "/api/collections/appointments/records"

// book requests a new visit. The visit is empty when the request was refused or never answered.
func (c *client) book(token string, fields map[string]any) visit {
	id := newID(c.rand)
	of := c.ledger.wanted(id, 0, fields)
	body := map[string]any{"id": id, "reason": "stress"}
	for field, value := range fields {
		body[field] = value
	}
	a, answered := c.insist(token, http.MethodPost, visits, body, of)
	switch {
	case !answered:
		return visit{}
	case a.status == http.StatusOK:
		c.tally.count("booked")
		return c.learn(a.visit)
	case a.code() == "validation_not_unique": // an earlier try succeeded, but its answer was lost
		c.tally.count("booked")
		c.tally.count("found booked")
		return c.look(token, id)
	}
	c.refused(of, a)
	return visit{}
}

// change sends an update of a visit, with the version last seen.
func (c *client) change(token, done string, v visit, fields map[string]any) (after visit, why string) {
	of := c.ledger.wanted(v.ID, v.Version, fields)
	body := map[string]any{"version": v.Version}
	for field, value := range fields {
		body[field] = value
	}
	a, answered := c.insist(token, http.MethodPatch, visits+"/"+v.ID, body, of)
	switch {
	case !answered:
		delete(c.held, v.ID)
		return v, "unanswered"
	case a.status == http.StatusOK:
		c.tally.count(done)
		return c.learn(a.visit), ""
	}
	why = c.refused(of, a)
	if why == "stale_version" { // changed by another client or by an earlier try
		return c.look(token, v.ID), why
	}
	return v, why
}

// look reads a visit.
func (c *client) look(token, id string) visit {
	a, answered := c.insist(token, http.MethodGet, visits+"/"+id, nil, nil)
	switch {
	case !answered:
		return visit{}
	case a.status != http.StatusOK:
		c.mistake("the visit %s cannot be read: %d %s", id, a.status, a.Message)
		return visit{}
	}
	return c.learn(a.visit)
}

// learn records an acknowledged visit.
func (c *client) learn(v visit) visit {
	if c.ledger.told(v) {
		c.mistake("contradicting answers about %s: %+v", v.ID, v)
	}
	delete(c.held, v.ID)
	if v.active() {
		c.held[v.ID] = v
	}
	return v
}

// refused records that a try was refused.
func (c *client) refused(of *request, a answer) (code string) {
	c.ledger.refused(of)
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
