package calendar

import (
	"net/mail"
	"net/url"
	"strings"
	"unicode"
)

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// clean removes what no line of a calendar can have: control characters other than line ends and tabs.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, lineEnds.Replace(strings.ToValidUTF8(text, "\uFFFD")))
}

// name returns the parameter with the name of a person. Parameters have no escapes that all programs know, and the
// library writes those of values, so that it is quoted here.
func name(of mail.Address) string {
	shown := strings.NewReplacer("\n", " ", "\t", " ", `"`, "'").Replace(clean(of.Name))
	if shown == "" {
		return ""
	}
	return `;CN="` + shown + `"`
}

func mailto(of mail.Address) string { return "mailto:" + url.PathEscape(clean(of.Address)) }
