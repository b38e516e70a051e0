// Package smtp sends all mails of the app, also PocketBase's own, over a bounded number of
// connections with deadlines. PocketBase's client has neither.
package smtp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/pocketbase/pocketbase/tools/mailer"
	"github.com/wneessen/go-mail"
	"golang.org/x/sync/semaphore"

	"hospital/internal/kit"
)

const (
	// MaxConnections is the largest number of connections to the mail server at once.
	MaxConnections = 4

	maxWait  = 30 * time.Second // for one of the connections
	stepTime = 10 * time.Second // to connect, for the greeting, for TLS and signing in, and for a mail
)

// ErrUnreachable is that the mail server does not answer, or not to us. Another mail would
// fail as well, unlike one whose receiver is refused.
var ErrUnreachable = errors.New("the mail server does not answer")

const stepKey = "hospital.smtpStep"

// SetStepTime sets how long a step may take. Tests shorten it.
func SetStepTime(app core.App, d time.Duration) { app.Store().Set(stepKey, d) }

// Register sends the mails of an app that has a mail server.
func Register(app core.App) {
	connections := semaphore.NewWeighted(MaxConnections)
	app.OnMailerSend().Bind(&hook.Handler[*core.MailerEvent]{Id: "hospitalSMTP", Priority: kit.OrderSend,
		Func: func(e *core.MailerEvent) error {
			server, ok := e.Mailer.(*mailer.SMTPClient)
			if !ok { // of a test
				return e.Next()
			}
			step := stepTime
			if d, ok := e.App.Store().Get(stepKey).(time.Duration); ok {
				step = d
			}
			m, err := message(e.Message)
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(context.Background(), maxWait)
			defer cancel()
			if connections.Acquire(ctx, 1) != nil {
				return fmt.Errorf("%w: all connections are in use", ErrUnreachable)
			}
			defer connections.Release(1)
			return send(server, step, m)
		}})
}

// send sends a mail over a new connection. Each step has its own deadline, which a server
// that answers slowly does not extend.
func send(server *mailer.SMTPClient, step time.Duration, m *mail.Msg) error {
	client, err := mail.NewClient(server.Host, options(server, step)...)
	if err != nil {
		return fmt.Errorf("mail server %s: %w", server.Host, err)
	}
	connection, err := client.DialToSMTPClientWithContext(context.Background())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	err = client.SendWithSMTPClient(connection, m)
	_ = client.CloseWithSMTPClient(connection) // the mail is sent or not by now
	if refused, ok := errors.AsType[*mail.SendError](err); ok && refused.ErrorCode() == 0 {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return err
}

func options(server *mailer.SMTPClient, step time.Duration) []mail.Option {
	name := server.LocalName
	if name == "" {
		name = "localhost"
	}
	all := []mail.Option{mail.WithPort(server.Port), mail.WithTimeout(step), mail.WithHELO(name),
		mail.WithTLSPolicy(mail.TLSOpportunistic), mail.WithoutNoop(), mail.WithoutRset()}
	if server.TLS {
		all = append(all, mail.WithSSL())
	}
	if server.Username == "" && server.Password == "" {
		return all
	}
	method := mail.SMTPAuthPlain // over TLS or to this machine only
	if server.AuthMethod == mailer.SMTPAuthLogin {
		method = mail.SMTPAuthLogin
	}
	return append(all, mail.WithSMTPAuth(method), mail.WithUsername(server.Username), mail.WithPassword(server.Password))
}
