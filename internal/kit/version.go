package kit

import (
	"strconv"
	"strings"
)

// Version is the release this binary was built from:
// go build -ldflags "-X hospital/internal/kit.Version=1.2.3".
var Version = "dev"

// MajorVersion is what guests may know of Version. The exact one tells an attacker which
// faults the server has; the journal, the metrics and `hospital --version` have it.
func MajorVersion() string {
	major, _, _ := strings.Cut(strings.TrimPrefix(Version, "v"), ".")
	if _, err := strconv.ParseUint(major, 10, 16); err != nil {
		return "dev" // not a release
	}
	return major
}
