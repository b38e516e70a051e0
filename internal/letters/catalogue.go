package letters

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

//go:embed *.yaml
var files embed.FS

// Default is the language of who has chosen none.
const Default = "en"

// Languages are those that have a file of texts, as BCP 47 writes them, sorted.
var Languages, catalogue = load(files)

// load reads the files of texts. They are part of the binary, so that an error is one of the program.
func load(files fs.FS) (languages []string, bundle *i18n.Bundle) {
	bundle = i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		if _, err := bundle.LoadMessageFileFS(files, name); err != nil {
			panic(fmt.Errorf("texts of %s: %w", name, err))
		}
		languages = append(languages, strings.TrimSuffix(name, ".yaml"))
	}
	return languages, bundle
}

// LanguageOf returns the first of some languages that has texts. A dialect is read as its language: de-AT as de.
func LanguageOf(choices ...string) string {
	for _, choice := range append(choices, Default) {
		base, _, _ := strings.Cut(choice, "-")
		for _, known := range []string{choice, base} {
			if slices.Contains(Languages, known) {
				return known
			}
		}
	}
	return Default
}

// Names are the letters that there are texts for, sorted: patient.confirmed.
func Names() (names []string) {
	content, err := files.ReadFile(Default + ".yaml")
	if err != nil {
		panic(err)
	}
	var texts map[string]any
	if err := yaml.Unmarshal(content, &texts); err != nil {
		panic(err)
	}
	for reader, kinds := range texts {
		kinds, _ := kinds.(map[string]any)
		for kind, parts := range kinds {
			if parts, _ := parts.(map[string]any); parts["subject"] != nil {
				names = append(names, reader+"."+kind)
			}
		}
	}
	slices.Sort(names)
	return names
}

// texts are those of one language.
type texts struct {
	*i18n.Localizer
	rightToLeft bool
}

func textsOf(lang string) texts {
	t := texts{Localizer: i18n.NewLocalizer(catalogue, lang, Default)}
	t.rightToLeft = t.say("direction", nil, 0) == "rtl"
	return t
}

// say is a text with its placeholders filled in. A count that is not 0 chooses among its plural forms. It is empty if
// there is no such text.
func (t texts) say(key string, values map[string]any, count int) string {
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: values}
	if count != 0 {
		config.PluralCount = count
	}
	text, err := t.Localize(config)
	if err != nil && count != 0 { // a text without plural forms
		config.PluralCount = nil
		text, err = t.Localize(config)
	}
	if err != nil {
		return ""
	}
	return text
}
