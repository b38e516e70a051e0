// Package terminal shows on a terminal how far a command is.
package terminal

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

const (
	barWidth = 30
	perFrame = 100 * time.Millisecond
)

// Is reports whether somebody sees what is written to a file.
func Is(f *os.File) bool { return term.IsTerminal(int(f.Fd())) } // #nosec G115 -- a descriptor

// Bar returns a function that draws how many of all things are done, and a word for what that is. Elsewhere than on a
// terminal it draws nothing.
func Bar(out *os.File) func(what string, done, all int) {
	if !Is(out) {
		return func(string, int, int) {}
	}
	shown := time.Time{}
	return func(what string, done, all int) {
		if done < all && time.Since(shown) < perFrame {
			return
		}
		shown = time.Now()
		bar := strings.Repeat("#", barWidth*done/all) + strings.Repeat(".", barWidth-barWidth*done/all)
		fmt.Fprintf(out, "\r[%s] %d of %d %s ", bar, done, all, what)
	}
}

// ClearLine removes the bar.
func ClearLine(out *os.File) {
	if Is(out) {
		fmt.Fprint(out, "\r\x1b[K")
	}
}
