package webhooks

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Rules say which addresses an operator allows.
type Rules struct {
	Plain   bool // http to other machines
	Private bool // addresses of private networks
}

const rulesKey = "hospital.webhookRules"

// Allow sets the rules.
func Allow(app core.App, r Rules) { app.Store().Set(rulesKey, r) }

func rulesOf(app core.App) Rules {
	r, _ := app.Store().Get(rulesKey).(Rules)
	return r
}

// checkURL refuses an address that no webhook may have.
func checkURL(app core.App, address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return kit.Invalid("url", "invalid_url", "Send a web address, such as https://gateway.example/events.")
	case u.User != nil || u.Fragment != "":
		return kit.Invalid("url", "invalid_url", "The address has no name, password or fragment in it.")
	case u.Scheme == "http" && !thisMachine(u.Hostname()) && !rulesOf(app).Plain:
		return kit.Invalid("url", "https_only", "Use https. Only receivers on this machine are reached by http.")
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := checkAddress(ip, thisMachine(u.Hostname()), rulesOf(app)); err != nil {
			return kit.Invalid("url", "private_address", "This address is not reachable from the internet. An operator "+
				"can allow it with HOSPITAL_WEBHOOK_PRIVATE.")
		}
	}
	return nil
}

// thisMachine reports whether a URL names this machine itself. A name that only leads to it does not count.
func thisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// nonPublic are networks that netip does not know as private.
var nonPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("fec0::/10"),
}

// embedded are networks whose addresses contain one of IPv4, and at which byte.
var embedded = map[netip.Prefix]int{
	netip.MustParsePrefix("64:ff9b::/96"): 12, // NAT64
	netip.MustParsePrefix("2002::/16"):    2,  // 6to4
	netip.MustParsePrefix("::/96"):        12,
}

var errPrivate = errors.New("the address is not reachable from the internet")

// checkAddress refuses an address that a request must not reach.
func checkAddress(ip netip.Addr, own bool, rules Rules) error {
	ip = ip.Unmap().WithZone("")
	for network, at := range embedded {
		if ip.Is6() && network.Contains(ip) && ip != netip.IPv6Loopback() && ip != netip.IPv6Unspecified() {
			b := ip.As16()
			ip = netip.AddrFrom4([4]byte(b[at : at+4]))
		}
	}
	switch {
	case ip.IsUnspecified() || ip.IsMulticast():
		return errPrivate
	case ip.IsLoopback():
		if own {
			return nil
		}
		return errPrivate
	case rules.Private:
		return nil
	case ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsInterfaceLocalMulticast() || !ip.IsGlobalUnicast():
		return errPrivate
	}
	for _, network := range nonPublic {
		if network.Contains(ip) {
			return errPrivate
		}
	}
	return nil
}

const (
	stepTime    = 5 * time.Second
	requestTime = 10 * time.Second
	maxAnswer   = 64 << 10
)

// client sends to one webhook. The address that is really dialled is checked, after the name was looked up, and no
// redirect is followed.
func client(host string, rules Rules) *http.Client {
	own := thisMachine(host)
	dialer := &net.Dialer{Timeout: stepTime, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if err := checkAddress(at.Addr(), own, rules); err != nil {
			return fmt.Errorf("%s: %w", at.Addr(), err)
		}
		return nil
	}}
	return &http.Client{
		Timeout:       requestTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: stepTime,
			ResponseHeaderTimeout: requestTime, MaxResponseHeaderBytes: maxAnswer, DisableKeepAlives: true,
			MaxConnsPerHost: 2, ForceAttemptHTTP2: true},
	}
}
