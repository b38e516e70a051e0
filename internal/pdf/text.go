package pdf

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// face is a typeface.
type face struct {
	style string
	file  []byte
	font  func() *sfnt.Font // parsed when the first page is drawn
}

var (
	regular = loadFace("", dejavusans.TTF)
	bold    = loadFace("B", dejavusansbold.TTF)
)

func loadFace(style string, file []byte) face {
	return face{style, file, sync.OnceValue(func() *sfnt.Font {
		font, err := sfnt.Parse(file)
		if err != nil {
			panic("parse an embedded typeface: " + err.Error())
		}
		return font
	})}
}

// placeholder replaces a character that cannot be drawn.
const placeholder = '□'

// canDraw reports whether the face has a glyph for a character. Private-use characters have
// no agreed meaning, and the library cannot store those beyond the basic plane.
func (f face) canDraw(r rune) bool {
	if r > 0xFFFF || unicode.Is(unicode.Co, r) {
		return false
	}
	glyph, err := f.font().GlyphIndex(&sfnt.Buffer{}, r)
	return err == nil && glyph != 0
}

// shape returns a text in the glyph forms to draw, still in reading order, and whether all of
// it can be drawn.
func (f face) shape(text string) (drawn string, whole bool) {
	whole = utf8.ValidString(text)
	letters := joinArabic([]rune(norm.NFC.String(strings.ToValidUTF8(text, string(placeholder)))))
	drawn = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector):
			return -1 // invisible
		case f.canDraw(r):
			return r
		}
		whole = false
		return placeholder
	}, string(letters))
	return drawn, whole
}

// forms are the shapes of an Arabic letter or of a lam-alef ligature, in the order of
// Unicode: isolated, final, initial, medial.
var forms = func() map[string][]rune {
	all := map[string][]rune{}
	for r := rune(0xFB50); r <= 0xFEFC; r++ {
		if base := norm.NFKC.String(string(r)); unicode.Is(unicode.Arabic, r) && contextual(r) {
			all[base] = append(all[base], r)
		}
	}
	return all
}()

// contextual reports whether a character is one letter in one of its shapes, or lam-alef; not
// another ligature or a mark.
func contextual(r rune) bool {
	base := []rune(norm.NFKC.String(string(r)))
	return len(base) == 1 && base[0] > 0x620 || len(base) == 2 && base[0] == 'ل' && r >= 0xFEF5
}

// joinArabic replaces Arabic letters by the shape that their neighbours need. Other scripts
// are unchanged.
func joinArabic(text []rune) (out []rune) {
	before := false // the previous letter joins the next one
	for i := 0; i < len(text); i++ {
		letter, size := string(text[i]), 1
		if unicode.Is(unicode.Mn, text[i]) {
			out = append(out, text[i])
			continue
		}
		if i+1 < len(text) && len(forms[letter+string(text[i+1])]) > 0 {
			letter, size = letter+string(text[i+1]), 2
		}
		shapes := forms[letter]
		after := len(shapes) == 4 && joinsPrevious(text[i+size:])
		switch {
		case len(shapes) == 0:
			out = append(out, text[i])
			before = text[i] == 'ـ' || text[i] == '\u200d'
			continue
		case len(shapes) == 4 && before && after:
			out = append(out, shapes[3])
		case after:
			out = append(out, shapes[2])
		case before && len(shapes) > 1:
			out = append(out, shapes[1])
		default:
			out = append(out, shapes[0])
		}
		before = len(shapes) == 4
		i += size - 1
	}
	return out
}

// joinsPrevious reports whether the text starts with a letter that joins the letter before
// it.
func joinsPrevious(rest []rune) bool {
	for _, r := range rest {
		if !unicode.Is(unicode.Mn, r) {
			return len(forms[string(r)]) > 1 || r == 'ـ' || r == '\u200d'
		}
	}
	return false
}
