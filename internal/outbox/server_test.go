package outbox

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"

	"hospital/internal/smtp"
	"hospital/internal/smtp/smtptest"
)

// withServer gives the letters a mail server, instead of the one that a test app replaces it with.
func (l *letters) withServer() (core.App, *smtptest.Server) {
	l.t.Helper()
	server := smtptest.New(l.t)
	smtp.Register(l.TestApp)
	smtp.SetStepTime(l.TestApp, 200*time.Millisecond)
	server.Use(l.TestApp)
	l.OnMailerSend().Bind(&hook.Handler[*core.MailerEvent]{Priority: 1, Func: func(e *core.MailerEvent) error {
		e.Mailer = l.NewMailClient()
		return e.Next()
	}})
	return l.TestApp, server
}

// states counts the letters by status and attempts.
func (l *letters) states() map[string]int {
	l.t.Helper()
	all, err := l.FindAllRecords("letters")
	if err != nil {
		l.t.Fatal(err)
	}
	count := map[string]int{}
	for _, r := range all {
		count[fmt.Sprint(delivery.status(r), " ", r.GetInt(attempts))]++
	}
	return count
}

func (l *letters) wantStates(want map[string]int) {
	l.t.Helper()
	if got := l.states(); fmt.Sprint(got) != fmt.Sprint(want) {
		l.t.Errorf("the letters are %v, want %v", got, want)
	}
}

// wantOnce fails the test unless every letter arrived once.
func (l *letters) wantOnce(server *smtptest.Server, n int) {
	l.t.Helper()
	arrived := map[string]int{}
	for _, m := range server.Mails() {
		_, text, _ := strings.Cut(m, "\n\n")
		arrived[strings.TrimSpace(text)]++
	}
	for text, times := range arrived {
		if times > 1 {
			l.t.Errorf("%s arrived %d times", text, times)
		}
	}
	if len(arrived) != n {
		l.t.Errorf("%d letters arrived, want %d", len(arrived), n)
	}
}

// Ten thousand notices take minutes: a round sends until nothing is due.
func TestARoundSendsUntilNothingIsDue(t *testing.T) {
	t.Parallel()
	l := newLetters(t, plain)
	app, server := l.withServer()
	const n = 4*perTurn + 7
	for i := range n {
		l.add(fmt.Sprint("letter ", i))
	}
	begun := time.Now()
	var calls sync.WaitGroup
	for range 3 { // the clock and two new records
		calls.Go(func() {
			if err := Deliver(app); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	took := time.Since(begun)
	t.Logf("%d letters in %s", n, took)
	if perMinute := n * int(time.Minute) / int(took); perMinute < 2_000 {
		t.Errorf("%d letters in a minute", perMinute)
	}
	l.wantStates(map[string]int{"sent 1": n})
	l.wantOnce(server, n)
	if most := server.Connections(); most > senders {
		t.Errorf("%d connections were open at once", most)
	}
}

// A server that hangs costs a few letters one attempt. They and all others arrive once it answers.
func TestAServerThatHangsEndsTheRound(t *testing.T) {
	t.Parallel()
	l := newLetters(t, plain)
	app, server := l.withServer()
	const n = 60
	for i := range n {
		l.add(fmt.Sprint("letter ", i))
	}
	server.HangAt("connect")
	begun := time.Now()
	if err := Deliver(app); !errors.Is(err, smtp.ErrUnreachable) {
		t.Errorf("the error is %v", err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("the round took %s", took)
	}
	tried := l.states()["pending 1"]
	if tried < senders || tried > 2*senders || l.states()["pending 0"] != n-tried {
		t.Errorf("the letters are %v", l.states())
	}
	server.HangAt("")
	if err := Deliver(app); err != nil {
		t.Error(err)
	}
	l.wantStates(map[string]int{"sent 1": n - tried, "pending 1": tried})
	l.now = l.now.Add(2 * time.Minute)
	if err := Deliver(app); err != nil {
		t.Error(err)
	}
	l.wantStates(map[string]int{"sent 1": n - tried, "sent 2": tried})
	l.wantOnce(server, n)
}

// A receiver that the server refuses keeps no other letter waiting.
func TestARefusedReceiverDoesNotEndTheRound(t *testing.T) {
	t.Parallel()
	l := newLetters(t, plain)
	app, server := l.withServer()
	server.Refuse("ada@example.org") // the receiver of all
	const n = perTurn + 5
	for i := range n {
		l.add(fmt.Sprint("letter ", i))
	}
	if err := Deliver(app); err == nil || strings.Count(err.Error(), "no such mailbox") > maxErrors {
		t.Errorf("the error is %v", err)
	}
	l.wantStates(map[string]int{"pending 1": n})
}

// The process stops while the server has a letter and has not answered. Until the time that the
// claim has set no other process sends it; then it is sent again.
func TestALetterOfAnInterruptedProcessIsNotClaimedTwice(t *testing.T) {
	t.Parallel()
	l := newLetters(t, plain)
	app, server := l.withServer()
	id := l.add("hello")
	server.HangAt(".")
	claimed, err := l.queue().claim(app, id)
	if err != nil || claimed == nil {
		t.Fatal(claimed, err)
	}
	if err := l.queue().send(app, claimed); !errors.Is(err, smtp.ErrUnreachable) { // its result is never stored
		t.Fatal(err)
	}
	server.HangAt("")
	var others sync.WaitGroup
	for range 4 {
		others.Go(func() {
			if again, err := l.queue().claim(app, id); err != nil || again != nil {
				t.Errorf("it was claimed again (%v)", err)
			}
		})
	}
	others.Wait()
	l.now = l.now.Add(2 * time.Minute)
	if err := Deliver(app); err != nil {
		t.Error(err)
	}
	l.wantStates(map[string]int{"sent 2": 1})
	l.wantOnce(server, 1)
}

// A stopping app begins no more letters.
func TestAStoppingAppBeginsNoMoreLetters(t *testing.T) {
	t.Parallel()
	l := newLetters(t, plain)
	app, _ := l.withServer()
	l.add("hello")
	of(app).stopping.Store(true)
	if err := Deliver(app); err != nil {
		t.Error(err)
	}
	l.wantStates(map[string]int{"pending 0": 1})
}
