// Package config reads the settings of the operator from environment variables.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"hospital/modules/audit"
)

// Name is the name of an environment variable that the hospital reads.
type Name string

// The names of all settings.
const (
	DataDir           Name = "HOSPITAL_DATA_DIR"
	HTTP              Name = "HOSPITAL_HTTP"
	PublicURL         Name = "HOSPITAL_PUBLIC_URL"
	DashboardHTTP     Name = "HOSPITAL_DASHBOARD_HTTP"
	ProxyHeaders      Name = "HOSPITAL_PROXY_HEADERS"
	RateLimit         Name = "HOSPITAL_RATE_LIMIT"
	Origins           Name = "HOSPITAL_ORIGINS"
	SuperuserIPs      Name = "HOSPITAL_SUPERUSER_IPS"
	SuperuserMFA      Name = "HOSPITAL_SUPERUSER_MFA"
	SQLConsole        Name = "HOSPITAL_SQL_CONSOLE"
	Open              Name = "HOSPITAL_OPEN"
	SuperuserPassword Name = "HOSPITAL_SUPERUSER_PASSWORD" // #nosec G101 -- a name, not a password
	EncryptionKey     Name = "HOSPITAL_ENCRYPTION_KEY"
	AuditKey          Name = audit.KeyEnv
	AdminPassword     Name = "HOSPITAL_ADMIN_PASSWORD" // #nosec G101 -- a name, not a password
	SMTPHost          Name = "HOSPITAL_SMTP_HOST"
	SMTPPort          Name = "HOSPITAL_SMTP_PORT"
	SMTPUser          Name = "HOSPITAL_SMTP_USER"
	SMTPPassword      Name = "HOSPITAL_SMTP_PASSWORD" // #nosec G101 -- a name, not a password
	SMTPTLS           Name = "HOSPITAL_SMTP_TLS"
	MailSender        Name = "HOSPITAL_MAIL_SENDER"
	Synchronous       Name = "HOSPITAL_SYNCHRONOUS"
	BackupSchedule    Name = "HOSPITAL_BACKUP_SCHEDULE"
	BackupDir         Name = "HOSPITAL_BACKUP_DIR"
	BackupKeep        Name = "HOSPITAL_BACKUP_KEEP"
	BackupRecipients  Name = "HOSPITAL_BACKUP_RECIPIENTS"
	BackupCheck       Name = "HOSPITAL_BACKUP_CHECK"
	DiskFreeMB        Name = "HOSPITAL_DISK_FREE_MB"
	DiskReserveMB     Name = "HOSPITAL_DISK_RESERVE_MB"
	StopTimeout       Name = "HOSPITAL_STOP_TIMEOUT"
	Metrics           Name = "HOSPITAL_METRICS"
	WebhookHTTP       Name = "HOSPITAL_WEBHOOK_HTTP"
	WebhookPrivate    Name = "HOSPITAL_WEBHOOK_PRIVATE"
)

// Setting describes an environment variable.
type Setting struct {
	Name        Name
	Default     string // may be empty
	Description string
	Secret      bool                     // never printed
	check       func(value string) error // nil: any text is valid
	requires    []Name                   // must be set with it
}

