package audit

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pocketbase/pocketbase/core"
)

const (
	keyName = "hospital.audit.key"
	// KeyEnv names the environment variable with the key of the chain.
	KeyEnv = "HOSPITAL_AUDIT_KEY"
	// shortestKey is how many characters a key has at least.
	minKeyLength = 32
)

// SetKey gives an app the key of the chain, instead of the one it would look for.
func SetKey(app core.App, key []byte) { app.Store().Set(keyName, key) }

// keyOf is the key of the chain: from the environment, or from a file beside the
// data directory, which is made when there is none. It does not stand inside the
// directory, so that who has a backup cannot forge the chain.
func keyOf(app core.App) ([]byte, error) {
	if key, ok := app.Store().Get(keyName).([]byte); ok {
		return key, nil
	}
	key, err := loadKey(app.DataDir())
	if err != nil {
		return nil, fmt.Errorf("the key of the audit log: %w", err)
	}
	SetKey(app, key)
	return key, nil
}

func loadKey(dataDir string) ([]byte, error) {
	if key := os.Getenv(KeyEnv); key != "" {
		if len(key) < minKeyLength {
			return nil, fmt.Errorf("%s must have at least %d characters", KeyEnv, minKeyLength)
		}
		return []byte(key), nil
	}
	file := KeyFile(dataDir)
	content, err := os.ReadFile(file) // #nosec G304 -- beside the data directory
	if errors.Is(err, fs.ErrNotExist) {
		return createKey(file)
	}
	if err != nil {
		return nil, err
	}
	key := strings.TrimSpace(string(content))
	if len(key) < minKeyLength {
		return nil, fmt.Errorf("%s holds no key", file)
	}
	return []byte(key), nil
}

// KeyFile is where the key stands when the environment has none.
func KeyFile(dataDir string) string { return filepath.Clean(dataDir) + ".audit.key" }

// createKey writes a new key. Of two programs that start at once one makes it, and
// the other reads it.
func createKey(file string) ([]byte, error) {
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return nil, err
	}
	key := hex.EncodeToString(random)
	made, err := os.CreateTemp(filepath.Dir(file), ".audit.key-*") // 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(made.Name())
	_, err = made.WriteString(key + "\n")
	if err = errors.Join(err, made.Sync(), made.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(made.Name(), file); err != nil { // fails when there is one by now
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		content, err := os.ReadFile(file) // #nosec G304 -- beside the data directory
		return []byte(strings.TrimSpace(string(content))), err
	}
	return []byte(key), nil
}

// checkKey says aloud when the log was written with another key, as after a move of
// the data without it: what is written from now on is proven, and what was before
// is not any more.
func checkKey(app core.App) error {
	key, err := keyOf(app)
	if err != nil {
		return err
	}
	last, ok, err := lastRow(app)
	if err == nil && ok && last.Hash != last.computeHash(key) {
		fmt.Fprintf(os.Stderr, "The audit log was written with another key. Stop, and put that one into %s or %s.\n", KeyEnv, KeyFile(app.DataDir()))
	}
	return err
}
