// Package smtptest is a mail server for tests, which can stop answering.
package smtptest

import (
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
)

// Server is a mail server on 127.0.0.1.
type Server struct {
	listener net.Listener

	lock      sync.Mutex
	hangAt    string
	refused   string
	open, max int
	mails     []string
	conns     []net.Conn
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{listener: listener}
	t.Cleanup(func() {
		_ = listener.Close()
		s.lock.Lock()
		defer s.lock.Unlock()
		for _, c := range s.conns {
			_ = c.Close()
		}
	})
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			s.count(c, 1)
			go s.serve(c)
		}
	}()
	return s
}

// Use makes it the mail server of an app, in memory.
func (s *Server) Use(app core.App) {
	address := s.listener.Addr().(*net.TCPAddr)
	app.Settings().SMTP = core.SMTPConfig{Enabled: true, Host: address.IP.String(), Port: address.Port}
}

// HangAt makes the server stop answering at a step: "connect", the first word of a command,
// or "." after a mail. "" ends that for new connections.
func (s *Server) HangAt(step string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.hangAt = step
}

// Refuse makes the server refuse a receiver.
func (s *Server) Refuse(address string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.refused = address
}

// Connections returns how many connections were open at once. Those that the client cut a moment ago, which the
// server has not noticed yet, are not counted.
func (s *Server) Connections() (most int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.max
}

// Mails returns the accepted mails.
func (s *Server) Mails() []string {
	s.lock.Lock()
	defer s.lock.Unlock()
	return append([]string(nil), s.mails...)
}

func (s *Server) count(c net.Conn, change int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if change > 0 {
		s.conns = append(s.conns, c)
	}
	s.open += change
	time.AfterFunc(moment, func() {
		s.lock.Lock()
		defer s.lock.Unlock()
		s.max = max(s.max, s.open)
	})
}

// moment is how long a server may need to notice that a client has gone.
const moment = 50 * time.Millisecond

// hangs waits for the end of the connection if the server hangs at a step.
func (s *Server) hangs(c net.Conn, step string) bool {
	s.lock.Lock()
	hang := s.hangAt == step
	s.lock.Unlock()
	for buffer := make([]byte, 1024); hang; {
		if _, err := c.Read(buffer); err != nil {
			return true
		}
	}
	return false
}

func (s *Server) serve(c net.Conn) {
	gone := sync.OnceFunc(func() { s.count(c, -1) })
	defer gone()
	defer c.Close()
	if s.hangs(c, "connect") {
		return
	}
	text := textproto.NewConn(c)
	answer := func(line string) { _ = text.PrintfLine("%s", line) }
	answer("220 test ESMTP")
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		word, rest, _ := strings.Cut(line, " ")
		word = strings.ToUpper(word)
		if s.hangs(c, word) {
			return
		}
		switch word {
		case "EHLO":
			answer("250-test")
			answer("250 AUTH PLAIN LOGIN")
		case "AUTH":
			answer("235 ok")
		case "RCPT":
			s.lock.Lock()
			refused := s.refused != "" && strings.Contains(rest, s.refused)
			s.lock.Unlock()
			if refused {
				answer("550 no such mailbox")
				continue
			}
			answer("250 ok")
		case "DATA":
			answer("354 go on")
			content, err := text.ReadDotBytes()
			if err != nil || s.hangs(c, ".") {
				return
			}
			s.lock.Lock()
			s.mails = append(s.mails, string(content))
			s.lock.Unlock()
			answer("250 ok")
		case "QUIT":
			gone() // before the client can begin another one
			answer("221 bye")
			return
		default:
			answer("250 ok")
		}
	}
}
