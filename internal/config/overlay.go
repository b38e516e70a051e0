package config

import (
	"cmp"
	"net/mail"
	"sync/atomic"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
)

// Overlay replaces PocketBase's stored settings by those of the environment when they are
// read, and restores the stored ones before they are written. A password from the
// environment is therefore never stored, and a setting that is removed from the environment
// has no effect any more.
func Overlay(app core.App) {
	var stored atomic.Pointer[core.Settings]
	app.OnSettingsReload().Bind(&hook.Handler[*core.SettingsReloadEvent]{Id: "hospitalSettings",
		Func: func(e *core.SettingsReloadEvent) error {
			if err := e.Next(); err != nil {
				return err
			}
			original, err := e.App.Settings().Clone()
			if err != nil {
				return err
			}
			stored.Store(original)
			copySettings(fromEnv(), e.App.Settings())
			return nil
		}})
	save := &hook.Handler[*core.ModelEvent]{Id: "hospitalSettings", Func: func(e *core.ModelEvent) error {
		settings, ok := e.Model.(*core.Settings)
		original := stored.Load()
		if !ok || original == nil { // nothing was laid over them yet
			return e.Next()
		}
		copySettings(original, settings)
		defer copySettings(fromEnv(), settings)
		return e.Next()
	}}
	app.OnModelCreate("_params").Bind(save)
	app.OnModelUpdate("_params").Bind(save)
}

// fromEnv returns the settings of the environment; all others are empty.
func fromEnv() *core.Settings {
	s := &core.Settings{}
	s.Meta.AppURL = PublicURL.Value()
	s.TrustedProxy.Headers = ProxyHeaders.List()
	s.SuperuserIPs = SuperuserIPs.List()
	if from, err := mail.ParseAddress(MailSender.Value()); err == nil {
		s.Meta.SenderName, s.Meta.SenderAddress = cmp.Or(from.Name, from.Address), from.Address
	}
	s.SMTP = core.SMTPConfig{Enabled: true, Host: SMTPHost.Value(), Port: int(SMTPPort.Int()),
		Username: SMTPUser.Value(), Password: SMTPPassword.Value(), TLS: SMTPTLS.Value() == "tls"}
	return s
}

// copySettings copies the settings that the environment sets.
func copySettings(from, to *core.Settings) {
	if PublicURL.Value() != "" {
		to.Meta.AppURL = from.Meta.AppURL
	}
	if ProxyHeaders.Value() != "" {
		to.TrustedProxy = from.TrustedProxy
	}
	if SuperuserIPs.Value() != "" {
		to.SuperuserIPs = from.SuperuserIPs
	}
	if MailSender.Value() != "" {
		to.Meta.SenderName, to.Meta.SenderAddress = from.Meta.SenderName, from.Meta.SenderAddress
	}
	if SMTPHost.Value() != "" {
		to.SMTP = from.SMTP
	}
}
