package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"hospital/bench/process"
	"hospital/internal/kit"
)

// server is the attacked hospital, as one computer reaches it.
type server struct {
	*process.Hospital
	client *http.Client
}

// from is the server, reached from a computer with an address of its own. Only Linux has many
// addresses of the machine itself; elsewhere all computers share one.
func (s server) from(computer int) server {
	var dialer net.Dialer
	if runtime.GOOS == "linux" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 1, byte(computer/250), byte(computer%250+1))}
	}
	s.client = &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 100}}
	return s
}

// send sends a request and returns its status and its JSON.
func (s server) send(ctx context.Context, method, path, token string, body io.Reader) (int, map[string]any, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+s.Address+path, body)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer := map[string]any{}
	_ = json.NewDecoder(response.Body).Decode(&answer) // not every answer is JSON
	return response.StatusCode, answer, nil
}

const (
	password = "demo-hospital"
	pace     = 60 * time.Millisecond // between two bookings of one account, within its limit

	visitLength = 5 * time.Minute
)

// desks are the accounts that book.
var desks = []string{"reception@hospital.example", "admin@hospital.example"}

// bookings is how fast the desks booked.
type bookings struct {
	rate    float64 // a second
	slowest time.Duration
}

func (b bookings) String() string {
	return fmt.Sprintf("%5.1f bookings a second, slowest %s", b.rate, b.slowest)
}

// book has every desk book at its pace, from a day on. Every booking has to succeed.
func (s server) book(lasts time.Duration, day time.Time) (b bookings, err error) {
	var (
		lock   sync.Mutex
		booked int
		all    sync.WaitGroup
	)
	ends := time.Now().Add(lasts)
	for d, desk := range desks {
		_, signedIn, failed := s.send(context.Background(), http.MethodPost, "/api/collections/users/auth-with-password", "",
			strings.NewReader(`{"identity":"`+desk+`","password":"`+password+`"}`))
		token, _ := signedIn["token"].(string)
		if failed != nil || token == "" {
			return b, fmt.Errorf("sign in %s: %v %w", desk, signedIn, failed)
		}
		doctor, patient := s.first(token, "doctors"), s.first(token, "patients")
		all.Go(func() {
			for n := 0; time.Now().Before(ends); n++ {
				starts := day.Add(time.Duration(n*len(desks)+d) * visitLength)
				began := time.Now()
				failed := s.bookVisit(token, doctor, patient, starts)
				took := time.Since(began)
				lock.Lock()
				err = cmp.Or(err, failed)
				booked++
				b.slowest = max(b.slowest, took.Round(time.Millisecond))
				lock.Unlock()
				time.Sleep(pace - took)
			}
		})
	}
	all.Wait()
	b.rate = float64(booked) / lasts.Seconds()
	return b, err
}

func (s server) bookVisit(token, doctor, patient string, starts time.Time) error {
	body, err := json.Marshal(map[string]any{"doctor": doctor, "patient": patient, "overbook": true,
		"staff_note": "load", "starts": kit.FormatInstant(starts), "ends": kit.FormatInstant(starts.Add(visitLength))})
	if err != nil {
		return err
	}
	status, answer, err := s.send(context.Background(), http.MethodPost, "/api/collections/appointments/records", token,
		bytes.NewReader(body))
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("a booking answered %d %v", status, answer)
	}
	return err
}

func (s server) first(token, collection string) string {
	path := "/api/collections/" + collection + "/records?perPage=1"
	_, list, _ := s.send(context.Background(), http.MethodGet, path, token, nil)
	items, _ := list["items"].([]any)
	if len(items) == 0 {
		return ""
	}
	id, _ := items[0].(map[string]any)["id"].(string)
	return id
}
