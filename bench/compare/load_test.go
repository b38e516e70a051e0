package main

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hospital/bench/process"
)

// serverOf is a client of a handler.
func serverOf(t *testing.T, handle http.HandlerFunc) *client {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	c := &contestant{name: "test", token: func(string) string { return "" }}
	return newClient(&running{&process.Server{Address: s.Listener.Addr().String()}, c, "",
		func() time.Duration { return 0 }}, nil)
}

func TestUnexpectedAnswerEndsTheRunAndIsPrinted(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	c := serverOf(t, func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) == 20 {
			http.Error(w, "slot_taken", http.StatusConflict)
		}
	})
	op := operation{name: "book", request: func(int) request { return request{method: "POST", path: "/book"} }}
	_, err := c.load(op, 0, anyNumber, time.Minute)
	if err == nil || !strings.Contains(err.Error(), "409") || !strings.Contains(err.Error(), "slot_taken") {
		t.Errorf("the load ended with %v", err)
	}
}

func TestAnswersWithOtherFieldsEndTheRun(t *testing.T) {
	t.Parallel()
	answer := func(text string) *client {
		return serverOf(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) })
	}
	op := operation{name: "view", request: func(int) request { return request{method: "GET", path: "/"} }}
	o := options{rounds: 2, slice: time.Millisecond, random: rand.New(rand.NewPCG(1, 2))}
	if _, err := measure(op, []*client{answer(`{"id":"1"}`), answer(`{"id":"2"}`)}, o); err != nil {
		t.Errorf("the same fields: %v", err)
	}
	if _, err := measure(op, []*client{answer(`{"id":"1"}`), answer(`{"id":"2","note":""}`)}, o); err == nil {
		t.Error("different fields were accepted")
	}
}

// Each request of a write needs a record of its own, also over all slices.
func TestNoRequestIsSentTwice(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	c := serverOf(t, func(http.ResponseWriter, *http.Request) { requests.Add(1) })
	const records = 500
	var made [records]atomic.Bool
	op := operation{name: "approve", limit: records, request: func(i int) request {
		if made[i].Swap(true) {
			t.Errorf("request %d was made twice", i)
		}
		return request{method: "GET", path: "/"}
	}}
	o := options{rounds: 9, slice: 20 * time.Millisecond, random: rand.New(rand.NewPCG(3, 4))}
	if _, err := measure(op, []*client{c}, o); err != nil {
		t.Error(err)
	}
}
