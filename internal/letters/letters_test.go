package letters

import (
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"go.yaml.in/yaml/v3"

	"hospital/internal/money"
)

// textsIn are the texts of a file: their keys with the plural form, and their placeholders.
func textsIn(t *testing.T, lang string) map[string]string {
	t.Helper()
	content, err := files.ReadFile(lang + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal(content, &tree); err != nil {
		t.Fatal(err)
	}
	flat := map[string]string{}
	var walk func(path string, node any)
	walk = func(path string, node any) {
		switch n := node.(type) {
		case map[string]any:
			for key, below := range n {
				walk(strings.TrimPrefix(path+"."+key, "."), below)
			}
		case string:
			flat[path] = n
		default:
			t.Errorf("%s: %s is %v, not a text", lang, path, node)
		}
	}
	walk("", tree)
	return flat
}

var pluralForm = regexp.MustCompile(`\.(zero|one|two|few|many|other)$`)

// singular are the keys without plural forms.
func singular(texts map[string]string) []string {
	keys := map[string]bool{}
	for key := range texts {
		keys[pluralForm.ReplaceAllString(key, "")] = true
	}
	return slices.Sorted(maps.Keys(keys))
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

func placeholdersOf(texts map[string]string, key string) string {
	used := map[string]bool{}
	for _, form := range []string{"", ".other"} { // the others may leave the number out
		for _, found := range placeholder.FindAllStringSubmatch(texts[key+form], -1) {
			used[found[1]] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(used)), " ")
}

func TestEveryLanguageHasEveryText(t *testing.T) {
	t.Parallel()
	english := textsIn(t, Default)
	for _, lang := range Languages {
		own := textsIn(t, lang)
		for _, key := range singular(own) {
			if !slices.Contains(singular(english), key) {
				t.Errorf("%s: English has no text %s", lang, key)
			}
		}
		for _, key := range singular(english) {
			if !slices.Contains(singular(own), key) {
				t.Errorf("%s: the text %s is missing", lang, key)
				continue
			}
			if got, want := placeholdersOf(own, key), placeholdersOf(english, key); got != want &&
				!strings.HasPrefix(key, "format.") {
				t.Errorf("%s: %s has the placeholders %q, want %q", lang, key, got, want)
			}
			if _, plural := english[key+".other"]; plural {
				for _, form := range formsOf(lang) {
					if own[key+"."+form] == "" {
						t.Errorf("%s: %s has no form %q", lang, key, form)
					}
				}
			}
		}
		for key, n := range map[string]int{"format.weekdays": 7, "format.months": 12} {
			if texts := textsOf(lang); texts.nth(key, n-1) == "" || texts.nth(key, n) != "" {
				t.Errorf("%s: %s are not %d", lang, key, n)
			}
		}
	}
}

// formsOf are the plural forms that a language has for whole numbers.
func formsOf(lang string) []string {
	names := map[plural.Form]string{plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few",
		plural.Many: "many", plural.Other: "other"}
	found := map[string]bool{}
	for n := range 1000 {
		found[names[plural.Cardinal.MatchPlural(language.Make(lang), n, 0, 0, 0, 0)]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

var house = House{Name: "Demo Hospital", Address: "1 Main Street", Phone: "+49 30 1", Zone: time.UTC}

func TestALetterIsWrittenInTheLanguageOfItsReader(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	house := house
	house.Zone = berlin
	at := time.Date(2030, 3, 31, 1, 30, 0, 0, time.UTC) // the clocks have just changed
	sum := Money{money.Amount(123456789), "EUR", 2}
	for lang, want := range map[string][]string{
		"en":    {"Dear Ada,", "Sunday, 31 March 2030, 03:30 CEST", "1,234,567.89 EUR", "28 February 2031"},
		"de-AT": {"Guten Tag Ada,", "Sonntag, 31. März 2030, 03:30 Uhr CEST", "1.234.567,89 EUR", "28. Februar 2031"},
		"ar":    {"عزيزي/عزيزتي", "الأحد، 31 مارس 2030، الساعة 03:30 CEST", "1,234,567.89 EUR", "28 فبراير 2031"},
		"xx":    {"Dear Ada,"},
	} {
		letter := Letter{To: mail.Address{Name: "Ada"}, Language: lang, Text: "patient.reminder",
			Values: Values{"patient": "Ada", "new": at}}
		bill := letter
		bill.Text, bill.Values = "patient.bill_issued", Values{"number": "INV-1", "patient": "Ada", "amount": sum,
			"due": Date("2031-02-28")}
		text := letter.page(house).plain() + bill.page(house).plain()
		for _, part := range want {
			if !strings.Contains(text, part) {
				t.Errorf("%s: %q is not in\n%s", lang, part, text)
			}
		}
		if p := letter.page(house); (p.Direction == "rtl") != (lang == "ar") {
			t.Errorf("%s is written %s", lang, p.Direction)
		}
	}
}

// Every letter has all its words in every language, whatever is counted.
func TestEveryLetterHasWords(t *testing.T) {
	t.Parallel()
	for _, lang := range Languages {
		for _, name := range Names() {
			for _, count := range []int{0, 1, 2, 3, 11, 100} {
				p := Letter{Language: lang, Text: name, Count: count}.page(house)
				if p.Subject == "" || p.Text == "" || p.Label == "" {
					t.Errorf("%s, %s, %d: %+v", lang, name, count, p)
				}
			}
		}
	}
}

func TestNumbersChooseThePluralForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang  string
		count int
		want  string
	}{
		{"en", 1, "one visit"}, {"en", 2, "2 visits"}, {"de", 1, "einen Termin"}, {"de", 5, "5 Termine"},
		{"ar", 2, "موعدان"}, {"ar", 3, "3 مواعيد"}, {"ar", 11, "11 موعدًا"}, {"ar", 100, "100 موعد "},
	} {
		letter := Letter{Language: c.lang, Text: "doctor.day_list", Count: c.count,
			Values: Values{"date": Day(time.Time{}), "time": TimeOfDay(time.Time{})}}
		if text := letter.page(house).Text; !strings.Contains(text, c.want) {
			t.Errorf("%s, %d: %s", c.lang, c.count, text)
		}
	}
}

// What people write cannot become a part of the page.
func TestValuesAreEscaped(t *testing.T) {
	t.Parallel()
	letter := Letter{To: mail.Address{Name: "<b>Eve</b>"}, Text: "patient.confirmed", Note: "<script>x</script>",
		Link: `javascript:alert("x")`, Values: Values{"patient": `{{.new}}"><img src=x>`, "new": time.Time{}}}
	page := letter.page(house)
	for _, bad := range []string{"<b>Eve", "<script", "<img", "javascript:"} {
		if strings.Contains(page.html(), bad) {
			t.Errorf("the page has %s", bad)
		}
	}
	if !strings.Contains(page.plain(), "{{.new}}") {
		t.Errorf("a value was read as a template\n%s", page.plain())
	}
}

func TestTheDirectionOfANameStaysItsOwn(t *testing.T) {
	t.Parallel()
	arabic := Letter{Language: "ar", Text: "account.test"}
	if text := arabic.page(house).plain(); !strings.Contains(text, firstStrongIsolate+house.Phone+popIsolate) {
		t.Errorf("the phone number is not isolated in\n%s", text)
	}
	for name, isolated := range map[string]bool{"Ada": false, "Müller": false, "نورة": true} {
		letter := Letter{Text: "patient.confirmed", Values: Values{"patient": name, "new": time.Time{}}}
		if got := strings.Contains(letter.page(house).Text, firstStrongIsolate+name+popIsolate); got != isolated {
			t.Errorf("%s is isolated: %v", name, got)
		}
	}
}
