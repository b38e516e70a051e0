//go:build linux || darwin || freebsd

package operations

import "syscall"

// freeBytes is how much more a disk takes.
func freeBytes(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * s.Bsize, nil // #nosec G115 -- no disk is so large
}
