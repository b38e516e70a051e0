package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// face is a typeface: what it is called here, its file, and what it can draw.
type face struct {
	style string
	file  []byte
	font  *sfnt.Font
}

var (
	regular = loadFace("", dejavusans.TTF)
	bold    = loadFace("B", dejavusansbold.TTF)
)

func loadFace(style string, file []byte) face {
	font, err := sfnt.Parse(file)
	if err != nil {
		panic("a typeface that is built in: " + err.Error())
	}
	return face{style, file, font}
}

// placeholder stands where a character cannot be drawn.
const placeholder = '□'

// canDraw says whether a face has a character. Those of private use mean nothing to
// anybody else, and those beyond the first plane have no place in the file.
func (f face) canDraw(r rune) bool {
	if r > 0xFFFF || unicode.Is(unicode.Co, r) {
		return false
	}
	glyph, err := f.font.GlyphIndex(&sfnt.Buffer{}, r)
	return err == nil && glyph != 0
}

// shape is a text in the forms in which it is drawn, still in the order in which
// it is read, and whether all of it can be drawn.
func (f face) shape(text string) (drawn string, whole bool) {
	whole = utf8.ValidString(text)
	letters := joinArabic([]rune(norm.NFC.String(strings.ToValidUTF8(text, string(placeholder)))))
	drawn = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector):
			return -1 // they have done their work
		case f.canDraw(r):
			return r
		}
		whole = false
		return placeholder
	}, string(letters))
	return drawn, whole
}

// forms are the shapes of an Arabic letter, or of lam with alef: alone, at the end,
// at the beginning, in the middle of a word. Unicode lists them in this order.
var forms = func() map[string][]rune {
	all := map[string][]rune{}
	for r := rune(0xFB50); r <= 0xFEFC; r++ {
		if base := norm.NFKC.String(string(r)); unicode.Is(unicode.Arabic, r) && contextual(r) {
			all[base] = append(all[base], r)
		}
	}
	return all
}()

// contextual says that a character is a letter in one of its shapes, and no
// ligature of several or a mark on its own.
func contextual(r rune) bool {
	base := []rune(norm.NFKC.String(string(r)))
	return len(base) == 1 && base[0] > 0x620 || len(base) == 2 && base[0] == 'ل' && r >= 0xFEF5
}

// joinArabic puts Arabic letters into the shapes that their neighbours ask for. Other
// scripts stay as they are.
func joinArabic(text []rune) (out []rune) {
	before := false // the letter before reaches for the next one
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

// joinsPrevious says that what follows begins with a letter that joins the one before it.
func joinsPrevious(rest []rune) bool {
	for _, r := range rest {
		if !unicode.Is(unicode.Mn, r) {
			return len(forms[string(r)]) > 1 || r == 'ـ' || r == '\u200d'
		}
	}
	return false
}
