package config

import (
	"bytes"
	"net"
	"net/url"
	"strconv"
	"testing"
	"time"
)

// A value that a check accepts can be parsed.
func FuzzSettings(f *testing.F) {
	for _, v := range []string{"127.0.0.1:8090", ":8090", "[::1]:0", "https://hospital.example", "http://a b",
		"20s", "-1h", "99999999999999999999",
		"30 2 * * *", "* * * * 9", "on", "*", "10.0.0.0/8", "X-Forwarded-For", "Hospital <a@b.example>",
		"\x00", "a,,b"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		for _, s := range Settings {
			if s.check == nil || s.check(v) != nil {
				continue
			}
			var err error
			switch s.Name {
			case HTTP, Metrics:
				_, _, err = net.SplitHostPort(v)
			case PublicURL:
				_, err = url.Parse(v)
			case SMTPPort, BackupKeep, DiskFreeMB, DiskReserveMB:
				_, err = strconv.ParseInt(v, 10, 64)
			case StopTimeout:
				_, err = time.ParseDuration(v)
			case ProxyHeaders:
				for _, name := range split(v) {
					if name == "" || bytes.ContainsAny([]byte(name), " \r\n:") {
						t.Errorf("%s accepts %q", s.Name, v)
					}
				}
			}
			if err != nil {
				t.Errorf("%s accepts %q, which cannot be parsed: %v", s.Name, v, err)
			}
		}
	})
}
