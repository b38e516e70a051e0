package conformance_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"hospital/internal/role"

	"hospital/internal/kit"
	"hospital/modules"
)

var updatePermissions = flag.Bool("update", false, "write PERMISSIONS.md")

const (
	renderedFile = "../../PERMISSIONS.md"
	preamble     = `# Who may do what

Rendered from [internal/conformance/permissions.txt](internal/conformance/permissions.txt) and [internal/conformance/routes.txt](internal/conformance/routes.txt), which a test asks the running API, cell by
cell and in every way: list, view, filter, sort, fields, expand, relations and back relations, realtime, batch, files. Written anew with
` + "`go test ./internal/conformance -run Rendered -update`" + `. Nobody deletes anything.

**all** is every record, **own** those that lead to one's account (of a patient also the dependants'), **care** those of patients in whose care team one is now; what is joined
to them with a dash narrows them: **own-issued** are own ones but drafts, **own-signed** own signed ones. **active** are those in use.
`
)

// PERMISSIONS.md is permissions.txt and routes.txt, rendered for people.
func TestPermissionsAreRendered(t *testing.T) {
	t.Parallel()
	rendered := render(t)
	if *updatePermissions {
		if err := os.WriteFile(renderedFile, []byte(rendered), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if stored, err := os.ReadFile(renderedFile); err != nil || string(stored) != rendered {
		t.Error("PERMISSIONS.md is not what permissions.txt and routes.txt say; run go test ./internal/conformance -run Rendered -update and read the diff", err)
	}
}

func render(t testing.TB) string {
	permissions, text := readTable(t), strings.Builder{}
	roles := []kit.Role{kit.Guest, role.Patient, role.Doctor, role.Nurse, role.Receptionist, role.Accountant, role.Admin}
	row := func(first string, cell func(kit.Role) string) {
		text.WriteString("| " + first)
		for _, role := range roles {
			text.WriteString(" | " + cmp.Or(cell(role), " "))
		}
		text.WriteString(" |\n")
	}
	head := func(first string) {
		row(first, func(role kit.Role) string { return string(role) })
		text.WriteString("|---" + strings.Repeat("|---", len(roles)) + "|\n")
	}
	text.WriteString(preamble + "\n## Records\n\n")
	head("")
	for _, m := range modules.All {
		for _, c := range m.Collections {
			row("["+c.Name+"](#"+c.Name+")", func(role kit.Role) string {
				var does []string
				for _, action := range actionRows {
					if word := permissions[c.Name][action][role]; word != "-" {
						does = append(does, action+" **"+word+"**")
					}
				}
				return strings.Join(does, "<br>")
			})
		}
	}
	text.WriteString("\n## Routes beside the records\n\n")
	head("")
	for _, r := range readRoutes(t) {
		row("`"+r.line+"`", func(role kit.Role) string {
			if word := r.who[role]; word != "-" {
				return "**" + word + "**"
			}
			return ""
		})
	}
	text.WriteString("\n## Fields\n\n**r** is shown, **c** may be given to a new record, **u** may be changed. Every record also has an `id` and the times it was created and updated.\n")
	for _, m := range modules.All {
		for _, c := range m.Collections {
			fmt.Fprintf(&text, "\n### %s\n\n", c.Name)
			head("")
			for _, f := range c.Fields {
				row("`"+f.GetName()+"`", func(role kit.Role) string { return strings.Trim(permissions[c.Name][f.GetName()][role], "-") })
			}
		}
	}
	return text.String()
}
