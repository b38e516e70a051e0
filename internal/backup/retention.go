package backup

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// File names of backups: hospital_20300131_023000_000.zip, in UTC.
const (
	timeFormat = "20060102_150405.000"
	pattern    = "hospital_????????_??????_???.zip"
	unfinished = ".unfinished-"
)

func fileName(made time.Time) string {
	return "hospital_" + strings.ReplaceAll(made.UTC().Format(timeFormat), ".", "_") + ".zip"
}

// list returns the backups in a directory, oldest first. Other files are ignored.
func list(dir string) ([]string, error) {
	plain, err := filepath.Glob(filepath.Join(dir, pattern))
	closed, errClosed := filepath.Glob(filepath.Join(dir, pattern+encrypted))
	files := slices.Concat(plain, closed)
	slices.Sort(files)
	return files, errors.Join(err, errClosed)
}

// prune removes the oldest backups, so that keep are left.
func prune(dir string, keep int) error {
	files, err := list(dir)
	if err != nil {
		return err
	}
	for _, old := range files[:max(0, len(files)-keep)] {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return nil
}

// removeLeftovers removes what an interrupted backup left, for example after a power cut.
func removeLeftovers(dir string, now time.Time) {
	left, _ := filepath.Glob(filepath.Join(dir, unfinished+"*"))
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(path)
		}
	}
}

// Newest is when the newest backup of a data directory was made; the zero time if there is none.
func Newest(dataDir string) time.Time {
	files, _ := list(Dir(dataDir))
	if len(files) == 0 {
		return time.Time{}
	}
	info, err := os.Stat(files[len(files)-1])
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
