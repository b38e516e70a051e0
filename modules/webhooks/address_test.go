package webhooks

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

func TestAddressesThatAreEntered(t *testing.T) {
	t.Parallel()
	internal := Reach{HTTP: true, Private: true}
	for _, c := range []struct {
		address string
		strict  error // without a setting
		open    error // with both
	}{
		{"https://gateway.example/hook?token=1", nil, nil},
		{"https://gateway.example:8443", nil, nil},
		{"https://93.184.216.34/", nil, nil},
		{"https://[2606:2800:220:1::1]/", nil, nil},
		{"http://gateway.example/", errHTTP, nil},
		{"http://93.184.216.34/", errHTTP, nil},

		{"http://127.0.0.1:9000/", nil, nil},
		{"http://127.8.9.1/", nil, nil},
		{"http://localhost:9000/", nil, nil},
		{"http://LOCALHOST/", nil, nil},
		{"http://[::1]:9000/", nil, nil},
		{"http://[::ffff:127.0.0.1]/", nil, nil},
		{"http://localhost.example/", errHTTP, nil},

		{"https://10.0.0.1/", errPrivate, nil},
		{"https://172.16.0.1/", errPrivate, nil},
		{"https://172.31.255.255/", errPrivate, nil},
		{"https://172.32.0.1/", nil, nil},
		{"https://192.168.1.1:8443/", errPrivate, nil},
		{"https://100.64.0.1/", errPrivate, nil},
		{"https://100.127.255.255/", errPrivate, nil},
		{"https://100.128.0.1/", nil, nil},
		{"https://[fc00::1]/", errPrivate, nil},
		{"https://[fd12:3456::1]/", errPrivate, nil},
		{"https://[::ffff:10.0.0.1]/", errPrivate, nil},
		{"https://[::ffff:a00:1]/", errPrivate, nil},
		{"https://[64:ff9b::10.0.0.1]/", errPrivate, nil},
		{"https://[64:ff9b::c0a8:101]/", errPrivate, nil},
		{"https://[64:ff9b:1::1]/", errPrivate, nil},
		{"https://[2002:a00:1::1]/", errPrivate, nil}, // 6to4 of 10.0.0.1
		{"https://[::10.0.0.1]/", errPrivate, nil},
		{"https://[::ffff:0:10.0.0.1]/", errPrivate, nil},
		{"https://[64:ff9b::93.184.216.34]/", nil, nil},

		{"https://169.254.169.254/latest/meta-data/", errSpecial, errSpecial},
		{"https://[::ffff:169.254.169.254]/", errSpecial, errSpecial},
		{"https://[64:ff9b::169.254.169.254]/", errSpecial, errSpecial},
		{"https://[2002:a9fe:a9fe::]/", errSpecial, errSpecial},
		{"https://[fd00:ec2::254]/", errPrivate, nil},
		{"https://0.0.0.0/", errSpecial, errSpecial},
		{"https://0.1.2.3/", errSpecial, errSpecial},
		{"https://[::]/", errSpecial, errSpecial},
		{"https://[::ffff:0.0.0.0]/", errSpecial, errSpecial},
		{"https://[64:ff9b::127.0.0.1]/", errSpecial, errSpecial},
		{"https://[::127.0.0.1]/", errSpecial, errSpecial},
		{"https://[2002:7f00:1::]/", errSpecial, errSpecial},
		{"https://[fe80::1]/", errSpecial, errSpecial},
		{"https://[fe80::1%25eth0]/", errSpecial, errSpecial},
		{"https://[fec0::1]/", errSpecial, errSpecial},
		{"https://224.0.0.1/", errSpecial, errSpecial},
		{"https://239.255.255.250/", errSpecial, errSpecial},
		{"https://[ff02::1]/", errSpecial, errSpecial},
		{"https://255.255.255.255/", errSpecial, errSpecial},
		{"https://240.0.0.1/", errSpecial, errSpecial},
		{"https://192.0.2.1/", errSpecial, errSpecial},
		{"https://198.18.0.1/", errSpecial, errSpecial},
		{"https://[2001:db8::1]/", errSpecial, errSpecial},
		{"https://[2001::1]/", errSpecial, errSpecial}, // Teredo

		// Forms of IPv4 that some resolvers read.
		{"https://2130706433/", errURL, errURL},
		{"https://0x7f000001/", errURL, errURL},
		{"https://0x7f.0.0.1/", errURL, errURL},
		{"https://0177.0.0.1/", errURL, errURL},
		{"https://127.1/", errURL, errURL},
		{"https://10.0.1/", errURL, errURL},
		{"https://127.0.0.1./", errURL, errURL},
		{"https://3232235777./", errURL, errURL},
		{"https://127.0.0.0x1/", errURL, errURL},
		{"https://127.0.0.256/", errURL, errURL},

		{"", errURL, errURL},
		{"gateway.example", errURL, errURL},
		{"//gateway.example/", errURL, errURL},
		{"https:gateway.example", errURL, errURL},
		{"https:///hook", errURL, errURL},
		{"https://:443/", errURL, errURL},
		{"https://gateway.example:port/", errURL, errURL},
		{"https://gateway.example:0/", errURL, errURL},
		{"https://gateway.example:65536/", errURL, errURL},
		{"https://user@gateway.example/", errURL, errURL},
		{"https://user:password@gateway.example/", errURL, errURL},
		{"https://@gateway.example/", errURL, errURL},
		{"https://gateway.example/#part", errURL, errURL},
		{"https://gateway.example/#", errURL, errURL},
		{"https://gateway.example/\r\nHost: other", errURL, errURL},
		{"https://[::1", errURL, errURL},
		{"ftp://gateway.example/", errURL, errURL},
		{"file:///etc/passwd", errURL, errURL},
		{"gopher://gateway.example/", errURL, errURL},
		{"unix:///run/docker.sock", errURL, errURL},
		{"javascript:alert(1)", errURL, errURL},
		{"https://gateway.example/" + strings.Repeat("a", maxURL), errURL, errURL},
	} {
		if _, err := parse(c.address, Reach{}); !errors.Is(err, c.strict) {
			t.Errorf("%s: %v, want %v", c.address, err, c.strict)
		}
		if _, err := parse(c.address, internal); !errors.Is(err, c.open) {
			t.Errorf("%s with everything allowed: %v, want %v", c.address, err, c.open)
		}
	}
}

