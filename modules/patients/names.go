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

// MRN is a medical record number: the running number and a Luhn check digit, so
// that a slip of the pen does not find another patient.
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

// letters that Unicode does not decompose into a base and an accent.
var letters = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ħ", "h",
	"ı", "i")

// NameKey folds case and accents, so that "Łukasz Müller" is found as "lukasz muller".
// Accents go before the case and after it: some letters have one only in the other;
// and Cherokee, which is folded to capitals, is put into small letters.
func NameKey(name string) string {
	folded := strings.ToLower(bare(cases.Fold().String(bare(name))))
	return strings.Join(strings.Fields(letters.Replace(folded)), " ")
}

// bare is a text without accents, in plain letters.
func bare(text string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), text)
	if err != nil { // x/text documents no error for these
		return text
	}
	return plain
}
