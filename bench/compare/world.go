package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"hospital/bench/compare/rival"
)

// world is what the requests of the operations are made of: the seeded accounts and records.
type world struct {
	size     hospitalSize
	today    time.Time // midnight
	patients []person  // with 50 visits each
	doctors  []person

	pending  []visit // later visits that can be approved
	past     []visit // that can be completed
	moves    []move
	payments []string
}

type person struct {
	account, id string
	visits      []string
}

type visit struct{ id, account string } // of its doctor

// move is a later visit that its patient moves to a free slot.
type move struct{ account, visit, starts string }

const (
	maxPatients = 40  // that are measured
	maxDoctors  = 100 // whose accounts are signed in
	maxMoves    = 16_000
	desk        = "des100000000000"
	accountant  = "acc100000000000"
	admin       = "adm100000000000"
)

// readWorld reads the records of a seeded hospital.
func readWorld(ctx context.Context, dir string, size hospitalSize, now time.Time) (w *world, err error) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "data.db"))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	w = &world{size: size, today: now.UTC().Truncate(24 * time.Hour)}
	list := func(query string, args ...any) (found [][2]string) {
		if err != nil {
			return nil
		}
		var rows *sql.Rows
		if rows, err = db.QueryContext(ctx, query, args...); err != nil {
			return nil
		}
		defer rows.Close()
		for rows.Next() {
			var pair [2]string
			err = rows.Scan(&pair[0], &pair[1])
			found = append(found, pair)
		}
		return found
	}
	for i := range min(size.frequent(), maxPatients) {
		p := person{account: id("pu", i), id: id("pa", i)}
		for _, v := range list("SELECT id, '' FROM appointments WHERE patient = ?", p.id) {
			p.visits = append(p.visits, v[0])
		}
		w.patients = append(w.patients, p)
	}
	for i := range min(size.doctors, maxDoctors) {
		w.doctors = append(w.doctors, person{account: id("du", i), id: id("dr", i)})
	}
	visits := func(condition string) (found []visit) {
		for _, v := range list(`SELECT id, 'du' || substr(doctor, 3) FROM appointments
			WHERE doctor < ? AND `+condition+` ORDER BY starts, doctor`, id("dr", maxDoctors)) {
			found = append(found, visit{v[0], v[1]})
		}
		return found
	}
	tomorrow, yesterday := rival.FormatInstant(w.today.AddDate(0, 0, 1)), rival.FormatInstant(w.today)
	w.pending = visits("status = 'pending' AND starts >= '" + tomorrow + "'")
	w.past = visits("status = 'approved' AND starts < '" + yesterday + "'")
	w.moves = w.planMoves(list(`SELECT id, patient || doctor FROM appointments WHERE patient < ? AND starts > ?
		AND status IN ('pending', 'approved') ORDER BY starts`,
		id("pa", len(w.patients)), rival.FormatInstant(w.today.AddDate(0, 0, 2))))
	for _, p := range list("SELECT id, '' FROM payments WHERE status = 'pending' LIMIT 100000") {
		w.payments = append(w.payments, p[0])
	}
	return w, err
}

// planMoves moves visits again and again, each time to a slot that is free for doctor and
// patient. A visit is an id, and the ids of its patient and doctor.
func (w *world) planMoves(visits [][2]string) (moves []move) {
	next, taken := map[string]int{}, map[string]bool{}
	for i := 0; len(visits) > 0 && i < maxMoves; i++ {
		v := visits[i%len(visits)]
		patient, doctor := v[1][:15], v[1][15:]
		slot := next[doctor]
		for taken[fmt.Sprint(patient, slot)] {
			slot++
		}
		next[doctor], taken[fmt.Sprint(patient, slot)] = slot+1, true
		moves = append(moves, move{"pu" + patient[2:], v[0], w.instant(slot)})
	}
	return moves
}

// accounts are all accounts that requests are sent as.
func (w *world) accounts() []string {
	all := []string{desk, accountant, admin}
	for _, p := range append(w.patients, w.doctors...) {
		all = append(all, p.account)
	}
	return all
}

// instant is a slot at or after the days that are booked in the seed, as a client sends it.
func (w *world) instant(nth int) string {
	const perDay, minutes, opens = 32, 15, 8 * 60
	day := w.today.AddDate(0, 0, bookedDays+nth/perDay)
	return rival.FormatInstant(day.Add(time.Duration(opens+nth%perDay*minutes) * time.Minute))
}

// signIn signs the accounts in on a hospital, 8 at a time, and returns their tokens.
func signIn(address string, accounts []string) (map[string]string, error) {
	tokens, failed := map[string]string{}, error(nil)
	var lock sync.Mutex
	var workers sync.WaitGroup
	queue := make(chan string)
	for range connections {
		workers.Go(func() {
			for account := range queue {
				token, err := tokenOf(address, account)
				lock.Lock()
				tokens[account] = token
				if err != nil {
					failed = err
				}
				lock.Unlock()
			}
		})
	}
	for _, account := range accounts {
		queue <- account
	}
	close(queue)
	workers.Wait()
	return tokens, failed
}

func tokenOf(address, account string) (string, error) {
	response, err := http.Post("http://"+address+signInPath, "application/json", strings.NewReader(credentials(account)))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var answer struct{ Token string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Token == "" {
		return "", fmt.Errorf("sign in as %s: %d %w", account, response.StatusCode, err)
	}
	return answer.Token, nil
}

const signInPath = "/api/collections/users/auth-with-password"

// credentials are the body that signs an account in.
func credentials(account string) string {
	name := account[:4] // of staff
	if n := 0; account[1] == 'u' {
		_, _ = fmt.Sscanf(account[2:], "%d", &n) // it is a number
		name = fmt.Sprint(account[:1], n)
	}
	return fmt.Sprintf(`{"identity":"%s@example.org","password":%q}`, name, password)
}
