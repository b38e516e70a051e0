package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/kit"
)

// headInterval is how often a server writes the head of the log beside the key. A rollback
// to a moment that is younger is not seen at the next start.
const headInterval = time.Minute

// headFile holds the number and hash of the newest row, outside of the data directory: a data
// directory that is replaced by an older one does not fit it.
func headFile(app core.App) string { return filepath.Clean(app.DataDir()) + ".audit.head" }

// LostFile holds the number and hash of the last row whose key is lost.
func LostFile(dataDir string) string { return filepath.Clean(dataDir) + ".audit.lost" }

// writeHead writes the head of the log as it is now.
func writeHead(app core.App) error {
	head, err := End(app)
	if err != nil || head == "" {
		return err
	}
	return replaceFile(headFile(app), head+"\n")
}

// replaceFile writes a file as a whole: a crash leaves the old or the new one.
func replaceFile(file, content string) error {
	temporary, err := os.CreateTemp(filepath.Dir(file), ".audit-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.WriteString(content)
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), file)
}

// readAnchor reads an anchor from a file; empty if there is none.
func readAnchor(file string) (string, error) {
	content, err := os.ReadFile(file) // #nosec G304 -- beside the data directory
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(content)), err
}

// checkHead refuses a log in which the row is missing that was its newest when the server
// wrote its head last: it was rolled back, or rewritten.
func checkHead(app core.App) error {
	head, err := readAnchor(headFile(app))
	if err != nil {
		return err
	}
	if err := checkAnchor(app, head); err != nil {
		return fmt.Errorf("the data is older than when the hospital was served last: %w (%s). If a backup was restored "+
			"on purpose, run hospital audit accept; what was written since that backup is lost", err, headFile(app))
	}
	return nil
}

// Accept takes the log as it is: after a backup was restored over newer data, or when the key
// is lost. An entry says so. Rows whose key is lost stay chained, but cannot be verified.
func Accept(app core.App) error {
	last, ok, err := lastRow(app)
	if err != nil {
		return err
	}
	head, err := readAnchor(headFile(app))
	if err != nil {
		return err
	}
	before := map[string][2]string{"head": {head, ""}}
	if ok {
		key, err := loadKey(app.DataDir())
		if errors.Is(err, fs.ErrNotExist) {
			key, err = createKey(KeyFile(app.DataDir()))
		}
		if err != nil {
			return err
		}
		SetKey(app, key)
		if last.Hash != last.computeHash(key) {
			before["key"] = [2]string{"lost", "new"}
			if err := replaceFile(LostFile(app.DataDir()), fmt.Sprintf("%d:%s\n", last.Seq, last.Hash)); err != nil {
				return err
			}
		}
		before["head"] = [2]string{head, fmt.Sprintf("%d:%s", last.Seq, last.Hash)}
	}
	err = app.RunInTransaction(func(tx core.App) error {
		return Write(tx, Entry{Actor: kit.Actor{Name: "command line", Superuser: true}, Action: "accept",
			Outcome: Done, Changes: before})
	})
	if err != nil {
		return err
	}
	return writeHead(app)
}
