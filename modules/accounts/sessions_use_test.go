package accounts_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"hospital/internal/hospitaltest"
	"hospital/modules/accounts"
)

func TestAFileTokenEndsWithItsSession(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	phone, laptop := signInWith(h, "nurse1", "Phone"), signInWith(h, "nurse1", "Laptop")
	token := laptop.Do(http.MethodPost, "/api/files/token", nil).OK(t).String("token")
	file := "/api/files/documents/" + hospitaltest.ID("kept1") + "/" +
		h.Record("documents", hospitaltest.ID("kept1")).GetString("file") + "?token=" + token
	h.As("guest").Do(http.MethodGet, file, nil).OK(t)
	end(phone, body{"session": sessionsOf(phone, "")["Laptop"]["id"]}).OK(t)
	if answer := h.As("guest").Do(http.MethodGet, file, nil); answer.Status != http.StatusNotFound {
		t.Errorf("the file token answered %d", answer.Status)
	}
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	stream, err := server.Client().Get(server.URL + "/api/realtime")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	lines, id := bufio.NewScanner(stream.Body), ""
	for id == "" && lines.Scan() {
		_, id, _ = strings.Cut(lines.Text(), `{"clientId":"`)
	}
	phone, laptop := signInWith(h, "nurse1", "Phone"), signInWith(h, "nurse1", "Laptop")
	laptop.Do(http.MethodPost, "/api/realtime",
		body{"clientId": strings.TrimSuffix(id, `"}`), "subscriptions": []string{"patients/*"}}).OK(t)
	ended := make(chan struct{})
	go func() {
		for lines.Scan() {
		}
		close(ended)
	}()
	end(phone, body{"session": sessionsOf(phone, "")["Laptop"]["id"]}).OK(t)
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the stream is open")
	}
}

func TestALongUseOfASessionIsStoredEveryFewMinutes(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	now := time.Now().UTC().Truncate(time.Second)
	h.At(now)
	phone := signInWith(h, "nurse1", "Phone")
	var stored []string
	for minute := range 12 {
		h.At(now.Add(time.Duration(minute) * time.Minute))
		lastUsed := fmt.Sprint(sessionsOf(phone, "")["Phone"]["last_used"])
		if !slices.Contains(stored, lastUsed) {
			stored = append(stored, lastUsed)
		}
	}
	if len(stored) != 3 {
		t.Errorf("in 12 minutes the last use was stored as %v", stored)
	}
}

func TestExpiredSessionsAreDeleted(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	sessionsOf(signInWith(h, "nurse1", "Phone"), "")
	h.At(time.Now().Add(25 * time.Hour))
	if err := accounts.DeleteExpired(h.App); err != nil {
		t.Fatal(err)
	}
	if n := h.Count("sessions"); n != 0 {
		t.Errorf("%d sessions are stored", n)
	}
}

func TestListingSessionsScansNoTable(t *testing.T) {
	t.Parallel()
	h := hospitaltest.New(t)
	phone := signInWith(h, "nurse1", "Phone")
	for _, plan := range h.Plans(func() { sessionsOf(phone, "") }) {
		if scans := plan.FullScans("sessions", "user"); len(scans) > 0 && strings.Contains(plan.SQL, "sessions") {
			t.Errorf("%s: %q", plan.SQL, scans)
		}
	}
}
