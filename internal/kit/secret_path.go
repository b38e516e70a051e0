package kit

import (
	"net/url"
	"path"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

// PublicPath returns the path or address of a request as logs may contain it: without the query, and without the
// secret of a route with Secret.
func PublicPath(app core.App, address string) string {
	address, _, _ = strings.Cut(address, "?")
	plain, err := url.PathUnescape(address)
	if err != nil {
		plain = address
	}
	for _, route := range Routes(app) {
		if !route.Secret {
			continue
		}
		_, whole := route.split()
		public, _, _ := strings.Cut(whole, "{")
		if before, _, found := strings.Cut(path.Clean(plain), public); found {
			return before + public + "***"
		}
	}
	return address
}