// nameServer answers the address that a name leads to, each time the next one.
func nameServer(t *testing.T, addresses ...string) *net.Resolver {
	t.Helper()
	connection, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	go func() {
		buffer, asked := make([]byte, 512), 0
		for {
			n, from, err := connection.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:n]) != nil || len(m.Questions) == 0 {
				continue
			}
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			q := m.Questions[0]
			ip := netip.MustParseAddr(addresses[min(asked, len(addresses)-1)])
			header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
			switch {
			case q.Type == dnsmessage.TypeA && ip.Is4():
				m.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AResource{A: ip.As4()}}}
				asked++
			case q.Type == dnsmessage.TypeAAAA && ip.Is6():
				m.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AAAAResource{AAAA: ip.As16()}}}
				asked++
			}
			if packed, err := m.Pack(); err == nil {
				_, _ = connection.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", connection.LocalAddr().String())
	}}
}

// A name is checked by the address that is dialled, whatever it led to before.
func TestNamesThatLeadIntoThePrivateNetworkAreNotDialled(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			t.Error("a connection was made")
			_ = connection.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	for _, c := range []struct{ address, want string }{
		{"127.0.0.1", "leads to this machine"},
		{"::1", "leads to this machine"},
		{"10.0.0.1", "private network"},
		{"192.168.0.10", "private network"},
		{"fd00::1", "private network"},
		{"64:ff9b::10.0.0.1", "private network"},
		{"169.254.169.254", "no address that a receiver can have"},
		{"0.0.0.0", "no address that a receiver can have"},
		{"224.0.0.1", "no address that a receiver can have"},
	} {
		to, err := parse("https://rebound.example:"+port+"/", Reach{})
		if err != nil {
			t.Fatal(err)
		}
		to.resolver = nameServer(t, c.address)
		response, err := to.client().Post(to.url, "text/plain", strings.NewReader("{}"))
		if err == nil {
			_ = response.Body.Close()
			t.Errorf("%s was reached", c.address)
			continue
		}
		if got := problemOf(err); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", c.address, got, c.want)
		}
	}
}

func TestTheTimeBetweenTriesDoublesUpToEightHours(t *testing.T) {
	t.Parallel()
	for attempts, want := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 2 * time.Minute, 3: 4 * time.Minute,
		9: 256 * time.Minute, 10: 8 * time.Hour, 1000: 8 * time.Hour} {
		if got := backOff(attempts); got != want {
			t.Errorf("after %d attempts %s, want %s", attempts, got, want)
		}
	}
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{"": 0, "120": 2 * time.Minute, "-5": 0, "soon": 0,
		"99999999999999999999": 0, "Tue, 01 Jan 2030 01:00:00 GMT": time.Hour} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("Retry-After %q is %s, want %s", header, got, want)
		}
	}
}
