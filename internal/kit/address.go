package kit

import (
	"net/netip"

	"github.com/pocketbase/pocketbase/core"
)

// ClientNetwork is what counts as one client in limits by address.
func ClientNetwork(e *core.RequestEvent) string { return NetworkOf(e.RealIP()) }

// NetworkOf is an IPv4 address itself, or the /64 network of an IPv6 address, which is the
// least that one subscriber has. An IPv4 address that is written as IPv6 (::ffff:192.0.2.1)
// counts as IPv4.
func NetworkOf(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	address = address.Unmap().WithZone("")
	if address.Is4() {
		return address.String()
	}
	network, _ := address.Prefix(64) // fails for IPv4 only
	return network.String()
}
