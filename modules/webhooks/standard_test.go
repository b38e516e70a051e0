package webhooks_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"hospital/internal/hospitaltest"
)

// verify.mjs checks requests with the package standardwebhooks, which shares no code with this one, and prints the
// subjects of their events.
const verify = `
import { Webhook } from "standardwebhooks";
const { secrets, body, headers } = JSON.parse(process.argv[2]);
const subjects = secrets.map((secret) => new Webhook(secret).verify(body, headers).subject);
let refused = 0;
for (const [text, changes] of [
	[body.replace("hospital.", "hospital:"), {}], [body + " ", {}],
	[body, { "webhook-id": "other" }], [body, { "webhook-timestamp": "1700000000" }],
]) {
	try {
		new Webhook(secrets[0]).verify(text, { ...headers, ...changes });
	} catch {
		refused++;
	}
}
console.log(JSON.stringify({ subjects, refused }));
`

// The npm package accepts what is sent, with each secret after a renewal, and nothing that was changed.
func TestThePackageStandardWebhooksAcceptsASignature(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it installs a package")
	}
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("there is no npm")
	}
	folder := t.TempDir()
	run := func(name string, args ...string) []byte {
		command := exec.Command(name, args...)
		command.Dir = folder
		var errors bytes.Buffer
		command.Stderr = &errors
		out, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, errors.String())
		}
		return out
	}
	packages, err := os.ReadFile("../../examples/webhook-receiver/package.json") // the version of the example
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"package.json": string(packages), "verify.mjs": verify} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error")

	h, r := hospitaltest.New(t), newReceiver(t)
	webhook, old := connect(h, r.URL, "*")
	renewed := h.As("admin1").Do("POST", "/api/hospital/webhooks/"+webhook+"/secret", nil).OK(t).String("signing_secret")
	publish(h, "a/Grüße", 1)
	deliver(h)
	got := r.take()[0]
	sent, err := json.Marshal(map[string]any{"secrets": []string{old, renewed}, "body": got.body,
		"headers": map[string]string{"webhook-id": got.header.Get("Webhook-Id"),
			"webhook-timestamp": got.header.Get("Webhook-Timestamp"), "webhook-signature": got.header.Get("Webhook-Signature")}})
	if err != nil {
		t.Fatal(err)
	}
	var found struct {
		Subjects []string
		Refused  int
	}
	if err := json.Unmarshal(run("node", "verify.mjs", string(sent)), &found); err != nil {
		t.Fatal(err)
	}
	if len(found.Subjects) != 2 || found.Subjects[0] != "a/Grüße" || found.Subjects[1] != "a/Grüße" || found.Refused != 4 {
		t.Errorf("the package says %+v", found)
	}
}
