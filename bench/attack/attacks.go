package main

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// attack is what a number of guests do again and again.
type attack struct {
	name    string
	clients int
	send    func(ctx context.Context, s server) (status int)
}

// attacks are all of them; they run at once.
var attacks = []attack{
	{"10 MiB of nested objects in a batch", 4, post("/api/batch", func() io.Reader {
		return strings.NewReader(`{"requests":[{"body":` + strings.Repeat(`{"a":`, 2_000_000))
	})},
	{"20 MiB of empty objects", 4, post("/api/collections/users/records", func() io.Reader {
		return strings.NewReader(`{"a":[` + strings.Repeat(`{},`, 7_000_000))
	})},
	{"a body that never ends", 4, post("/api/collections/users/records", func() io.Reader {
		return io.MultiReader(strings.NewReader(`{"name":"`), endless{})
	})},
	{"an unused stream", 60, stream},
	{"1 MiB of topics", 4, post("/api/realtime", func() io.Reader {
		return strings.NewReader(`{"clientId":"x","subscriptions":["` + strings.Repeat("patients/*", 100_000) + `"]}`)
	})},
	{"wrong passwords", 4, post("/api/collections/users/auth-with-password", func() io.Reader {
		return strings.NewReader(`{"identity":"patient@hospital.example","password":"wrong-password"}`)
	})},
	{"new passwords by mail", 2, post("/api/collections/users/request-password-reset", func() io.Reader {
		return strings.NewReader(`{"email":"patient@hospital.example"}`)
	})},
	{"registrations", 2, post("/api/collections/users/records", func() io.Reader {
		return strings.NewReader(`{"email":"x` + strconv.FormatInt(time.Now().UnixNano(), 36) + `@example.org","name":"X",` +
			`"password":"seven-wild-geese","passwordConfirm":"seven-wild-geese"}`)
	})},
	{"lists of what guests do not see", 4, get("/api/collections/patients/records?filter=" +
		strings.Repeat("(name~'a'||name~'b')%26%26", 20) + "id!=''&perPage=1000")},
	{"the public list of doctors", 4, get("/api/collections/doctors/records?perPage=1000&sort=name&expand=department")},
	{"paths that do not exist", 4, get("/api/hospital/nothing")},
}

// repeat sends until the context ends.
func (a attack) repeat(ctx context.Context, s server, answers *tally) {
	for ctx.Err() == nil {
		status := a.send(ctx, s)
		if ctx.Err() == nil {
			answers.add(a.name, status)
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond): // an attacker has a network, too
		}
	}
}

func post(path string, body func() io.Reader) func(context.Context, server) int {
	return func(ctx context.Context, s server) int {
		status, _, _ := s.send(ctx, http.MethodPost, path, "", body())
		return status
	}
}

func get(path string) func(context.Context, server) int {
	return func(ctx context.Context, s server) int {
		status, _, _ := s.send(ctx, http.MethodGet, path, "", nil)
		return status
	}
}

// stream opens a stream and keeps it until the server ends it.
func stream(ctx context.Context, s server) int {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Address+"/api/realtime", nil)
	if err != nil {
		return 0
	}
	response, err := s.client.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// endless is a body that is sent as fast as the server reads it.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}
