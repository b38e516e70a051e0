package pdf

import (
	"slices"
	"unicode"

	"golang.org/x/text/unicode/bidi"
)

// visualOrder returns a line in drawing order, from left to right. It implements Unicode's
// bidirectional algorithm (UAX #9) without the control characters, which are not stored.
func visualOrder(line string) string {
	text := []rune(line)
	levels := levelsOf(text)
	for level := slices.Max(append(levels, 0)); level > 0; level-- {
		for i := 0; i < len(text); i++ {
			from := i
			for i < len(text) && levels[i] >= level {
				i++
			}
			slices.Reverse(text[from:i])
			slices.Reverse(levels[from:i])
		}
	}
	for i, r := range text {
		if levels[i]%2 == 1 {
			text[i] = mirror(r)
		}
	}
	marksAfterLetters(text, levels)
	return string(text)
}

// marksAfterLetters moves combining marks back behind their letters after a reversal.
func marksAfterLetters(text []rune, levels []int) {
	for i := 0; i < len(text); i++ {
		last := i
		for last < len(text) && levels[last]%2 == 1 && unicode.Is(unicode.Mn, text[last]) {
			last++
		}
		if last > i && last < len(text) {
			letter := text[last]
			copy(text[i+1:last+1], text[i:last])
			text[i], i = letter, last
		}
	}
}

// levelsOf returns the embedding level of every character: even runs to the right, odd to the
// left. Left-to-right runs within a right-to-left line, and numbers in right-to-left text,
// are one level higher.
func levelsOf(text []rune) []int {
	base, classes := directions(text)
	levels := make([]int, len(text))
	for i, c := range classes {
		switch {
		case c == bidi.R:
			levels[i] = 1
		case c != bidi.L || base == bidi.R:
			levels[i] = 2
		}
	}
	return levels
}

// directions returns the direction of a line, which is that of its first letter, and of each
// of its characters: left to right, right to left, or a number.
func directions(text []rune) (base bidi.Class, classes []bidi.Class) {
	classes = classesOf(text)
	base = bidi.L
	if first := slices.IndexFunc(classes, func(c bidi.Class) bool { return c == bidi.L || c == bidi.R }); first >= 0 {
		base = classes[first]
	}
	latest := base
	for i, c := range classes {
		switch {
		case c == bidi.L || c == bidi.R:
			latest = c
		case c == bidi.EN && latest == bidi.L:
			classes[i] = bidi.L
		}
	}
	resolveBrackets(text, base, classes)
	before := base
	for i := 0; i < len(classes); i++ { // neutral: the direction of both sides if equal, else of the line
		from := i
		for i < len(classes) && classes[i] == bidi.ON {
			i++
		}
		after := base
		if i < len(classes) {
			after = side(classes[i])
		}
		if before != after {
			before = base
		}
		for n := from; n < i; n++ {
			classes[n] = before
		}
		before = after
	}
	return base, classes
}

// resolveBrackets gives a pair of brackets the direction of its content: the line's
// direction if any of the content has it, else the other one if the text before the pair has
// it too (UAX #9, N0).
func resolveBrackets(text []rune, base bidi.Class, classes []bidi.Class) {
	var opened []int
	before := func(i int) bidi.Class {
		for i--; i >= 0; i-- {
			if classes[i] != bidi.ON {
				return side(classes[i])
			}
		}
		return base
	}
	for i, r := range text {
		p, _ := bidi.LookupRune(r)
		switch {
		case !p.IsBracket() || classes[i] != bidi.ON:
		case p.IsOpeningBracket():
			opened = append(opened, i)
		default:
			for n := len(opened) - 1; n >= 0; n-- {
				if mirror(text[opened[n]]) != r {
					continue
				}
				within, from := bidi.ON, opened[n]
				for _, c := range classes[from+1 : i] {
					if c != bidi.ON && within != base {
						within = side(c)
					}
				}
				if within != bidi.ON && within != base {
					within = before(from)
				}
				if within != bidi.ON {
					classes[from], classes[i] = within, within
				}
				opened = opened[:n]
				break
			}
		}
	}
}

// mirror returns the counterpart of a bracket.
func mirror(r rune) rune { return []rune(bidi.ReverseString(string(r)))[0] }

// side is the direction that a character gives to its neutral neighbours.
func side(c bidi.Class) bidi.Class {
	if c == bidi.L {
		return bidi.L
	}
	return bidi.R
}

// classesOf sorts the characters into letters of either direction, European and Arabic
// numbers with their separators, and neutral ones.
func classesOf(text []rune) []bidi.Class {
	classes := make([]bidi.Class, len(text))
	latest := bidi.ON
	for i, r := range text {
		p, _ := bidi.LookupRune(r)
		c := p.Class()
		switch {
		case c == bidi.NSM && i > 0:
			c = classes[i-1]
		case c == bidi.L, c == bidi.R, c == bidi.AL:
			latest = c
		case c == bidi.EN && latest == bidi.AL:
			c = bidi.AN
		}
		classes[i] = c
	}
	for i, c := range classes {
		between := i > 0 && i+1 < len(classes) && classes[i-1] == classes[i+1]
		if between && (c == bidi.CS || c == bidi.ES) &&
			(classes[i-1] == bidi.EN || c == bidi.CS && classes[i-1] == bidi.AN) {
			classes[i] = classes[i-1]
		}
	}
	for i := range classes { // % and € belong to the number beside them
		if i > 0 && classes[i] == bidi.ET && classes[i-1] == bidi.EN {
			classes[i] = bidi.EN
		}
	}
	for i := len(classes) - 2; i >= 0; i-- {
		if classes[i] == bidi.ET && classes[i+1] == bidi.EN {
			classes[i] = bidi.EN
		}
	}
	for i, c := range classes {
		switch c {
		case bidi.AL:
			classes[i] = bidi.R
		case bidi.L, bidi.R, bidi.EN, bidi.AN:
		default:
			classes[i] = bidi.ON
		}
	}
	return classes
}
