// Limit is what Go and SQLite can do: net/http, prepared statements, and no framework. It
// does the same work as the hospital for the requests of the benchmark.
package main

import (
	"database/sql"
	"encoding/json"
	"flag"
	"log"
	"net/http"

	_ "modernc.org/sqlite"

	"hospital/bench/compare/rival"
)

func main() {
	log.SetFlags(0)
	address := flag.String("http", "127.0.0.1:8099", "address and port")
	file := flag.String("data", "", "the database file")
	flag.Parse()
	s, err := open(*file)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(*address, s.routes()))
}

// server has one connection that writes, and several that read. Both keep their statements
// prepared.
type server struct {
	read, write statements
	audit       *rival.Buffer
}

func open(file string) (*server, error) {
	const pragmas = "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)&_pragma=mmap_size(1073741824)"
	s := &server{}
	for _, pool := range []struct {
		of          *statements
		connections int
	}{{&s.read, 8}, {&s.write, 1}} {
		db, err := sql.Open("sqlite", file+pragmas)
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(pool.connections)
		db.SetMaxIdleConns(pool.connections)
		pool.of.db = db
	}
	s.audit = rival.NewBuffer(func(entries []rival.Entry) error {
		return s.change(func(t tx) error { return t.writeAudit(entries) })
	})
	return s, s.read.db.Ping()
}

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	const visits = "/api/collections/appointments/records"
	for pattern, handle := range map[string]handler{
		"GET /api/health":                              (*server).health,
		"POST /api/collections/users/auth-refresh":     (*server).refresh,
		"GET " + visits:                                (*server).list,
		"GET " + visits + "/{id}":                      (*server).view,
		"POST " + visits:                               (*server).book,
		"PATCH " + visits + "/{id}":                    (*server).changeVisit,
		"PATCH /api/collections/payments/records/{id}": (*server).verifyPayment,
		"GET /api/hospital/doctors/{id}/slots":         (*server).slots,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, err := handle(s, r)
			status := http.StatusOK
			if err != nil {
				refusal := rival.RefusalOf(err)
				answer, status = refusal, refusal.Status
			}
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(answer) // the client went away
		})
	}
	return mux
}

type handler func(s *server, r *http.Request) (answer any, err error)

func (s *server) health(*http.Request) (any, error) { return map[string]string{}, nil }

// account looks up who sent a request. The account must be active.
func (s *server) account(r *http.Request) (a rival.Account, err error) {
	id, err := rival.AccountID(r)
	if err != nil {
		return a, err
	}
	err = s.read.row("SELECT id, name, role, status FROM users WHERE id = ?", id).
		Scan(&a.ID, &a.Name, &a.Role, &a.Status)
	if err != nil || a.Status != "active" {
		return a, rival.Refuse(http.StatusUnauthorized, "Sign in again.")
	}
	return a, nil
}

func (s *server) refresh(r *http.Request) (any, error) {
	by, err := s.account(r)
	if err != nil {
		return nil, err
	}
	u := rival.User{Collection: rival.Users}
	err = s.read.row(`SELECT id, email, emailVisibility, verified, name, role, status, phone, language, created, updated
		FROM users WHERE id = ?`, by.ID).Scan(&u.ID, &u.Email, &u.EmailVisibility, &u.Verified, &u.Name, &u.Role,
		&u.Status, &u.Phone, &u.Language, &u.Created, &u.Updated)
	if err != nil {
		return nil, err
	}
	s.audit.Push(rival.NewEntry(r, by, "refresh", "users", by.ID, "", nil))
	token, err := rival.NewToken(by.ID)
	return rival.Session{Record: u, Token: token}, err
}
