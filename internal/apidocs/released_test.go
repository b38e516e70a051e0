package apidocs_test

import (
	"flag"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"hospital/internal/apidocs"
	"hospital/modules"
)

var update = flag.Bool("update", false, "write released.yaml, at a release")

// TestReleasedClientsStillWork holds the document against the last release's. What
// breaks clients is a mistake, or stands in the changelog.
func TestReleasedClientsStillWork(t *testing.T) {
	now, err := apidocs.Join(modules.All)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("released.yaml", now.YAML(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	released, err := os.ReadFile("released.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changelog, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	found := compare(parse(t, string(released)), parse(t, string(now.YAML())))
	for _, sentence := range slices.Sorted(maps.Keys(found)) {
		switch {
		case !found[sentence]:
			t.Log("note:", sentence)
		case !meant(string(changelog), sentence):
			t.Errorf("clients of the last release break: %s\nIf that is meant, CHANGELOG.md says so under Unreleased, Breaking for clients.", sentence)
		}
	}
}

func parse(t *testing.T, text string) object {
	t.Helper()
	var document object
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		t.Fatal(err)
	}
	return numbers(t, document).(object)
}

var (
	unreleased = regexp.MustCompile(`(?s)\n## Unreleased\n(.*?)(?:\n## |$)`)
	breaking   = regexp.MustCompile(`(?s)\n### Breaking for clients\n(.*?)(?:\n##|$)`)
	named      = regexp.MustCompile("`[^`]+`")
)

// meant says whether a line of the changelog names all that a sentence names.
func meant(changelog, sentence string) bool {
	section := ""
	for _, heading := range []*regexp.Regexp{unreleased, breaking} {
		found := heading.FindStringSubmatch(changelog)
		if found == nil {
			return false
		}
		section, changelog = found[1], found[1]
	}
	return slices.ContainsFunc(strings.Split(section, "\n"), func(line string) bool {
		for _, name := range named.FindAllString(sentence, -1) {
			if !strings.Contains(line, name) {
				return false
			}
		}
		return true
	})
}

func TestTheChangelogAllowsWhatItNames(t *testing.T) {
	t.Parallel()
	const said = "In answers, `Visit.reason` is gone."
	for changelog, want := range map[string]bool{
		"# C\n\n## Unreleased\n\n- New.\n\n### Breaking for clients\n\n- The `Visit.reason` is gone, it was never given.\n":  true,
		"# C\n\n## Unreleased\n\n### Breaking for clients\n\n- `Visit.reason` went.\n\n## 1.0.0\n\n- First.\n":               true,
		"# C\n\n## Unreleased\n\n### Breaking for clients\n\n- `Visit` has no reason.\n":                                     false,
		"# C\n\n## Unreleased\n\n### Breaking for clients\n\n### Fixed\n\n- `Visit.reason`.\n":                               false,
		"# C\n\n## Unreleased\n\n- `Visit.reason` is gone.\n":                                                                false,
		"# C\n\n## Unreleased\n\n- New.\n\n## 1.0.0\n\n### Breaking for clients\n\n- `Visit.reason` is gone.\n":              false,
		"# C\n\n## Unreleased\n\n### Breaking for clients\n\n- `Visit.status` went.\n- `Visit.reason` and `Visit.x` went.\n": true,
	} {
		if got := meant(changelog, said); got != want {
			t.Errorf("allowed %v, want %v:\n%s", got, want, changelog)
		}
	}
}

// small is a document with one of everything that the comparison looks at.
const small = `
security: [{token: []}]
paths:
  /visits/{id}:
    parameters: [{$ref: '#/components/parameters/id'}]
    patch:
      operationId: changeVisit
      parameters:
        - {name: expand, in: query, schema: {type: string, maxLength: 100}}
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/VisitUpdate'}}
      responses:
        '200': {content: {application/json: {schema: {$ref: '#/components/schemas/Visit'}}}}
        '409': {$ref: '#/components/responses/Conflict'}
  /visits:
    get:
      operationId: listVisits
      security: [{}, {token: []}]
      responses:
        '200':
          content:
            application/json:
              schema:
                allOf:
                  - {type: object, required: [page], properties: {page: {type: integer}}}
                  - {type: object, required: [items], properties: {items: {type: array, items: {$ref: '#/components/schemas/Visit'}}}}
  /stream:
    get:
      operationId: openStream
      responses:
        '200': {content: {text/event-stream: {x-events: {hello: {type: object, properties: {client: {type: string}}}}}}}
components:
  parameters:
    id: {name: id, in: path, required: true, schema: {type: string}}
  responses:
    Conflict: {x-codes: [too_late, stale_version]}
  schemas:
    Id: {type: string, pattern: '^[a-z]{15}$'}
    Email: {type: string, anyOf: [{format: email}, {maxLength: 0}]}
    Visit:
      type: object
      required: [id, status]
      properties:
        id: {$ref: '#/components/schemas/Id', description: Its own.}
        status: {type: string, enum: [pending, done]}
        note: {type: [string, 'null']}
        fee: {type: integer}
        next: {$ref: '#/components/schemas/Visit'}
        contact: {$ref: '#/components/schemas/Email'}
        more: {type: object, additionalProperties: {type: string}}
    VisitUpdate:
      type: object
      required: [status]
      properties:
        status: {type: string, enum: [done, pending]}
        note: {type: [string, 'null'], minLength: 2, maxLength: 50}
        code: {type: string, pattern: '^[a-z]+$'}
        fee: {type: integer, minimum: 0, maximum: 900}
        tags: {type: array, maxItems: 5, items: {type: string, enum: [a, b]}}
        contact: {$ref: '#/components/schemas/Email'}
`

// TestEveryKindOfBreakIsNamed changes one thing in the small document at a time.
func TestEveryKindOfBreakIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, now, says string }{
		{"  /visits:", "  /calls:", "`listVisits` is gone: GET /visits."},
		{"    patch:", "    put:", "`changeVisit` is gone: PATCH /visits/{id}."},
		{"operationId: listVisits", "operationId: visits", "`listVisits` is now called `visits`."},
		{"security: [{}, {token: []}]", "security: [{token: []}]", "`listVisits` can no longer be used without signing in."},
		{"security: [{token: []}]\npaths", "security: [{key: []}]\npaths", "`changeVisit` can no longer be used with `token`."},
		{"name: expand,", "name: with,", "`changeVisit` no longer takes the parameter `expand in query`."},
		{"name: expand, in: query,", "name: expand, in: query, required: true,", "`changeVisit` now wants the parameter `expand in query`."},
		{"required: true, schema: {type: string}}", "required: true, schema: {type: integer}}", "In requests, `parameters/id` may no longer be of `type` `string`."},
		{"      parameters:\n", "      parameters:\n        - {name: why, in: query, required: true}\n", "`changeVisit` now wants the parameter `why in query`."},
		{"schema: {type: string, maxLength: 100}", "schema: {type: string, maxLength: 99}", "In requests, `changeVisit?expand in query` has another `maxLength`: 99, before 100."},
		{"      requestBody:\n", "      requestBody:\n        required: true\n", "`changeVisit` now wants a body."},
		{"application/json: {schema: {$ref: '#/components/schemas/VisitUpdate'}}", "text/plain: {}", "In requests, `changeVisit` has no `application/json` any more."},
		{"application/json: {schema: {$ref: '#/components/schemas/Visit'}}", "text/plain: {}", "In answers, `changeVisit` has no `application/json` any more."},
		{"'409': {$ref", "'400': {$ref", "`changeVisit` no longer answers `409`."},
		{"[too_late, stale_version]", "[stale_version]", "`changeVisit` no longer answers `409` with the code `too_late`."},
		{"        note: {type: [string, 'null']}\n", "", "In answers, `Visit.note` is gone."},
		{"        fee: {type: integer}\n", "        charge: {type: integer}\n", "In answers, `Visit.fee` is gone."},
		{"properties: {page: {type: integer}}", "properties: {}", "In answers, `listVisits.page` is gone."},
		{"required: [page]", "required: []", "In answers, `listVisits.page` is no longer always there."},
		{"required: [id, status]", "required: [id]", "In answers, `Visit.status` is no longer always there."},
		{"fee: {type: integer}", "fee: {type: string}", "In answers, `Visit.fee` may now be of `type` `string`."},
		{"fee: {type: integer}", "fee: {type: number}", "In answers, `Visit.fee` may now be of `type` `number`."},
		{"fee: {type: integer}", "fee: {type: [integer, 'null']}", "In answers, `Visit.fee` may now be of `type` `null`."},
		{"fee: {type: integer}", "fee: {}", "In answers, `Visit.fee` may now be of any `type`."},
		{"x-events: {hello:", "x-events: {bye:", "`openStream` has no event `hello` any more."},
		{"{client: {type: string}}", "{id: {type: string}}", "In answers, `openStream hello.client` is gone."},
		{"pattern: '^[a-z]{15}$'", "pattern: '^[a-z]{20}$'", "In answers, `Id` has another `pattern`: ^[a-z]{20}$, before ^[a-z]{15}$."},
		{"id: {$ref: '#/components/schemas/Id',", "id: {type: integer,", "In answers, `Visit.id` may now be of `type` `integer`."},
		{"additionalProperties: {type: string}", "additionalProperties: {type: integer}", "In answers, `Visit.more.*` may now be of `type` `integer`."},
		{"[{format: email}, {maxLength: 0}]", "[{format: email}, {maxLength: 0}, {format: uri}]", "In answers, `Email` has another `anyOf`"},
		{"[{format: email}, {maxLength: 0}]", "[{format: email}]", "In requests, `Email` has another `anyOf`: 1, before 2."},
		{"[{format: email}, {maxLength: 0}]", "[{format: uri}, {maxLength: 0}]", "In requests, `Email` has another `format`: uri, before email."},
		{"        code: {type: string, pattern: '^[a-z]+$'}\n", "", "In requests, `VisitUpdate.code` is gone."},
		{"enum: [done, pending]", "enum: [done]", "In requests, `VisitUpdate.status` may no longer be of `enum` `pending`."},
		{"code: {type: string,", "code: {type: string, enum: [a],", "In requests, `VisitUpdate.code` may no longer be of any `enum`."},
		{"items: {type: string, enum: [a, b]}", "items: {type: string, const: a}", "In requests, `VisitUpdate.tags[]` may no longer be of `enum` `b`."},
		{"      required: [status]", "      required: [status, fee]", "In requests, `VisitUpdate.fee` must now be given."},
		{"note: {type: [string, 'null'], m", "note: {type: string, m", "In requests, `VisitUpdate.note` may no longer be of `type` `null`."},
		{"maxLength: 50", "maxLength: 49", "In requests, `VisitUpdate.note` has another `maxLength`: 49, before 50."},
		{"minLength: 2", "minLength: 3", "In requests, `VisitUpdate.note` has another `minLength`: 3, before 2."},
		{"maximum: 900", "maximum: 800", "In requests, `VisitUpdate.fee` has another `maximum`: 800, before 900."},
		{"minimum: 0", "minimum: 1", "In requests, `VisitUpdate.fee` has another `minimum`: 1, before 0."},
		{"maxItems: 5", "maxItems: 4", "In requests, `VisitUpdate.tags` has another `maxItems`: 4, before 5."},
		{"'^[a-z]+$'", "'^[a-y]+$'", "In requests, `VisitUpdate.code` has another `pattern`: ^[a-y]+$, before ^[a-z]+$."},
		{"code: {type: string, pattern", "code: {type: string, maxLength: 9, pattern", "In requests, `VisitUpdate.code` has another `maxLength`: 9, before none."},
		{"    VisitUpdate:\n      type: object\n", "    VisitUpdate:\n      type: object\n      additionalProperties: false\n", "In requests, `VisitUpdate` takes no fields but its own any more."},
	} {
		t.Run(c.now, func(t *testing.T) {
			said := differences(t, c.old, c.now, true)
			if !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, c.says) }) {
				t.Errorf("%s became %s: it says\n%s\nwant\n%s", c.old, c.now, strings.Join(said, "\n"), c.says)
			}
		})
	}
}

