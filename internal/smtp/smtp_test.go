package smtp_test

import (
	"errors"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/mails"
	_ "github.com/pocketbase/pocketbase/migrations" // creates PocketBase's own tables
	"github.com/pocketbase/pocketbase/tools/mailer"

	"hospital/internal/smtp"
	"hospital/internal/smtp/smtptest"
)

const step = 200 * time.Millisecond

// newApp returns an app that sends through a mail server.
func newApp(t *testing.T, server *smtptest.Server) core.App {
	t.Helper()
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: t.TempDir()})
	if err := app.Bootstrap(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.ClearBootstrap() })
	if err := app.RunAllMigrations(); err != nil {
		t.Fatal(err)
	}
	smtp.Register(app)
	smtp.SetStepTime(app, step)
	server.Use(app)
	return app
}

func letter() *mailer.Message {
	return &mailer.Message{From: mail.Address{Name: "Hospital Süd", Address: "no-reply@hospital.example"},
		To: []mail.Address{{Name: "Ada", Address: "ada@example.org"}}, Subject: "Ihr Besuch – früher", Text: "Hällo"}
}

func TestAMailArrivesWhole(t *testing.T) {
	t.Parallel()
	server := smtptest.New(t)
	app := newApp(t, server)
	app.Settings().SMTP.Username, app.Settings().SMTP.Password = "house", "of-the-house"
	m := letter()
	m.HTML = "<p>Hällo</p>"
	m.Bcc = []mail.Address{{Address: "hidden@example.org"}}
	m.Headers = map[string]string{"X-Kind": "notice"}
	m.Attachments = map[string]io.Reader{"visit.txt": strings.NewReader("at nine"),
		"visit.ics": strings.NewReader("BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n")}
	if err := app.NewMailClient().Send(m); err != nil {
		t.Fatal(err)
	}
	if len(server.Mails()) != 1 {
		t.Fatalf("%d mails arrived", len(server.Mails()))
	}
	got, err := mail.ReadMessage(strings.NewReader(server.Mails()[0]))
	if err != nil {
		t.Fatal(err)
	}
	content, _ := io.ReadAll(got.Body)
	for _, want := range []string{"H=C3=A4llo", "<p>H=C3=A4llo</p>", `filename="visit.txt"`, "YXQgbmluZQ==",
		"Content-Type: text/calendar; method=CANCEL", `filename="visit.ics"`} {
		if !strings.Contains(string(content), want) {
			t.Errorf("%s is not in the mail\n%s", want, content)
		}
	}
	from, err := got.Header.AddressList("From")
	if err != nil || len(from) != 1 || *from[0] != m.From {
		t.Errorf("it is from %v (%v)", from, err)
	}
	if to := got.Header.Get("To"); to != `"Ada" <ada@example.org>` || got.Header.Get("X-Kind") != "notice" ||
		!strings.HasSuffix(got.Header.Get("Message-ID"), "@hospital.example>") {
		t.Errorf("the header is %v", got.Header)
	}
	if strings.Contains(server.Mails()[0], "hidden@") {
		t.Error("a hidden receiver is in the mail")
	}
}

// A server that stops answering ends an attempt soon, whatever it was asked. Its own word about
// a receiver is another kind of error.
func TestEveryStepHasADeadline(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"connect", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			server := smtptest.New(t)
			app := newApp(t, server)
			app.Settings().SMTP.Username, app.Settings().SMTP.Password = "house", "of-the-house"
			server.HangAt(at)
			begun := time.Now()
			err := app.NewMailClient().Send(letter())
			if took := time.Since(begun); took > 10*step {
				t.Errorf("it took %s", took)
			}
			if sent := at == "QUIT"; sent != (err == nil) || !sent && !errors.Is(err, smtp.ErrUnreachable) {
				t.Errorf("the error is %v", err)
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		server := smtptest.New(t)
		server.Refuse("ada@example.org")
		if err := newApp(t, server).NewMailClient().Send(letter()); err == nil || errors.Is(err, smtp.ErrUnreachable) {
			t.Errorf("the error is %v", err)
		}
	})
}

// Each byte that a server sends does not give it more time.
func TestAServerThatDripsHasNoMoreTime(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for c, err := listener.Accept(); err == nil; c, err = listener.Accept() {
			for ; err == nil; time.Sleep(step / 10) {
				_, err = c.Write([]byte("2"))
			}
			_ = c.Close()
		}
	}()
	app := newApp(t, smtptest.New(t))
	app.Settings().SMTP.Port = listener.Addr().(*net.TCPAddr).Port
	begun := time.Now()
	if err := app.NewMailClient().Send(letter()); !errors.Is(err, smtp.ErrUnreachable) || time.Since(begun) > 10*step {
		t.Errorf("after %s: %v", time.Since(begun), err)
	}
}

// PocketBase's own mails go the same way.
func TestAServerThatHangsHoldsFewConnections(t *testing.T) {
	t.Parallel()
	server := smtptest.New(t)
	app := newApp(t, server)
	server.HangAt("DATA")
	user, err := app.FindFirstRecordByFilter(core.CollectionNameSuperusers, "")
	if err != nil {
		superusers, err := app.FindCollectionByNameOrId(core.CollectionNameSuperusers)
		if err != nil {
			t.Fatal(err)
		}
		user = core.NewRecord(superusers)
		user.SetEmail("operator@example.org")
		user.SetRandomPassword()
	}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			send := func() error { return app.NewMailClient().Send(letter()) }
			if i%2 == 0 {
				send = func() error { return mails.SendRecordPasswordReset(app, user) }
			}
			if err := send(); !errors.Is(err, smtp.ErrUnreachable) {
				t.Errorf("the error is %v", err)
			}
		})
	}
	all.Wait()
	if most := server.Connections(); most > smtp.MaxConnections || most < 2 {
		t.Errorf("%d connections were open at once", most)
	}
	server.HangAt("")
	if err := app.NewMailClient().Send(letter()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
