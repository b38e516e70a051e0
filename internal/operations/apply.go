package operations

import (
	"cmp"
	"net/mail"
	"sync/atomic"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// apply lays what the environment says over PocketBase's stored settings, whenever
// they are read, and takes it off again before they are stored: a password that
// stands in the environment does not get into the database, and what is taken out
// of the environment is out of force.
func apply(app core.App) {
	var stored atomic.Pointer[core.Settings]
	app.OnSettingsReload().Bind(&hook.Handler[*core.SettingsReloadEvent]{Id: "hospitalSettings", Func: func(e *core.SettingsReloadEvent) error {
		if err := e.Next(); err != nil {
			return err
		}
		under, err := e.App.Settings().Clone()
		if err != nil {
			return err
		}
		stored.Store(under)
		lay(said(), e.App.Settings())
		return nil
	}})
	save := &hook.Handler[*core.ModelEvent]{Id: "hospitalSettings", Func: func(e *core.ModelEvent) error {
		s, ok := e.Model.(*core.Settings)
		under := stored.Load()
		if !ok || under == nil { // nothing was laid over them yet
			return e.Next()
		}
		lay(under, s)
		defer lay(said(), s)
		return e.Next()
	}}
	app.OnModelCreate("_params").Bind(save)
	app.OnModelUpdate("_params").Bind(save)
}

// said is the settings that stand in the environment, among empty ones.
func said() *core.Settings {
	s := &core.Settings{}
	s.Meta.AppURL = valueOf(publicURLEnv)
	s.TrustedProxy.Headers = list(valueOf(proxyHeadersEnv))
	s.SuperuserIPs = list(valueOf(operatorsEnv))
	if from, err := mail.ParseAddress(valueOf(senderEnv)); err == nil {
		s.Meta.SenderName, s.Meta.SenderAddress = cmp.Or(from.Name, from.Address), from.Address
	}
	s.SMTP = core.SMTPConfig{Enabled: true, Host: valueOf(smtpHostEnv), Port: int(numberOf(smtpPortEnv)),
		Username: valueOf(smtpUserEnv), Password: valueOf(smtpPasswordEnv), TLS: valueOf(smtpTLSEnv) == "tls"}
	return s
}

// lay copies the settings of which the environment speaks.
func lay(from, to *core.Settings) {
	if valueOf(publicURLEnv) != "" {
		to.Meta.AppURL = from.Meta.AppURL
	}
	if valueOf(proxyHeadersEnv) != "" {
		to.TrustedProxy = from.TrustedProxy
	}
	if valueOf(operatorsEnv) != "" {
		to.SuperuserIPs = from.SuperuserIPs
	}
	if valueOf(senderEnv) != "" {
		to.Meta.SenderName, to.Meta.SenderAddress = from.Meta.SenderName, from.Meta.SenderAddress
	}
	if valueOf(smtpHostEnv) != "" {
		to.SMTP = from.SMTP
	}
}
