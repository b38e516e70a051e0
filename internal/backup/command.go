package backup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/spf13/cobra"

	"hospital/internal/config"
	"hospital/internal/journal"
	"hospital/internal/kit"
	"hospital/modules/audit"
)

// Command is the backup command.
func Command(app core.App) *cobra.Command {
	check := false
	command := &cobra.Command{
		Use:   "backup",
		Short: "Makes a backup, also while the hospital is served",
		Long: fmt.Sprintf("Makes a backup in one file in %s, also while the hospital is served. Writers do not wait.\n"+
			"It removes the oldest backups there, so that %s are left.", config.BackupDir, config.BackupKeep),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !app.HasTable("hospital") {
				return errors.New("there is no hospital in " + app.DataDir() + " yet")
			}
			file, err := Create(c.Context(), app, check)
			if err != nil {
				return err
			}
			fmt.Fprintf(
				c.OutOrStdout(),
				"%s\nNot included: the key of the audit log (%s, or %s) and %s. Keep them elsewhere.\n",
				file,
				audit.KeyFile(app.DataDir()),
				config.AuditKey,
				config.EncryptionKey,
			)
			return nil
		},
	}
	command.Flags().BoolVar(&check, "check", false, "restore it into a temporary directory and verify it there")
	return command
}

// RestoreCommand is the restore command. It opens no database.
func RestoreCommand() *cobra.Command {
	var to, identityFile string
	command := &cobra.Command{
		Use:   "restore FILE --to DIR",
		Short: "Restores a backup into a new directory",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if to == "" {
				return errors.New("where to? Give --to DIR, a new or empty directory")
			}
			m, err := Restore(args[0], to, identityFile)
			if err != nil {
				return fmt.Errorf("restore %s: %w", args[0], err)
			}
			fmt.Fprintf(
				c.OutOrStdout(),
				"Restored the state of %s, written by version %s.\n"+
					"Now put back what no backup contains: the key of the audit log, into %s or %s,\n"+
					"and %s if it was set.\n"+
					"Then check it: hospital verify --dir %s\n",
				m.Made.Format(
					"2006-01-02 15:04:05 MST",
				),
				m.Version,
				audit.KeyFile(to),
				config.AuditKey,
				config.EncryptionKey,
				to,
			)
			return nil
		},
	}
	command.Flags().StringVar(&identityFile, "identity", "", "the file with the private key of an encrypted backup (age-keygen)")
	command.Flags().StringVar(&to, "to", "", "the directory to restore into, new or empty")
	return command
}

// Schedule makes a server back itself up at the configured times.
func Schedule(app core.App) {
	schedule := config.BackupSchedule.Value()
	if schedule == "off" {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	app.Cron().MustAdd("hospitalBackup", schedule, func() {
		if _, err := Create(ctx, app, checkDue(app, time.Now())); err != nil {
			journal.Log.Error("backup failed", "error", err.Error())
		}
	})
	app.OnTerminate().Bind(&hook.Handler[*core.TerminateEvent]{Id: "hospitalBackup", Priority: kit.OrderBackup,
		Func: func(e *core.TerminateEvent) error {
			cancel()
			running.Lock() // until a running backup has removed what it began
			defer running.Unlock()
			return e.Next()
		}})
}
