package webhooks

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// Reach is where webhooks may lead besides https to public addresses, and loopback.
type Reach struct {
	HTTP    bool // without encryption
	Private bool // private networks
}

const reachKey = "webhooks.reach"

// SetReach sets where webhooks may lead.
func SetReach(app core.App, reach Reach) { app.Store().Set(reachKey, reach) }

func reachOf(app core.App) Reach {
	reach, _ := app.Store().Get(reachKey).(Reach)
	return reach
}

// Why an address is refused, when it is entered or when it is used.
var (
	errURL = kit.Invalid("url", "invalid_url",
		"Enter an address such as https://gateway.example/hook, without a user and a fragment.")
	errHTTP    = kit.Invalid("url", "not_https", "The address must start with https. An operator can allow http.")
	errPrivate = kit.Invalid("url", "private_address",
		"This is an address of a private network. An operator can allow those.")
	errSpecial = kit.Invalid("url", "special_address", "This is no address that a receiver can have.")

	// errLocal is for names only, so that nobody who controls one reaches the services of this machine.
	errLocal = errors.New("the name leads to this machine; enter localhost or 127.0.0.1 if that is meant")
)

// target is where a webhook leads.
type target struct {
	url   string
	local bool // the address itself says that it is this machine
	reach Reach

	resolver *net.Resolver // nil: that of the machine
}

// notDotted matches the last part of a host that some resolvers take for an IPv4 address, such as 0x7f.1.
var notDotted = regexp.MustCompile(`(?i)(^|\.)(\d+|0x[0-9a-f]*)\.?$`)

// parse checks the address of a webhook. Names are looked up when it is used, and checked again then.
func parse(address string, reach Reach) (target, error) {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxURL || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" ||
		u.User != nil || strings.Contains(address, "#") || u.Opaque != "" || !validPort(u.Port()) {
		return target{}, errURL
	}
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	if err != nil && notDotted.MatchString(host) {
		return target{}, errURL
	}
	t := target{url: address, reach: reach, local: strings.EqualFold(host, "localhost") || ip.Unmap().IsLoopback()}
	switch {
	case u.Scheme == "http" && !t.local && !reach.HTTP:
		return target{}, errHTTP
	case err == nil:
		return t, t.check(ip)
	}
	return t, nil
}

func validPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// control refuses a connection to an address that a receiver must not have. It is called with the address that is
// dialled, so that it does not matter what a name led to before.
func (t target) control(_, address string, _ syscall.RawConn) error {
	dialled, err := netip.ParseAddrPort(address)
	if err != nil {
		return errSpecial
	}
	return t.check(dialled.Addr())
}

func (t target) check(ip netip.Addr) error {
	ip = ip.WithZone("").Unmap()
	inner, wrapped := embedded(ip)
	switch {
	case wrapped && (inner.IsLoopback() || within(special, inner)), within(special, ip):
		return errSpecial
	case ip.IsLoopback() && !t.local:
		return errLocal
	case (within(private, ip) || wrapped && within(private, inner)) && !t.reach.Private:
		return errPrivate
	}
	return nil
}

// private networks are allowed by Reach.Private.
var private = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "64:ff9b:1::/48")

// special addresses are never those of a receiver: link-local (with the metadata of clouds), unspecified, multicast,
// documentation, reserved, tunnels of Teredo (IANA special-purpose registries).
var special = prefixes("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/128", "fe80::/10", "fec0::/10", "ff00::/8",
	"100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16")

// embedding are prefixes whose addresses contain an IPv4 address, from this byte on: IPv4-compatible, IPv4-translated,
// NAT64 and 6to4. IPv4-mapped addresses are unmapped before.
var embedding = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("::/96"), 12},
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12},
	{netip.MustParsePrefix("64:ff9b::/96"), 12},
	{netip.MustParsePrefix("2002::/16"), 2},
}

func embedded(ip netip.Addr) (inner netip.Addr, wrapped bool) {
	if !ip.Is6() || ip.IsLoopback() {
		return ip, false
	}
	raw := ip.As16()
	for _, e := range embedding {
		if e.prefix.Contains(ip) {
			return netip.AddrFrom4([4]byte(raw[e.at : e.at+4])), true
		}
	}
	return ip, false
}

func within(networks []netip.Prefix, ip netip.Addr) bool {
	return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(ip) })
}

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}
