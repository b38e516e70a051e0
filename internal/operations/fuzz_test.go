package operations

import (
	"archive/zip"
	"bytes"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// FuzzSettings: a value that a setting takes can be used as such.
func FuzzSettings(f *testing.F) {
	for _, v := range []string{"127.0.0.1:8090", ":8090", "[::1]:0", "https://hospital.example", "http://a b", "20s", "-1h", "99999999999999999999", "30 2 * * *", "* * * * 9", "on", "*", "10.0.0.0/8", "X-Forwarded-For", "Hospital <a@b.example>", "\x00", "a,,b"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		for _, s := range Settings {
			if s.check == nil || s.check(v) != nil {
				continue
			}
			var err error
			switch s.Env {
			case httpEnv, metricsEnv:
				_, _, err = net.SplitHostPort(v)
			case publicURLEnv:
				_, err = url.Parse(v)
			case smtpPortEnv, backupKeepEnv, diskEnv:
				_, err = strconv.ParseInt(v, 10, 64)
			case stopEnv:
				_, err = time.ParseDuration(v)
			case proxyHeadersEnv:
				for _, name := range list(v) {
					if name == "" || bytes.ContainsAny([]byte(name), " \r\n:") {
						t.Errorf("%s takes %q", s.Env, v)
					}
				}
			}
			if err != nil {
				t.Errorf("%s takes %q, which is none: %v", s.Env, v, err)
			}
		}
	})
}

// FuzzRestore: a file that is no backup is refused, and whatever it holds, nothing
// is written beside the directory, and nothing in it can be taken for a hospital.
func FuzzRestore(f *testing.F) {
	pack := func(names ...string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for i := 0; i+1 < len(names); i += 2 {
			w, err := z.Create(names[i])
			if err != nil {
				f.Fatal(err)
			}
			_, _ = w.Write([]byte(names[i+1]))
		}
		if err := z.Close(); err != nil {
			f.Fatal(err)
		}
		return b.Bytes()
	}
	const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	f.Add([]byte("PK"))
	f.Add(pack(manifestFile, `{"format":1,"files":[]}`))
	f.Add(pack(manifestFile, `{"format":1,"files":[{"name":"data.db","size":0,"sha256":"`+nothing+`"}]}`, "data.db", ""))
	f.Add(pack(manifestFile, `{"format":1,"files":[{"name":"data.db","size":0,"sha256":"`+nothing+`"},{"name":"storage/../../evil","size":0,"sha256":"`+nothing+`"}]}`, "data.db", "", "storage/../../evil", ""))
	f.Add(pack(manifestFile, `{"format":1,"files":[{"name":"data.db","size":-1,"sha256":""},{"name":"storage/a","size":9223372036854775807}]}`, "data.db", "x", "storage/a", "y"))
	f.Add(pack(manifestFile, `{"format":1,"files":[{"name":"storage/a","size":0},{"name":"storage/a/b","size":0}]}`, "storage/a", "", "storage/a/b", ""))
	f.Fuzz(func(t *testing.T, content []byte) {
		outside := t.TempDir()
		file, dir := filepath.Join(outside, "backup.zip"), filepath.Join(outside, "to")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		m, err := Restore(file, dir)
		beside, readErr := os.ReadDir(outside)
		if readErr != nil || len(beside) > 2 {
			t.Errorf("beside the directory there are %v, %v", beside, readErr)
		}
		_, missing := os.Stat(filepath.Join(dir, dataFile))
		if err != nil && missing == nil || err == nil && (missing != nil || len(m.Files) == 0) {
			t.Errorf("restored with %v: %v", err, m)
		}
	})
}
