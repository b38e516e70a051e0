//go:build linux || darwin || freebsd

package disk

import "syscall"

func free(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	// #nosec G115 -- no disk is too large for an int64; the types differ between systems
	return int64(s.Bavail) * int64(s.Bsize), nil //nolint:unconvert
}
