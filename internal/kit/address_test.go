package kit

import "testing"

func TestAddressesOfOneNetworkCountAsOne(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]string{
		"192.0.2.1":        "192.0.2.1",
		"::ffff:192.0.2.1": "192.0.2.1",
		"0000:0000:0000:0000:0000:ffff:c000:0201": "192.0.2.1", // as PocketBase writes it
		"2001:db8:1:2:3:4:5:6":                    "2001:db8:1:2::/64",
		"2001:0db8:0001:0002:ffff:ffff:ffff:ffff": "2001:db8:1:2::/64",
		"2001:db8:1:3::1":                         "2001:db8:1:3::/64",
		"fe80::1%eth0":                            "fe80::/64",
		"::1":                                     "::/64",
		"invalid IP":                              "invalid IP",
	} {
		if got := NetworkOf(ip); got != want {
			t.Errorf("%s counts as %s, not as %s", ip, got, want)
		}
	}
}
