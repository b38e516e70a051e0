package audit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/spf13/cobra"
)

// Command is the audit command.
func Command(app core.App) *cobra.Command {
	command := &cobra.Command{Use: "audit", Short: "Verify the audit log"}
	var anchor string
	verify := &cobra.Command{
		Use:   "verify",
		Short: "Check the hash chain of the audit log and report the first row that was changed",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			report, err := Verify(app)
			if err != nil {
				return err
			}
			if report.Broken != nil {
				return fmt.Errorf("the audit log is broken at %d: %s", report.Broken.Seq, report.Broken.Why)
			}
			if err := checkAnchor(app, anchor); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "The audit log is intact: %d rows.\n", report.Rows)
			if report.Lost > 0 {
				fmt.Fprintf(c.OutOrStdout(), "The key of the rows up to %d is lost: they were not verified.\n", report.Lost)
			}
			return nil
		},
	}
	verify.Flags().StringVar(&anchor, "anchor", "",
		"NUMBER:HASH that the anchor command printed earlier; fail if it no longer matches")
	command.AddCommand(verify, &cobra.Command{
		Use:   "accept",
		Short: "Accept the log as it is, after a backup was restored or the key was lost",
		Long: "Accept the log as it is, so that the hospital can be served again: after a backup was restored over newer " +
			"data on purpose, or when the key is lost.\nAn entry in the log says so. Rows whose key is lost cannot be verified.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := Accept(app); err != nil {
				return err
			}
			fmt.Fprintln(c.OutOrStdout(), "Accepted. Find out why this was necessary.")
			return nil
		},
	}, &cobra.Command{
		Use:   "anchor",
		Short: "Print the number and the hash of the last row, to keep outside this machine",
		Long: "Print the number and the hash of the last row. Keep them where this machine cannot change them: " +
			"on paper, in another system.\n" +
			"A person with the key can write a new log, but not one that still matches an anchor.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			report, err := Verify(app)
			if err != nil {
				return err
			}
			if report.Broken != nil {
				return fmt.Errorf("the audit log is broken at %d: %s", report.Broken.Seq, report.Broken.Why)
			}
			fmt.Fprintf(c.OutOrStdout(), "%d:%s\n", report.Rows, report.Last)
			return nil
		},
	})
	return command
}

func parseAnchor(anchor string) (seq int64, hash string, err error) {
	number, hash, ok := strings.Cut(anchor, ":")
	seq, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || seq < 1 {
		return 0, "", fmt.Errorf("an anchor is NUMBER:HASH, not %q", anchor)
	}
	return seq, hash, nil
}

// checkAnchor fails if the row of an anchor is missing or has another hash.
func checkAnchor(app core.App, anchor string) error {
	if anchor == "" {
		return nil
	}
	seq, hash, err := parseAnchor(anchor)
	if err != nil {
		return err
	}
	var found []string
	err = app.DB().NewQuery("SELECT hash FROM audit_log WHERE seq = {:seq}").
		Bind(map[string]any{"seq": seq}).Column(&found)
	if err != nil {
		return err
	}
	if len(found) != 1 || found[0] != hash {
		return fmt.Errorf("row %d of the audit log does not match the anchor: the log was rewritten", seq)
	}
	return nil
}
