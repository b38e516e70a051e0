// Usual is the hospital's server as it is usually written: Gin and GORM, on SQLite or on
// PostgreSQL. It does the same work as the hospital for the requests of the benchmark.
package main

import (
	"flag"
	"log"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // the driver of the hospital, instead of GORM's, which needs C

	"hospital/bench/compare/rival"
)

func main() {
	log.SetFlags(0)
	address := flag.String("http", "127.0.0.1:8099", "address and port")
	data := flag.String("data", "", "a SQLite file, or the address of a PostgreSQL database")
	flag.Parse()
	s, err := open(*data)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(*address, s.routes()))
}

// server reads and writes through GORM with its default settings. SQLite has one connection
// for writes, because it has one writer; PostgreSQL has one pool.
type server struct {
	read, write *gorm.DB
	postgres    bool
	audit       *rival.Buffer
}

func open(data string) (s *server, err error) {
	s = &server{postgres: strings.HasPrefix(data, "postgres")}
	dialect := postgres.Open(data)
	if !s.postgres {
		dialect = sqlite.Dialector{DriverName: "sqlite", DSN: data + "?_txlock=immediate&_pragma=busy_timeout(10000)" +
			"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)"}
	}
	pool := func(connections int) (*gorm.DB, error) {
		db, err := gorm.Open(dialect, &gorm.Config{Logger: logger.Discard})
		if err != nil {
			return nil, err
		}
		connected, err := db.DB()
		if err != nil {
			return nil, err
		}
		connected.SetMaxOpenConns(connections)
		connected.SetMaxIdleConns(connections)
		return db, nil
	}
	if s.postgres {
		s.read, err = pool(16)
		s.write = s.read
	} else {
		if s.read, err = pool(8); err == nil {
			s.write, err = pool(1)
		}
	}
	s.audit = rival.NewBuffer(func(entries []rival.Entry) error {
		return s.write.Transaction(func(tx *gorm.DB) error { return writeAudit(tx, entries) })
	})
	return s, err
}

func (s *server) routes() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New() // without the request log, which the others do not have
	router.Use(gin.Recovery())
	const visits = "/api/collections/appointments/records"
	router.GET("/api/health", func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{}) })
	for _, route := range []struct {
		method, path string
		handle       func(s *server, c *gin.Context, by rival.Account) (any, error)
	}{
		{"POST", "/api/collections/users/auth-refresh", (*server).refresh},
		{"GET", visits, (*server).list},
		{"GET", visits + "/:id", (*server).view},
		{"POST", visits, (*server).book},
		{"PATCH", visits + "/:id", (*server).changeVisit},
		{"PATCH", "/api/collections/payments/records/:id", (*server).verifyPayment},
		{"GET", "/api/hospital/doctors/:id/slots", (*server).slots},
	} {
		router.Handle(route.method, route.path, func(c *gin.Context) {
			var answer any
			by, err := s.account(c)
			if err == nil {
				answer, err = route.handle(s, c, by)
			}
			if err != nil {
				refusal := rival.RefusalOf(err)
				c.JSON(refusal.Status, refusal)
				return
			}
			c.Header("Cache-Control", "no-store")
			c.JSON(http.StatusOK, answer)
		})
	}
	return router
}

// account looks up who sent a request. The account must be active.
func (s *server) account(c *gin.Context) (a rival.Account, err error) {
	id, err := rival.AccountID(c.Request)
	if err != nil {
		return a, err
	}
	var u rival.User
	if err := s.read.First(&u, "id = ?", id).Error; err != nil || u.Status != "active" {
		return a, rival.Refuse(http.StatusUnauthorized, "Sign in again.")
	}
	return rival.Account{ID: u.ID, Name: u.Name, Role: u.Role, Status: u.Status}, nil
}

func (s *server) refresh(c *gin.Context, by rival.Account) (any, error) {
	var u rival.User
	if err := s.read.First(&u, "id = ?", by.ID).Error; err != nil {
		return nil, err
	}
	u.Collection = rival.Users
	s.audit.Push(rival.NewEntry(c.Request, by, "refresh", "users", by.ID, "", nil))
	token, err := rival.NewToken(by.ID)
	return rival.Session{Record: u, Token: token}, err
}
