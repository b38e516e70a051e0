package backup

import (
	"errors"
	"io"
	"os"

	"filippo.io/age"

	"hospital/internal/config"
)

// encrypted is the end of the name of an encrypted backup.
const encrypted = ".age"

// encrypt writes a file for the recipients in the settings and returns its name.
func encrypt(file string) (name string, err error) {
	var recipients []age.Recipient
	for _, key := range config.BackupRecipients.List() {
		recipient, err := age.ParseX25519Recipient(key)
		if err != nil {
			return "", err
		}
		recipients = append(recipients, recipient)
	}
	in, err := os.Open(file) // #nosec G304 -- made by this package
	if err != nil {
		return "", err
	}
	defer in.Close()
	name = file + encrypted
	out, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // #nosec G304 -- made by this package
	if err != nil {
		return "", err
	}
	defer out.Close()
	w, err := age.Encrypt(out, recipients...)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(w, in)
	return name, errors.Join(err, w.Close(), out.Sync(), out.Close())
}

// decrypt writes what is in an encrypted backup into a file, with the private keys of another file.
func decrypt(file, identityFile, to string) error {
	if identityFile == "" {
		return errors.New("it is encrypted: give --identity FILE, with the private key")
	}
	keys, err := os.Open(identityFile) // #nosec G304 -- chosen by the operator
	if err != nil {
		return err
	}
	defer keys.Close()
	identities, err := age.ParseIdentities(keys)
	if err != nil {
		return err
	}
	in, err := os.Open(file) // #nosec G304 -- chosen by the operator
	if err != nil {
		return err
	}
	defer in.Close()
	content, err := age.Decrypt(in, identities...)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // #nosec G304 -- in the directory to restore to
	if err != nil {
		return err
	}
	_, err = io.Copy(out, content)
	return errors.Join(err, out.Close())
}
