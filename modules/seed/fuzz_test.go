package seed

import (
	"regexp"
	"testing"
)

var ids = regexp.MustCompile(`^[a-z0-9]{15}$`)

// FuzzID: any name makes an id, the same one each time.
func FuzzID(f *testing.F) {
	for _, name := range []string{"pat1", "", "A very long name of a record", "Ä\xff", "İ"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if id := ID(name); !ids.MatchString(id) || ID(id) != id {
			t.Errorf("%q has the id %q", name, id)
		}
	})
}
