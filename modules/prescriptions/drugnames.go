package prescriptions

import (
	"slices"
	"strings"
	"unicode"

	"hospital/modules/patients"
)

// sameDrug says that two texts name the same drug: all words of a name in one text follow each
// other in a name in the other text. Case and accents do not matter. "Amoxil 500 mg (amoxicillin)"
// has the names "amoxil" and "amoxicillin".
func sameDrug(a, b string) bool {
	return slices.ContainsFunc(drugNames(a), func(x []string) bool {
		return slices.ContainsFunc(drugNames(b), func(y []string) bool {
			return containsWords(x, y) || containsWords(y, x)
		})
	})
}

// drugNames splits a text at brackets and other separators, and returns the words of each part
// without amounts.
func drugNames(text string) (names [][]string) {
	isSeparator := func(r rune) bool { return strings.ContainsRune("()[]{}/,;:+&|", r) }
	isGap := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }
	for _, part := range strings.FieldsFunc(patients.NameKey(text), isSeparator) {
		if words := slices.DeleteFunc(strings.FieldsFunc(part, isGap), isAmount); len(words) > 0 {
			names = append(names, words)
		}
	}
	return names
}

// amountWords are units, forms and other words that do not tell which drug it is.
var amountWords = []string{
	"mg", "g", "mcg", "ug", "µg", "μg", "ml", "l", "iu", "ie", "mmol",
	"tablet", "tablets", "tab", "tabs", "capsule", "capsules", "cap", "caps", "syrup", "drops", "cream", "ointment",
	"injection", "solution", "suspension", "spray", "forte", "retard", "allergy", "and", "or", "to",
}

func isAmount(word string) bool {
	return slices.Contains(amountWords, word) || unicode.IsDigit([]rune(word)[0])
}

// containsWords says that the words of a name follow each other in a text. In scripts without
// spaces between words, the name can be part of a word.
func containsWords(name, text []string) bool {
	if hasNoSpaces(name[0]) {
		return strings.Contains(strings.Join(text, ""), strings.Join(name, ""))
	}
	for i := 0; i+len(name) <= len(text); i++ {
		if slices.Equal(text[i:i+len(name)], name) {
			return true
		}
	}
	return false
}

// hasNoSpaces says that a word is of a script without spaces between words.
func hasNoSpaces(word string) bool {
	return strings.ContainsFunc(word, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
			unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
	})
}
