package operations

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pocketbase/pocketbase/tools/cron"
	"github.com/spf13/cobra"

	"hospital/modules/audit"
)

// The names of the environment variables that the hospital reads.
const (
	dataDirEnv        = "HOSPITAL_DATA_DIR"
	httpEnv           = "HOSPITAL_HTTP"
	publicURLEnv      = "HOSPITAL_PUBLIC_URL"
	proxyHeadersEnv   = "HOSPITAL_PROXY_HEADERS"
	rateEnv           = "HOSPITAL_RATE_LIMIT"
	originsEnv        = "HOSPITAL_ORIGINS"
	operatorsEnv      = "HOSPITAL_SUPERUSER_IPS"
	operatorsCodeEnv  = "HOSPITAL_SUPERUSER_MFA"
	consoleEnv        = "HOSPITAL_SQL_CONSOLE"
	passwordEnv       = "HOSPITAL_SUPERUSER_PASSWORD"
	encryptionEnv     = "HOSPITAL_ENCRYPTION_KEY"
	smtpHostEnv       = "HOSPITAL_SMTP_HOST"
	smtpPortEnv       = "HOSPITAL_SMTP_PORT"
	smtpUserEnv       = "HOSPITAL_SMTP_USER"
	smtpPasswordEnv   = "HOSPITAL_SMTP_PASSWORD" // #nosec G101 -- the name of a password is none
	smtpTLSEnv        = "HOSPITAL_SMTP_TLS"
	senderEnv         = "HOSPITAL_MAIL_SENDER"
	synchronousEnv    = "HOSPITAL_SYNCHRONOUS"
	backupScheduleEnv = "HOSPITAL_BACKUP_SCHEDULE"
	backupDirEnv      = "HOSPITAL_BACKUP_DIR"
	backupKeepEnv     = "HOSPITAL_BACKUP_KEEP"
	diskEnv           = "HOSPITAL_DISK_FREE_MB"
	stopEnv           = "HOSPITAL_STOP_TIMEOUT"
	metricsEnv        = "HOSPITAL_METRICS"
)

// Setting is something that an operator may set in the environment.
type Setting struct {
	Env     string
	Default string // empty: nothing
	Says    string
	Secret  bool
	check   func(value string) error // nil: any text is good
	needs   []string                 // what must be set with it
}

