// Package letters writes the mails of the hospital, in the language of who gets them: as HTML and as plain text.
package letters

import (
	_ "embed"
	"html/template"
	"io"
	"net/mail"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/mailer"
)

// Letter is a mail before it is written.
type Letter struct {
	To       mail.Address // the name is in the greeting
	Language string       // of Languages
	Text     string       // key of its texts, such as patient.confirmed
	Values   Values       // of the placeholders in the texts
	Count    int          // of what the text is about, for its plural form

	Attachments map[string]io.Reader
	Note        string // what a person has written, shown as it is
	Code        string // to be entered somewhere
	Link        string // address of the button. Its words are "link" of the texts, or those of the portal
	Unsubscribe string // address that ends mails of this kind (RFC 8058)
	Page        string // address of the page that asks whether to end them
}

// House is the hospital that writes.
type House struct {
	Name, Address, Phone string
	Zone                 *time.Location
	Language             string // of who has chosen none
}

// page is a letter as the template shows it.
type page struct {
	Language, Direction, House, Subject, Greeting, Text, Note, Code, Link, Label, After, Unsubscribe, UnsubscribePage string
	Footer                                                                                                            []string
}

//go:embed letter.html
var layout string

var html = template.Must(template.New("letter").Parse(layout))

// Mail writes a letter. The sender is that of the settings.
func (l Letter) Mail(app core.App, house House) *mailer.Message {
	p := l.page(house)
	from := app.Settings().Meta
	m := &mailer.Message{
		From: mail.Address{Name: from.SenderName, Address: from.SenderAddress}, To: []mail.Address{l.To},
		Subject: p.Subject + " – " + house.Name, Text: p.plain(), HTML: p.html(),
		Headers: map[string]string{"Content-Language": p.Language, "Auto-Submitted": "auto-generated"},
	}
	m.Attachments = l.Attachments
	if l.Unsubscribe != "" {
		m.Headers["List-Unsubscribe"] = "<" + l.Unsubscribe + ">"
		m.Headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
	}
	return m
}

// Sentence is what the letter says, for a text message.
func (l Letter) Sentence(house House) string { return l.page(house).Text }

func (l Letter) page(house House) page {
	lang := LanguageOf(l.Language, house.Language)
	t := textsOf(lang)
	values := t.write(l.Values, house.Zone)
	values["count"] = l.Count
	say := func(key string) string { return t.say(key, values, 0) }
	p := page{
		Language: lang, Direction: t.say("direction", nil, 0), House: house.Name, Subject: say(l.Text + ".subject"),
		Greeting: say("letter.hello"), Text: t.say(l.Text+".text", values, l.Count), Note: l.Note, Code: l.Code, Link: l.Link,
		Label: say(l.Text + ".link"), After: say(l.Text + ".after"),
	}
	if l.To.Name != "" {
		p.Greeting = t.say("letter.greeting", map[string]any{"name": t.isolate(l.To.Name)}, 0)
	}
	if p.Label == "" {
		p.Label = say("letter.portal")
	}
	if l.Page != "" {
		p.Unsubscribe, p.UnsubscribePage = say("letter.unsubscribe"), l.Page
	}
	for _, line := range []string{house.Name, house.Address, house.Phone} {
		if line != "" {
			p.Footer = append(p.Footer, t.isolate(line))
		}
	}
	return p
}

func (p page) html() string {
	var text strings.Builder
	if err := html.Execute(&text, p); err != nil {
		panic(err) // the template and its values are fixed
	}
	return text.String()
}

// plain is the letter for who reads no HTML.
func (p page) plain() string {
	parts := []string{p.Greeting, p.Text, p.Note}
	if p.Code != "" {
		parts = append(parts, "    "+p.Code)
	}
	if p.Link != "" {
		parts = append(parts, p.Label+":\n"+p.Link)
	}
	parts = append(parts, p.After, strings.Join(p.Footer, "\n"))
	if p.Unsubscribe != "" {
		parts = append(parts, p.Unsubscribe+":\n"+p.UnsubscribePage)
	}
	var text []string
	for _, part := range parts {
		if part != "" {
			text = append(text, part)
		}
	}
	return strings.Join(text, "\n\n") + "\n"
}

// Say is one of the other texts of a language, such as the summary of a visit in a calendar.
func Say(language, key string, values Values, house House) string {
	t := textsOf(LanguageOf(language, house.Language))
	return t.say(key, t.write(values, house.Zone), 0)
}
