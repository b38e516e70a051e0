// Attack sends what guests can send to hurt a server, all of it at once, while staff book
// visits. It fails if the server takes more than 512 MiB of memory, or if the staff book at
// less than half the rate that they have undisturbed.
//
// It starts its own server on 127.0.0.1, with its own demo hospital and default settings.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	password  = "demo-hospital"
	maxMemory = 512 << 20
	pace      = 60 * time.Millisecond // between two bookings of one account, within its limit
)

// desks are the accounts that book.
var desks = []string{"reception@hospital.example", "admin@hospital.example"}

func main() {
	log.SetFlags(0)
	binary := flag.String("binary", "bin/hospital", "the hospital binary to attack")
	lasts := flag.Duration("for", 60*time.Second, "the duration of the attacks")
	flag.Parse()
	if err := run(*binary, *lasts); err != nil {
		log.Fatal("attack: ", err)
	}
}

func run(binary string, lasts time.Duration) error {
	dir, err := os.MkdirTemp("", "hospital-attack")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	data := filepath.Join(dir, "data")
	if output, err := exec.Command(binary, "demo", "--dir", data).CombinedOutput(); err != nil {
		return fmt.Errorf("fill the demo hospital: %w: %s", err, output)
	}
	s, err := serve(binary, data)
	if err != nil {
		return err
	}
	defer s.stop()
	idle := s.memory()
	undisturbed, err := s.book(lasts/3, "a")
	if err != nil {
		return err
	}
	fmt.Printf("undisturbed    %5.1f bookings a second, slowest %s, %d MiB\n", undisturbed.rate, undisturbed.slowest, idle>>20)

	ctx, end := context.WithCancel(context.Background())
	var attackers sync.WaitGroup
	answers := newTally()
	for _, a := range attacks {
		for range a.clients {
			attackers.Go(func() { a.repeat(ctx, s, answers) })
		}
	}
	peak := s.watchMemory(ctx)
	attacked, err := s.book(lasts, "b")
	end()
	attackers.Wait()
	if err != nil {
		return err
	}
	fmt.Printf("under attack   %5.1f bookings a second, slowest %s, %d MiB at most\n\n", attacked.rate, attacked.slowest, peak.Load()>>20)
	fmt.Print(answers)
	switch {
	case peak.Load() > maxMemory:
		return fmt.Errorf("the server took %d MiB", peak.Load()>>20)
	case attacked.rate < undisturbed.rate/2:
		return errors.New("bookings fell below half their rate")
	}
	return nil
}

// server is the attacked hospital.
type server struct {
	address string
	process *exec.Cmd
}

func serve(binary, data string) (*server, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{address: "http://" + free.Addr().String()}
	_ = free.Close()
	s.process = exec.Command(binary, "serve", "--dir", data, "--http="+strings.TrimPrefix(s.address, "http://"))
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if response, err := http.Get(s.address + "/api/health"); err == nil {
			return s, response.Body.Close()
		}
	}
	s.stop()
	return nil, errors.New("the hospital does not answer")
}

func (s *server) stop() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// memory is the resident memory of the server, in bytes; 0 where /proc does not exist.
func (s *server) memory() int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	for line := range strings.Lines(string(status)) {
		if kib, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.ParseInt(strings.Fields(kib)[0], 10, 64)
			return n << 10
		}
	}
	return 0
}

func (s *server) watchMemory(ctx context.Context) *atomic.Int64 {
	var peak atomic.Int64
	go func() {
		for ctx.Err() == nil {
			peak.Store(max(peak.Load(), s.memory()))
			time.Sleep(100 * time.Millisecond)
		}
	}()
	return &peak
}

// send sends a request and returns its status and its JSON.
func (s *server) send(ctx context.Context, method, path, token string, body io.Reader) (int, map[string]any, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.address+path, body)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer := map[string]any{}
	_ = json.NewDecoder(response.Body).Decode(&answer) // not every answer is JSON
	return response.StatusCode, answer, nil
}

type bookings struct {
	rate    float64 // a second
	slowest time.Duration
}

// book has every desk book at its pace. Every booking has to succeed.
func (s *server) book(lasts time.Duration, prefix string) (b bookings, err error) {
	ctx := context.Background()
	var (
		lock   sync.Mutex
		booked int
		all    sync.WaitGroup
		failed error
	)
	begins := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 40)
	ends := time.Now().Add(lasts)
	for d, desk := range desks {
		_, signedIn, err := s.send(ctx, http.MethodPost, "/api/collections/users/auth-with-password", "",
			strings.NewReader(`{"identity":"`+desk+`","password":"`+password+`"}`))
		token, _ := signedIn["token"].(string)
		if err != nil || token == "" {
			return b, fmt.Errorf("sign in %s: %v %w", desk, signedIn, err)
		}
		doctor, patient := s.first(token, "doctors"), s.first(token, "patients")
		all.Go(func() {
			for n := 0; time.Now().Before(ends); n++ {
				started := time.Now()
				starts := begins.Add(time.Duration(n*len(desks)+d) * 5 * time.Minute)
				if prefix == "b" {
					starts = starts.AddDate(0, 0, 60)
				}
				body, _ := json.Marshal(map[string]any{"doctor": doctor, "patient": patient, "overbook": true, "staff_note": "load",
					"starts": starts.Format("2006-01-02 15:04:05.000Z"), "ends": starts.Add(5 * time.Minute).Format("2006-01-02 15:04:05.000Z")})
				status, answer, err := s.send(ctx, http.MethodPost, "/api/collections/appointments/records", token, bytes.NewReader(body))
				took := time.Since(started)
				lock.Lock()
				if err != nil || status != http.StatusOK {
					failed = fmt.Errorf("a booking answered %d %v: %w", status, answer, err)
				}
				booked++
				b.slowest = max(b.slowest, took.Round(time.Millisecond))
				lock.Unlock()
				time.Sleep(pace - took)
			}
		})
	}
	all.Wait()
	b.rate = float64(booked) / lasts.Seconds()
	return b, failed
}

func (s *server) first(token, collection string) string {
	_, list, _ := s.send(context.Background(), http.MethodGet, "/api/collections/"+collection+"/records?perPage=1", token, nil)
	items, _ := list["items"].([]any)
	if len(items) == 0 {
		return ""
	}
	id, _ := items[0].(map[string]any)["id"].(string)
	return id
}

// tally counts answers by attack and status.
type tally struct {
	lock   sync.Mutex
	counts map[string]map[int]int
}

func newTally() *tally { return &tally{counts: map[string]map[int]int{}} }

func (t *tally) add(attack string, status int) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.counts[attack] == nil {
		t.counts[attack] = map[int]int{}
	}
	t.counts[attack][status]++
}

func (t *tally) String() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	var lines []string
	for attack, counts := range t.counts {
		var parts []string
		for status, n := range counts {
			name := strconv.Itoa(status)
			if status == 0 {
				name = "closed"
			}
			parts = append(parts, fmt.Sprintf("%d x %s", n, name))
		}
		slices.Sort(parts)
		lines = append(lines, fmt.Sprintf("  %-40s %s\n", attack, strings.Join(parts, ", ")))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}