// Settings are all of them. OPERATING.md shows the same table.
var Settings = []Setting{
	{Env: dataDirEnv, Default: "pb_data", Says: "Where the data is; `--dir` goes before it."},
	{Env: httpEnv, Default: "127.0.0.1:8090", Says: "Where `serve` listens; `--http` goes before it.", check: address},
	{Env: publicURLEnv, Says: "The hospital's address as people type it, such as `https://hospital.example`; for the links in mails.", check: webAddress},
	{Env: proxyHeadersEnv, Says: "Headers in which the proxy in front writes who is calling, such as `X-Forwarded-For`. Only with a proxy that overwrites them: otherwise callers write what they like.", check: each(headerName)},
	{Env: rateEnv, Default: "1", Says: "How many times what stands below under Limits may be asked for in a minute; 0 is without limit, where the proxy has its own.", check: number(0, 1000)},
	{Env: originsEnv, Says: "Other websites whose pages may use the API from a browser, with commas.", check: each(origin)},
	{Env: operatorsEnv, Says: "Addresses and networks from where superusers may come, with commas; nothing is everywhere.", check: each(network)},
	{Env: operatorsCodeEnv, Says: "`on`: superusers also enter a code, from a mail or from `hospital superuser otp`. `off`: the password alone. Nothing leaves it as the dashboard has it.", check: oneOf("on", "off")},
	{Env: consoleEnv, Default: "off", Says: "`on` opens the dashboard's SQL console, which goes past every law.", check: oneOf("on", "off")},
	{Env: passwordEnv, Says: "A superuser's password, for the `superuser` command.", Secret: true},
	{Env: encryptionEnv, Says: "Exactly 32 characters; encrypts the stored settings, among them the mail server's password.", Secret: true, check: func(v string) error {
		return unless(len(v) == 32, "must have exactly 32 characters")
	}},
	{Env: audit.KeyEnv, Says: "At least 32 characters; the key of the audit log, instead of the one in the file beside the data.", Secret: true, check: func(v string) error {
		return unless(len(v) >= 32, "must have at least 32 characters")
	}},
	{Env: smtpHostEnv, Says: "The mail server. Without one no mail is sent.", needs: []string{senderEnv, publicURLEnv}},
	{Env: smtpPortEnv, Default: "587", Says: "Its port.", check: number(1, 65535)},
	{Env: smtpUserEnv, Says: "The account there.", needs: []string{smtpHostEnv, smtpPasswordEnv}},
	{Env: smtpPasswordEnv, Says: "The account's password.", Secret: true, needs: []string{smtpUserEnv}},
	{Env: smtpTLSEnv, Default: "starttls", Says: "`starttls` is encrypted where the server offers it, `tls` from the first byte (port 465).", check: oneOf("starttls", "tls")},
	{Env: senderEnv, Says: "From whom mails are, such as `Hospital <no-reply@hospital.example>`.", check: sender},
	{Env: synchronousEnv, Default: "full", Says: "`full`: what was acknowledged survives a power cut. `normal`: faster, the last moments may be lost.", check: oneOf("full", "normal")},
	{Env: backupScheduleEnv, Default: "30 2 * * *", Says: "When a server backs itself up, as a cron expression in UTC, or `off`. Not at 00:00: the database tidies up then, and would wait for the backup.", check: schedule},
	{Env: backupDirEnv, Says: "Where backups go; nothing is the folder `backups` in the data directory. Better another disk.", check: nil},
	{Env: backupKeepEnv, Default: "14", Says: "How many backups are kept there.", check: number(1, 10_000)},
	{Env: diskEnv, Default: "500", Says: "Below so many free megabytes the server says that it is not ready.", check: number(1, 1_000_000_000)},
	{Env: stopEnv, Default: "20s", Says: "How long a server that is stopped waits for requests in flight.", check: duration(0, time.Hour)},
	{Env: metricsEnv, Says: "Where Prometheus reads metrics, such as `127.0.0.1:9090`: this machine only. Nothing is nowhere.", check: loopback},
}

// valueOf is what is in force: what is set, or else the default.
func valueOf(env string) string {
	for _, s := range Settings {
		if s.Env == env {
			return cmp.Or(os.Getenv(env), s.Default)
		}
	}
	panic(env + " is no setting")
}

// numberOf and durationOf read what was checked before.
func numberOf(env string) int64 {
	n, _ := strconv.ParseInt(valueOf(env), 10, 64)
	return n
}

func durationOf(env string) time.Duration {
	d, _ := time.ParseDuration(valueOf(env))
	return d
}

// problem is what is wrong with a setting; nil when nothing is.
func (s Setting) problem() error {
	v := os.Getenv(s.Env)
	if v == "" {
		return nil
	}
	if s.check != nil {
		if err := s.check(v); err != nil {
			if s.Secret {
				return fmt.Errorf("%s %w", s.Env, err)
			}
			return fmt.Errorf("%s: %q %w", s.Env, v, err)
		}
	}
	for _, other := range s.needs {
		if os.Getenv(other) == "" {
			return fmt.Errorf("%s needs %s", s.Env, other)
		}
	}
	return nil
}

// CheckSettings refuses an environment that says nonsense, or something that the
// hospital does not know: a misspelt name would be a setting that is not in force.
func CheckSettings() error {
	var problems []error
	for _, s := range Settings {
		problems = append(problems, s.problem())
	}
	for _, name := range unknown() {
		problems = append(problems, fmt.Errorf("%s is no setting; hospital config lists them", name))
	}
	return errors.Join(problems...)
}

