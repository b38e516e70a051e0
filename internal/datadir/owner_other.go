//go:build !unix

package datadir

import "io/fs"

// foreignOwner does not know owners on this system.
func foreignOwner(fs.FileInfo) (owner uint32, foreign bool) { return 0, false }

// CloseToOthers leaves it to the directory's access list.
func CloseToOthers() {}
