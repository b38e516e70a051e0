package apidocs_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// smallDocument contains an example of everything that the comparison supports.
const smallDocument = `
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

// TestEveryBreakingChangeIsFound makes one change to smallDocument at a time.
func TestEveryBreakingChangeIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, now, sentence string }{
		{"  /visits:", "  /calls:", "`listVisits` is gone: GET /visits."},
		{"    patch:", "    put:", "`changeVisit` is gone: PATCH /visits/{id}."},
		{"operationId: listVisits", "operationId: visits", "`listVisits` is now called `visits`."},
		{"security: [{}, {token: []}]", "security: [{token: []}]", "`listVisits` can no longer be used without signing in."},
		{"security: [{token: []}]\npaths", "security: [{key: []}]\npaths",
			"`changeVisit` can no longer be used with `token`."},
		{"name: expand,", "name: with,", "`changeVisit` no longer takes the parameter `expand in query`."},
		{"name: expand, in: query,", "name: expand, in: query, required: true,",
			"`changeVisit` now wants the parameter `expand in query`."},
		{"required: true, schema: {type: string}}", "required: true, schema: {type: integer}}",
			"In requests, `parameters/id` may no longer be of `type` `string`."},
		{"      parameters:\n", "      parameters:\n        - {name: why, in: query, required: true}\n",
			"`changeVisit` now wants the parameter `why in query`."},
		{"schema: {type: string, maxLength: 100}", "schema: {type: string, maxLength: 99}",
			"In requests, `changeVisit?expand in query` has another `maxLength`: 99, before 100."},
		{"      requestBody:\n", "      requestBody:\n        required: true\n", "`changeVisit` now wants a body."},
		{"application/json: {schema: {$ref: '#/components/schemas/VisitUpdate'}}", "text/plain: {}",
			"In requests, `changeVisit` has no `application/json` any more."},
		{"application/json: {schema: {$ref: '#/components/schemas/Visit'}}", "text/plain: {}",
			"In answers, `changeVisit` has no `application/json` any more."},
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
		{"pattern: '^[a-z]{15}$'", "pattern: '^[a-z]{20}$'",
			"In answers, `Id` has another `pattern`: ^[a-z]{20}$, before ^[a-z]{15}$."},
		{"id: {$ref: '#/components/schemas/Id',", "id: {type: integer,",
			"In answers, `Visit.id` may now be of `type` `integer`."},
		{"additionalProperties: {type: string}", "additionalProperties: {type: integer}",
			"In answers, `Visit.more.*` may now be of `type` `integer`."},
		{"[{format: email}, {maxLength: 0}]", "[{format: email}, {maxLength: 0}, {format: uri}]",
			"In answers, `Email` has another `anyOf`"},
		{"[{format: email}, {maxLength: 0}]", "[{format: email}]", "In requests, `Email` has another `anyOf`: 1, before 2."},
		{"[{format: email}, {maxLength: 0}]", "[{format: uri}, {maxLength: 0}]",
			"In requests, `Email` has another `format`: uri, before email."},
		{"        code: {type: string, pattern: '^[a-z]+$'}\n", "", "In requests, `VisitUpdate.code` is gone."},
		{"enum: [done, pending]", "enum: [done]", "In requests, `VisitUpdate.status` may no longer be of `enum` `pending`."},
		{"code: {type: string,", "code: {type: string, enum: [a],",
			"In requests, `VisitUpdate.code` may no longer be of any `enum`."},
		{"items: {type: string, enum: [a, b]}", "items: {type: string, const: a}",
			"In requests, `VisitUpdate.tags[]` may no longer be of `enum` `b`."},
		{"      required: [status]", "      required: [status, fee]", "In requests, `VisitUpdate.fee` must now be given."},
		{"note: {type: [string, 'null'], m", "note: {type: string, m",
			"In requests, `VisitUpdate.note` may no longer be of `type` `null`."},
		{"maxLength: 50", "maxLength: 49", "In requests, `VisitUpdate.note` has another `maxLength`: 49, before 50."},
		{"minLength: 2", "minLength: 3", "In requests, `VisitUpdate.note` has another `minLength`: 3, before 2."},
		{"maximum: 900", "maximum: 800", "In requests, `VisitUpdate.fee` has another `maximum`: 800, before 900."},
		{"minimum: 0", "minimum: 1", "In requests, `VisitUpdate.fee` has another `minimum`: 1, before 0."},
		{"maxItems: 5", "maxItems: 4", "In requests, `VisitUpdate.tags` has another `maxItems`: 4, before 5."},
		{"'^[a-z]+$'", "'^[a-y]+$'", "In requests, `VisitUpdate.code` has another `pattern`: ^[a-y]+$, before ^[a-z]+$."},
		{"code: {type: string, pattern", "code: {type: string, maxLength: 9, pattern",
			"In requests, `VisitUpdate.code` has another `maxLength`: 9, before none."},
		{"    VisitUpdate:\n      type: object\n", "    VisitUpdate:\n      type: object\n      additionalProperties: false\n",
			"In requests, `VisitUpdate` takes no fields but its own any more."},
	} {
		t.Run(c.now, func(t *testing.T) {
			found := differences(t, c.old, c.now, true)
			if !slices.ContainsFunc(found, func(s string) bool { return strings.HasPrefix(s, c.sentence) }) {
				t.Errorf("%s became %s: found\n%s\nwant\n%s", c.old, c.now, strings.Join(found, "\n"), c.sentence)
			}
		})
	}
}

func TestAdditionsAndEquivalentSchemasDoNotBreakClients(t *testing.T) {
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
			if found := differences(t, c.old, c.now, true); len(found) > 0 {
				t.Errorf("%s became %s: found\n%s", c.old, c.now, strings.Join(found, "\n"))
			}
		})
	}
}

// The document tells clients to expect enum values that they do not know.
func TestANewEnumValueInAnswersIsANote(t *testing.T) {
	t.Parallel()
	const old, now = "enum: [pending, done]", "enum: [pending, done, missed]"
	if found := differences(t, old, now, true); len(found) > 0 {
		t.Error("it breaks clients:", found)
	}
	want := []string{"In answers, `Visit.status` may now be of `enum` `missed`."}
	if found := differences(t, old, now, false); !slices.Equal(found, want) {
		t.Errorf("the notes are %q, want %q", found, want)
	}
}

// differences replaces a part of smallDocument and returns the breaking changes, or the notes.
func differences(t *testing.T, old, now string, breaks bool) (sentences []string) {
	t.Helper()
	if !strings.Contains(smallDocument, old) {
		t.Fatalf("smallDocument does not contain %q", old)
	}
	found := compare(parse(t, smallDocument), parse(t, strings.Replace(smallDocument, old, now, 1)))
	for _, sentence := range slices.Sorted(maps.Keys(found)) {
		if found[sentence] == breaks {
			sentences = append(sentences, sentence)
		}
	}
	return sentences
}
