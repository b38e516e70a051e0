package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"hospital/internal/config"
	"hospital/modules/audit"
)

// checkedFile is beside the data; its content is when a backup was restored and verified last.
const checkedFile = "backup-checked"

// checkRestore restores an archive into a temporary directory and runs the verify command of
// this program on it, in a process of its own.
func checkRestore(ctx context.Context, archive, work, dataDir string) error {
	scratch := filepath.Join(work, "restored")
	if _, err := Restore(archive, scratch, ""); err != nil {
		return err
	}
	for _, beside := range []func(string) string{audit.KeyFile, audit.LostFile} {
		content, err := os.ReadFile(beside(dataDir)) // #nosec G304 -- beside the data directory
		if err == nil {
			err = os.WriteFile(beside(scratch), content, 0o600) // #nosec G703 -- beside the restored copy
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	var output bytes.Buffer
	verify := exec.CommandContext(ctx, program, "verify", "--dir", scratch) // #nosec G204 -- this program
	verify.Stdout, verify.Stderr = &output, &output
	if err := verify.Run(); err != nil {
		return fmt.Errorf("verify the restored hospital: %w: %s", err, broken(output.String()))
	}
	if err := os.RemoveAll(scratch); err != nil {
		return err
	}
	// #nosec G703 -- in the data directory
	return os.WriteFile(filepath.Join(dataDir, checkedFile), []byte(time.Now().UTC().Format(time.RFC3339)), 0o600)
}

// broken are the lines of verify that name what is wrong.
func broken(output string) string {
	var lines []string
	for line := range strings.Lines(output) {
		if !strings.HasPrefix(line, "ok ") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "; ")
}

// Checked is when a backup was restored and verified last; the zero time if never.
func Checked(app core.App) time.Time {
	content, _ := os.ReadFile(filepath.Join(app.DataDir(), checkedFile)) // #nosec G304 -- in the data directory
	at, _ := time.Parse(time.RFC3339, string(content))
	return at
}

// checkDue says that the next scheduled backup is to be restored and verified.
func checkDue(app core.App, now time.Time) bool {
	every := config.BackupCheck.Duration()
	return every > 0 && now.Sub(Checked(app)) > every-time.Hour // an hour, so that a weekly check stays on its day
}