// unknown are the variables with the hospital's prefix that are none of its own.
func unknown() (names []string) {
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		known := slices.ContainsFunc(Settings, func(s Setting) bool { return s.Env == name })
		// Kubernetes tells of a service "hospital" in names of its own.
		foreign := name == "HOSPITAL_PORT" || strings.HasPrefix(name, "HOSPITAL_PORT_") || strings.HasPrefix(name, "HOSPITAL_SERVICE_")
		if strings.HasPrefix(name, "HOSPITAL_") && !known && !foreign {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func configCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Prints what is in force, and what of the environment is nonsense",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, _ := c.Flags().GetString("dir")
			printSettings(c.OutOrStdout(), dir)
			return CheckSettings()
		},
	}
}

func printSettings(out io.Writer, dataDir string) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, s := range Settings {
		value, from := cmp.Or(valueOf(s.Env), "-"), "default"
		if os.Getenv(s.Env) != "" {
			from = "environment"
			if s.Secret {
				value = "(secret)"
			}
		}
		if s.Env == dataDirEnv && dataDir != value {
			value, from = dataDir, "--dir"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Env, value, from)
	}
	_ = table.Flush()
}

// The checks say what is wrong behind the value: "x" must be on or off.

func unless(good bool, why string) error {
	if good {
		return nil
	}
	return errors.New(why)
}

func oneOf(words ...string) func(string) error {
	return func(v string) error {
		return unless(slices.Contains(words, v), "must be "+strings.Join(words, " or "))
	}
}

func number(least, most int64) func(string) error {
	return func(v string) error {
		n, err := strconv.ParseInt(v, 10, 64)
		return unless(err == nil && n >= least && n <= most, fmt.Sprintf("must be a number from %d to %d", least, most))
	}
}

func duration(least, most time.Duration) func(string) error {
	return func(v string) error {
		d, err := time.ParseDuration(v)
		return unless(err == nil && d >= least && d <= most, fmt.Sprintf("must be a duration such as 20s, and at most %s", most))
	}
}

// each checks the words of a list with commas.
func each(check func(string) error) func(string) error {
	return func(v string) error {
		for _, word := range list(v) {
			if err := check(word); err != nil {
				return fmt.Errorf("holds %q, which %w", word, err)
			}
		}
		return nil
	}
}

func address(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		err = number(0, 65535)(port)
	}
	return unless(err == nil, "must be an address and a port, such as 127.0.0.1:8090")
}

func loopback(v string) error {
	host, _, err := net.SplitHostPort(v)
	ip, _ := netip.ParseAddr(host)
	return unless(err == nil && address(v) == nil && (host == "localhost" || ip.IsLoopback()), "must be an address of this machine and a port, such as 127.0.0.1:9090")
}

func webAddress(v string) error {
	u, err := url.Parse(v)
	return unless(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil, "must be a web address such as https://hospital.example")
}

func origin(v string) error {
	u, err := url.Parse(v)
	return unless(v == "*" || err == nil && webAddress(v) == nil && u.Path == "", "must be a website such as https://app.example, without a path")
}

func network(v string) error {
	_, noAddress := netip.ParseAddr(v)
	_, noPrefix := netip.ParsePrefix(v)
	return unless(noAddress == nil || noPrefix == nil, "is no address and no network")
}

func headerName(v string) error {
	return unless(strings.Trim(strings.ToLower(v), "abcdefghijklmnopqrstuvwxyz0123456789-") == "", "must be the name of a header")
}

func sender(v string) error {
	_, err := mail.ParseAddress(v)
	return unless(err == nil, "must be a mail address, with or without a name")
}

func schedule(v string) error {
	if v == "off" {
		return nil
	}
	_, err := cron.NewSchedule(v)
	return unless(err == nil, "must be a cron expression such as 30 2 * * *, or off")
}

// list is the words of a list with commas.
func list(text string) (words []string) {
	for _, word := range strings.Split(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}
