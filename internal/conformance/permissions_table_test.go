package conformance_test

import (
	"bufio"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"hospital/internal/hospitaltest"
	"hospital/internal/kit"
	"hospital/modules"
)

// table is permissions.txt: collection -> row -> role -> cell.
type table map[string]map[string]map[kit.Role]string

// fields returns the rows of a collection that are fields.
func (t table) fields(collection string) (names []string) {
	for row := range t[collection] {
		if !slices.Contains(actionRows, row) {
			names = append(names, row)
		}
	}
	slices.Sort(names)
	return names
}

var actionRows = []string{"read", "create", "update"}

// readTable parses permissions.txt.
func readTable(t testing.TB) table {
	t.Helper()
	file, err := os.Open("permissions.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	parsed, collection := table{}, ""
	var roles []kit.Role
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0][0] == '#':
		case roles == nil:
			for _, w := range words {
				roles = append(roles, kit.Role(w))
			}
		case len(words) == 1 && line[0] != ' ':
			collection = words[0]
			parsed[collection] = map[string]map[kit.Role]string{}
		case len(words) == len(roles)+1:
			cells := map[kit.Role]string{}
			for i, role := range roles {
				cells[role] = words[i+1]
			}
			parsed[collection][words[0]] = cells
		default:
			t.Fatalf("permissions.txt: %q has %d cells, want %d", line, len(words)-1, len(roles))
		}
	}
	return parsed
}

func TestEveryFieldIsInPermissions(t *testing.T) {
	t.Parallel()
	permissions, declared := readTable(t), kit.CatalogOf(modules.All)
	if got, want := slices.Sorted(maps.Keys(permissions)), slices.Sorted(maps.Keys(declared)); !slices.Equal(got, want) {
		t.Fatalf("permissions.txt has the collections\n%v\nthe modules declare\n%v", got, want)
	}
	for name, c := range declared {
		var want []string
		for _, f := range c.Fields {
			want = append(want, f.GetName())
		}
		slices.Sort(want)
		if got := permissions.fields(name); !slices.Equal(got, want) {
			t.Errorf("permissions.txt has for %s the fields\n%v\nit declares\n%v", name, got, want)
		}
		for _, row := range actionRows {
			if permissions[name][row] == nil {
				t.Errorf("permissions.txt has no row %s for %s", row, name)
			}
		}
	}
}

// everybody lists the accounts of the permission tests.
var everybody = append([]string{"guest"}, hospitaltest.Accounts...)

// route is a row of routes.txt.
type route struct {
	line string // "GET /api/hospital/slots"
	who  map[kit.Role]string
}

// readRoutes parses routes.txt.
func readRoutes(t testing.TB) (all []route) {
	t.Helper()
	file, err := os.Open("routes.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var roles []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 0 || words[0] == "#":
		case roles == nil:
			roles = words
		case len(words) != len(roles)+2:
			t.Fatalf("routes.txt: %q has %d cells, want %d", lines.Text(), len(words)-2, len(roles))
		default:
			r := route{words[0] + " " + words[1], map[kit.Role]string{}}
			for i, role := range roles {
				r.who[kit.Role(role)] = words[i+2]
			}
			all = append(all, r)
		}
	}
	return all
}
