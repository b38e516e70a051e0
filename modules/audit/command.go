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
	command := &cobra.Command{Use: "audit", Short: "Proves that the audit log is as it was written"}
	var anchor string
	verify := &cobra.Command{
		Use:   "verify",
		Short: "Holds every row of the audit log against the chain, and names the first that is not as it was written",
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
			fmt.Fprintf(c.OutOrStdout(), "The audit log is whole: %d rows.\n", report.Rows)
			return nil
		},
	}
	verify.Flags().StringVar(&anchor, "anchor", "", "what the anchor command printed before, NUMBER:HASH; it must still be so")
	command.AddCommand(verify, &cobra.Command{
		Use:   "anchor",
		Short: "Prints number and hash of the last row, to be kept where nobody can change it",
		Long: "Prints number and hash of the last row, to be kept where nobody can change it: with a notary, on paper, in another system.\n" +
			"Who has the key can write a whole new log; they cannot write one in which an anchor still holds.",
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

// parseAnchor reads an anchor.
func parseAnchor(anchor string) (seq int64, hash string, err error) {
	number, hash, ok := strings.Cut(anchor, ":")
	seq, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || seq < 1 {
		return 0, "", fmt.Errorf("an anchor is NUMBER:HASH, not %q", anchor)
	}
	return seq, hash, nil
}

// checkAnchor says whether a row is still the one of an anchor.
func checkAnchor(app core.App, anchor string) error {
	if anchor == "" {
		return nil
	}
	seq, hash, err := parseAnchor(anchor)
	if err != nil {
		return err
	}
	var found []string
	if err := app.DB().NewQuery("SELECT hash FROM audit_log WHERE seq = {:seq}").Bind(map[string]any{"seq": seq}).Column(&found); err != nil {
		return err
	}
	if len(found) != 1 || found[0] != hash {
		return fmt.Errorf("row %d of the audit log is not the one of the anchor: the log was written anew", seq)
	}
	return nil
}
