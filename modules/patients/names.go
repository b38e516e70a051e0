package patients

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// MRN returns a medical record number: the running number and a Luhn check digit. With the
// check digit, a number with one wrong digit is not the number of another patient.
func MRN(n int64) string {
	digits := fmt.Sprintf("%08d", n)
	return digits + string('0'+luhn(digits))
}

func luhn(digits string) rune {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return rune((10 - sum%10) % 10)
}

// undecomposed replaces letters that Unicode does not decompose into a base letter and an accent.
var undecomposed = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ħ", "h",
	"ı", "i")

// NameKey folds case and accents, so that "Łukasz Müller" is found as "lukasz muller".
// Accents are removed before and after folding, because some letters have an accent in
// only one case. ToLower is for Cherokee, which Unicode folds to capital letters.
func NameKey(name string) string {
	folded := strings.ToLower(withoutAccents(cases.Fold().String(withoutAccents(name))))
	return strings.Join(strings.Fields(undecomposed.Replace(folded)), " ")
}

func withoutAccents(text string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), text)
	if err != nil { // these transformers do not fail
		return text
	}
	return plain
}