// Settings lists all settings in the order of the table in docs/operating.md.
var Settings = []Setting{
	{Name: DataDir, Default: "pb_data", Description: "The data directory. `--dir` takes precedence."},
	{Name: HTTP, Default: "127.0.0.1:8090", check: address,
		Description: "Address and port that `serve` listens on. `--http` takes precedence."},
	{Name: DashboardHTTP, Description: "Address and port of a listener of its own for the dashboard and everything superusers do, such as `127.0.0.1:8091`. The other listener then knows neither. Empty: both on one.", check: address},
	{Name: PublicURL, check: webAddress,
		Description: "The hospital's address for users, such as `https://hospital.example`. Used for links in mails."},
	{Name: ProxyHeaders, check: each(headerName),
		Description: "Headers in which the proxy in front sends the client's address, such as `X-Forwarded-For`. Only " +
			"with a proxy that overwrites them: otherwise clients can send any address."},
	{Name: RateLimit, Default: "1", check: number(0, 1000),
		Description: "Multiplies the requests per minute under Limits below. 0 turns the limits off, for a proxy that " +
			"has its own."},
	{Name: Origins, check: each(origin),
		Description: "Other websites whose pages may use the API from a browser, separated by commas."},
	{Name: SuperuserIPs, check: each(network),
		Description: "Addresses and networks that superusers may connect from, separated by commas. Empty: from anywhere."},
	{Name: SuperuserMFA, check: oneOf("on", "off"),
		Description: "`on`: superusers also enter a code, from a mail or from `hospital superuser otp`. `off`: password " +
			"only. Empty: on where mail is set up, else as set in the dashboard."},
	{Name: SQLConsole, Default: "off", check: oneOf("on", "off"),
		Description: "`on` opens the dashboard's SQL console, like `sql` in `HOSPITAL_OPEN`."},
	{Name: Open, Description: "What superusers may do over HTTP although it goes around the rules of the hospital, separated by commas: `sql`, `backups` (upload, delete, restore), `collections` (create, change, delete), `impersonation`, `passwords` (of accounts, and their addresses), `mail` (the mail server, the sender, the hospital's address), `settings` (proxy, superusers' addresses, S3, backups, batches, limits). Open it only while you need it.", check: each(oneOf("sql", "backups", "collections", "impersonation", "passwords", "mail", "settings"))},
	{Name: SuperuserPassword, Description: "A superuser's password, for the `superuser` command.", Secret: true},
	{Name: AdminPassword, Description: "The first admin's password, for the `setup` command.", Secret: true},
	{Name: EncryptionKey, Secret: true, check: length(32, 32),
		Description: "Exactly 32 characters. Encrypts the stored settings, including the mail server's password."},
	{Name: AuditKey, Secret: true, check: length(32, 1<<20),
		Description: "At least 32 characters. The key of the audit log, instead of the key file beside the data."},
	{Name: SMTPHost, requires: []Name{MailSender, PublicURL},
		Description: "The mail server. Without one all mails wait."},
	{Name: SMTPPort, Default: "587", Description: "Its port.", check: number(1, 65535)},
	{Name: SMTPUser, Description: "The account on the mail server.", requires: []Name{SMTPHost, SMTPPassword}},
	{Name: SMTPPassword, Description: "The account's password.", Secret: true, requires: []Name{SMTPUser}},
	{Name: SMTPTLS, Default: "starttls", check: oneOf("starttls", "tls"),
		Description: "`starttls`: encrypted if the server offers it. `tls`: encrypted from the first byte (port 465)."},
	{Name: MailSender, Description: "The sender of mails, such as `Hospital <no-reply@hospital.example>`.", check: sender},
	{Name: Synchronous, Default: "full", check: oneOf("full", "normal"),
		Description: "`full`: an acknowledged write survives a power cut. `normal`: faster, but a power cut may lose " +
			"the last moments."},
	{Name: BackupSchedule, Default: "30 2 * * *", check: schedule,
		Description: "When a running server makes a backup: a cron expression in UTC, or `off`. Not at 00:00, when " +
			"PocketBase tidies the database up and would have to wait."},
	{Name: BackupDir,
		Description: "Directory for backups. Empty: `backups` in the data directory. Better on another disk."},
	{Name: BackupKeep, Default: "14", Description: "How many backups are kept there.", check: number(1, 10_000)},
	{Name: BackupRecipients, Description: "Public keys of age (`age1…`), separated by commas. Backups are encrypted to them; the private keys belong on another machine. Empty: not encrypted.", check: each(recipient)},
	{Name: BackupCheck, Default: "168h", Description: "How often a scheduled backup is also restored into a temporary directory and verified there. `0`: never.", check: duration(0, 10_000*time.Hour)},
	{Name: DiskFreeMB, Default: "500", check: number(1, 1_000_000_000),
		Description: "With less free disk space (in megabytes) the server reports that it is not ready."},
	{Name: DiskReserveMB, Default: "1024", check: number(0, 1_000_000_000),
		Description: "With less free disk space (in megabytes) uploads are refused with 503 (`disk_full`) and requests are " +
			"not logged, while bookings go on. Keep it above `HOSPITAL_DISK_FREE_MB`. 0: no reserve."},
	{Name: StopTimeout, Default: "20s", check: duration(0, time.Hour),
		Description: "How long a stopping server waits for requests in flight."},
	{Name: Metrics, check: loopback,
		Description: "Address and port of the Prometheus metrics, such as `127.0.0.1:9090`. Reachable from this machine " +
			"only. Empty: no metrics."},
	{Name: WebhookHTTP, Default: "off", check: oneOf("on", "off"),
		Description: "`on`: webhooks may also lead to `http` addresses of other machines. Events and their signatures then " +
			"cross the network unencrypted."},
	{Name: WebhookPrivate, Default: "off", check: oneOf("on", "off"),
		Description: "`on`: webhooks may also lead to private networks (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, " +
			"100.64.0.0/10, fc00::/7), such as to a gateway in the building. Admins of the hospital then reach any server " +
			"there with an event."},
}

// Value returns the value from the environment, or else the default.
func (n Name) Value() string {
	for _, s := range Settings {
		if s.Name == n {
			return cmp.Or(os.Getenv(string(n)), s.Default)
		}
	}
	panic(string(n) + " is not in config.Settings")
}

// Int returns the value of a numeric setting. Check has validated it.
func (n Name) Int() int64 {
	value, _ := strconv.ParseInt(n.Value(), 10, 64)
	return value
}

// Duration returns the value of a duration. Check has validated it.
func (n Name) Duration() time.Duration {
	value, _ := time.ParseDuration(n.Value())
	return value
}

// List returns the items of a list that is separated by commas.
func (n Name) List() []string { return split(n.Value()) }

// Check refuses invalid values and unknown names with the prefix HOSPITAL_, because a
// misspelt setting would have no effect. The error names all of them.
func Check() error {
	var problems []error
	for _, s := range Settings {
		problems = append(problems, s.problem())
	}
	for _, name := range unknown() {
		problems = append(problems, fmt.Errorf("%s is not a setting; hospital config lists them", name))
	}
	return errors.Join(problems...)
}

func (s Setting) problem() error {
	value := os.Getenv(string(s.Name))
	if value == "" {
		return nil
	}
	if s.check != nil {
		if err := s.check(value); err != nil {
			if s.Secret {
				return fmt.Errorf("%s %w", s.Name, err)
			}
			return fmt.Errorf("%s: %q %w", s.Name, value, err)
		}
	}
	for _, other := range s.requires {
		if os.Getenv(string(other)) == "" {
			return fmt.Errorf("%s requires %s", s.Name, other)
		}
	}
	return nil
}

// unknown returns the variables with the hospital's prefix that are not settings.
func unknown() (names []string) {
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		known := slices.ContainsFunc(Settings, func(s Setting) bool { return string(s.Name) == name })
		// Kubernetes sets these for a service called "hospital".
		kubernetes := name == "HOSPITAL_PORT" ||
			strings.HasPrefix(name, "HOSPITAL_PORT_") || strings.HasPrefix(name, "HOSPITAL_SERVICE_")
		if strings.HasPrefix(name, "HOSPITAL_") && !known && !kubernetes {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
