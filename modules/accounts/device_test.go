package accounts_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/hospitaltest"
)

// device is where a person signs in.
type device struct{ address, browser string }

var (
	ward     = device{"192.0.2.1", "Ward browser"}
	attacker = device{"198.51.100.7", "Script"}
)

// signInAt signs in from a device.
func signInAt(h *hospitaltest.Hospital, d device, collection, identity, password string) int {
	return h.As("guest").SkipContract().With("X-Real-IP", d.address).With("User-Agent", d.browser).
		Do(http.MethodPost, "/api/collections/"+collection+"/auth-with-password",
			body{"identity": identity, "password": password}).Status
}

func hospitalWithDevices(t *testing.T) *hospitaltest.Hospital {
	t.Helper()
	h := hospitaltest.New(t)
	h.App.Settings().TrustedProxy.Headers = []string{"X-Real-IP"}
	h.At(time.Now())
	return h
}

func TestWrongPasswordsElsewhereDoNotKeepTheOwnerOut(t *testing.T) {
	t.Parallel()
	h := hospitalWithDevices(t)
	h.Operator()
	for collection, identity := range map[string]string{"users": "nurse1@example.org",
		core.CollectionNameSuperusers: "operator@example.org"} {
		at := func(d device, password string) int { return signInAt(h, d, collection, identity, password) }
		if status := at(ward, hospitaltest.Password); status != http.StatusOK {
			t.Fatalf("%s: the first sign-in answered %d", identity, status)
		}
		for range 9 {
			at(attacker, "wrong-password")
		}
		for name, c := range map[string]struct {
			device device
			want   int
		}{
			"the attacker":                {attacker, http.StatusTooManyRequests},
			"a new device":                {device{"203.0.113.5", "Phone"}, http.StatusTooManyRequests},
			"another browser there":       {device{ward.address, "Script"}, http.StatusTooManyRequests},
			"the same browser elsewhere":  {device{attacker.address, ward.browser}, http.StatusTooManyRequests},
			"the usual device":            {ward, http.StatusOK},
			"the usual device once again": {ward, http.StatusOK},
		} {
			if status := at(c.device, hospitaltest.Password); status != c.want {
				t.Errorf("%s: %s answered %d, want %d", identity, name, status, c.want)
			}
		}
		if status := at(attacker, "wrong-password"); status != http.StatusTooManyRequests {
			t.Errorf("%s: the owner's sign-in gave the attacker another try: %d", identity, status)
		}
	}
}

// Whoever sits at a known device cannot guess without end.
func TestKnownDevicesAreThrottledToo(t *testing.T) {
	t.Parallel()
	h := hospitalWithDevices(t)
	at := func(password string) int { return signInAt(h, ward, "users", "nurse1@example.org", password) }
	if status := at(hospitaltest.Password); status != http.StatusOK {
		t.Fatal(status)
	}
	wrong := 0
	for range 30 {
		if at("wrong-password") == http.StatusBadRequest {
			wrong++
		}
	}
	if status := at(hospitaltest.Password); wrong > 10 || status != http.StatusTooManyRequests {
		t.Errorf("%d passwords were tried, and then the right one answered %d", wrong, status)
	}
}

// A password that is set on the machine, or by a mail, ends the wait.
func TestANewPasswordEndsTheWait(t *testing.T) {
	t.Parallel()
	h := hospitalWithDevices(t)
	for range 9 {
		signInAt(h, attacker, "users", "nurse1@example.org", "wrong-password")
	}
	nurse := h.Record("users", hospitaltest.ID("nurse1"))
	nurse.SetPassword("seven-wild-geese")
	if err := h.App.Save(nurse); err != nil {
		t.Fatal(err)
	}
	if status := signInAt(h, ward, "users", "nurse1@example.org", "seven-wild-geese"); status != http.StatusOK {
		t.Errorf("answered %d", status)
	}
}

// A mail server that hangs delays no sign-in, and the device is remembered.
func TestTheAlertAboutANewDeviceIsSentAfterTheAnswer(t *testing.T) {
	t.Parallel()
	h := hospitalWithDevices(t)
	release := make(chan struct{})
	h.App.OnMailerSend().BindFunc(func(e *core.MailerEvent) error {
		<-release
		return e.Next()
	})
	nurse := h.Record("users", hospitaltest.ID("nurse1"))
	for i, d := range []device{ward, {"203.0.113.5", "Phone"}} {
		begun := time.Now()
		if status := signInAt(h, d, "users", "nurse1@example.org", hospitaltest.Password); status != http.StatusOK ||
			time.Since(begun) > 5*time.Second {
			t.Errorf("answered %d after %s", status, time.Since(begun))
		}
		if known, err := h.App.FindAllAuthOriginsByRecord(nurse); err != nil || len(known) != i+1 {
			t.Errorf("%d devices are known (%v)", len(known), err)
		}
	}
	close(release)
	for deadline := time.Now().Add(5 * time.Second); h.App.TestMailer.TotalSend() == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the alert was not sent")
		}
	}
}
