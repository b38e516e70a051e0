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
	// KeyEnv is the environment variable with the key of the hash chain.
	KeyEnv       = "HOSPITAL_AUDIT_KEY"
	minKeyLength = 32 // characters
)

// SetKey gives an app the key of the hash chain. Without it the key is read from the
// environment or a file.
func SetKey(app core.App, key []byte) { app.Store().Set(keyName, key) }

// keyOf returns the key of the hash chain: from the environment, or from a file beside the
// data directory, which is created with the first row. The file is not inside the directory, so
// that a backup does not contain it and its owner cannot forge the chain.
func keyOf(app core.App) ([]byte, error) {
	if key, ok := app.Store().Get(keyName).([]byte); ok {
		return key, nil
	}
	key, err := loadKey(app.DataDir())
	if errors.Is(err, fs.ErrNotExist) {
		_, written, errLog := lastRow(app)
		if errLog != nil {
			return nil, errLog
		}
		if written {
			return nil, fmt.Errorf("the key of the audit log, %s, is missing. Put it back, or set %s. "+
				"If it is lost, run hospital audit accept", KeyFile(app.DataDir()), KeyEnv)
		}
		key, err = createKey(KeyFile(app.DataDir()))
	}
	if err != nil {
		return nil, fmt.Errorf("read the key of the audit log: %w", err)
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
	if err != nil {
		return nil, err
	}
	key := strings.TrimSpace(string(content))
	if len(key) < minKeyLength {
		return nil, fmt.Errorf("%s holds no key of at least %d characters", file, minKeyLength)
	}
	return []byte(key), nil
}

// KeyFile is the path of the key file, used if the environment has no key.
func KeyFile(dataDir string) string { return filepath.Clean(dataDir) + ".audit.key" }

// createKey writes a new key file. If two processes start at once, one creates it and the
// other reads it.
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
	if err := os.Link(made.Name(), file); err != nil { // fails if another process created it
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		content, err := os.ReadFile(file) // #nosec G304 -- beside the data directory
		return []byte(strings.TrimSpace(string(content))), err
	}
	return []byte(key), nil
}

// checkKey refuses a log that was written with another key, for example after the data was
// moved without it: the log could not be verified any more.
func checkKey(app core.App) error {
	key, err := keyOf(app)
	if err != nil {
		return err
	}
	last, ok, err := lastRow(app)
	if err == nil && ok && last.Hash != last.computeHash(key) {
		return fmt.Errorf("the audit log was written with another key than that in %s or %s. Put the right key there. "+
			"If it is lost, run hospital audit accept", KeyEnv, KeyFile(app.DataDir()))
	}
	return err
}
