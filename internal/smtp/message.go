package smtp

import (
	"bytes"
	"io"
	netmail "net/mail"
	"path"
	"regexp"
	"strings"

	"github.com/pocketbase/pocketbase/tools/mailer"
	"github.com/pocketbase/pocketbase/tools/security"
	"github.com/wneessen/go-mail"
)

// message converts a mail of PocketBase. A mail with HTML only stays one.
func message(from *mailer.Message) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	m.FromMailAddress(&from.From)
	m.ToMailAddress(pointers(from.To)...)
	m.CcMailAddress(pointers(from.Cc)...)
	m.BccMailAddress(pointers(from.Bcc)...)
	m.Subject(from.Subject)
	m.SetDate()
	_, domain, _ := strings.Cut(from.From.Address, "@")
	m.SetMessageIDWithValue(security.RandomString(24) + "@" + domain)
	for name, value := range from.Headers {
		m.SetGenHeader(mail.Header(name), value)
	}
	switch {
	case from.HTML == "":
		m.SetBodyString(mail.TypeTextPlain, from.Text)
	case from.Text == "":
		m.SetBodyString(mail.TypeTextHTML, from.HTML)
	default:
		m.SetBodyString(mail.TypeTextPlain, from.Text)
		m.AddAlternativeString(mail.TypeTextHTML, from.HTML)
	}
	for name, content := range from.Attachments {
		var err error
		if path.Ext(name) == ".ics" {
			err = attachCalendar(m, name, content)
		} else {
			err = m.AttachReader(name, content)
		}
		if err != nil {
			return nil, err
		}
	}
	for name, content := range from.InlineAttachments {
		if err := m.EmbedReader(name, content); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// attachCalendar adds a calendar as a part of the text, from which programs update an event by themselves (RFC 6047), and
// as a file for the others.
func attachCalendar(m *mail.Msg, name string, content io.Reader) error {
	text, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	kind := "text/calendar"
	if found := method.FindSubmatch(text); found != nil {
		kind += "; method=" + string(found[1])
	}
	m.AddAlternativeString(mail.ContentType(kind), string(text))
	return m.AttachReader(name, bytes.NewReader(text), mail.WithFileContentType("text/calendar"))
}

var method = regexp.MustCompile(`(?m)^METHOD:([A-Z]+)\r?$`)

func pointers(addresses []netmail.Address) (all []*netmail.Address) {
	for i := range addresses {
		all = append(all, &addresses[i])
	}
	return all
}