// TestAdditionsBreakNothing, nor does what is only written in another way.
func TestAdditionsBreakNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, now string }{
		{"  /visits:", "  /calls: {get: {operationId: listCalls, responses: {}}}\n  /visits:"},
		{"    get:", "    post: {operationId: createVisit, responses: {}}\n    get:"},
		{"security: [{token: []}]\npaths", "security: [{token: []}, {key: []}]\npaths"},
		{"security: [{}, {token: []}]", "security: []"},
		{"      operationId: changeVisit\n", "      operationId: changeVisit\n      security: [{}]\n"},
		{"      parameters:\n", "      parameters:\n        - {name: why, in: query}\n"},
		{"[{$ref: '#/components/parameters/id'}]", "[{name: id, in: path, required: true, schema: {type: string}}]"},
		{"maxLength: 100", "maxLength: 101"},
		{", maxLength: 100", ""},
		{"'409': {$ref", "'400': {}\n        '409': {$ref"},
		{"[too_late, stale_version]", "[stale_version, too_early, too_late]"},
		{"        fee: {type: integer}\n", "        fee: {type: integer}\n        why: {type: string}\n"},
		{"required: [id, status]", "required: [status, id, note]"},
		{"note: {type: [string, 'null']}", "note: {type: string}"},
		{"note: {type: [string, 'null']}", "note: {type: ['null', string], description: What was said.}"},
		{"status: {type: string, enum: [pending, done]}", "status: {type: string, enum: [done]}"},
		{"fee: {type: integer}", "fee: {type: integer, minimum: 0, format: int64}"},
		{"id: {$ref: '#/components/schemas/Id',", "id: {type: string, pattern: '^[a-z]{15}$',"},
		{"enum: [done, pending]", "enum: [missed, pending, done]"},
		{", enum: [a, b]", ""},
		{"      required: [status]", "      required: []"},
		{"        code: {type", "        why: {type: string, maxLength: 5}\n        code: {type"},
		{"minLength: 2, maxLength: 50", "minLength: 1, maxLength: 51"},
		{"minimum: 0, maximum: 900", "minimum: -1"},
		{"fee: {type: integer, minimum", "fee: {type: number, minimum"},
		{", pattern: '^[a-z]+$'", ""},
		{"[string, 'null'], minLength", "[integer, string, 'null'], minLength"},
	} {
		t.Run(c.now, func(t *testing.T) {
			if said := differences(t, c.old, c.now, true); len(said) > 0 {
				t.Errorf("%s became %s: it says\n%s", c.old, c.now, strings.Join(said, "\n"))
			}
		})
	}
}

// TestAWordThatClientsDoNotKnowIsANote, as they are told to have a way for it.
func TestAWordThatClientsDoNotKnowIsANote(t *testing.T) {
	t.Parallel()
	const old, now = "enum: [pending, done]", "enum: [pending, done, missed]"
	if said := differences(t, old, now, true); len(said) > 0 {
		t.Error("it breaks:", said)
	}
	if said, want := differences(t, old, now, false), []string{"In answers, `Visit.status` may now be of `enum` `missed`."}; !slices.Equal(said, want) {
		t.Errorf("it says %q, want %q", said, want)
	}
}

// differences are the breaks, or the notes, after a change of the small document.
func differences(t *testing.T, old, now string, breaks bool) (said []string) {
	t.Helper()
	if !strings.Contains(small, old) {
		t.Fatalf("the small document has no %q", old)
	}
	found := compare(parse(t, small), parse(t, strings.Replace(small, old, now, 1)))
	for _, sentence := range slices.Sorted(maps.Keys(found)) {
		if found[sentence] == breaks {
			said = append(said, sentence)
		}
	}
	return said
}
