package wordpiece

import (
	"iter"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// char is a character of the normalised text and the bytes of the original that
// it comes from.
type char struct {
	r          rune
	start, end int
}

// normaliser cuts texts into words; its memory serves one after another.
type normaliser struct {
	cfg          Config
	chars, lower []char
}

// words cuts part of a text, which begins at byte base of the whole, into words
// and punctuation marks. Each may be kept until the next one comes.
func (n *normaliser) words(text string, base int) iter.Seq[[]char] {
	return func(yield func([]char) bool) {
		chars := n.normalise(text, base)
		from := 0
		for i, c := range chars {
			alone := isPunctuation(c.r) || n.cfg.SpaceChinese && isChinese(c.r)
			if !alone && c.r != ' ' {
				continue
			}
			if from < i && !yield(chars[from:i]) {
				return
			}
			if alone && !yield(chars[i:i+1]) {
				return
			}
			from = i + 1
		}
		if from < len(chars) {
			yield(chars[from:])
		}
	}
}

// normalise returns the characters of a text, cleaned, and without accents and
// case where these do not count.
func (n *normaliser) normalise(text string, base int) []char {
	chars := slices.Grow(n.chars[:0], len(text))
	for i, r := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		chars = n.clean(chars, r, base+i, base+i+size)
	}
	n.chars = chars
	if n.cfg.StripAccents {
		chars = stripped(chars)
	}
	if n.cfg.Lower {
		n.lower = lowered(slices.Grow(n.lower[:0], len(chars)), chars)
		chars = n.lower
	}
	return chars
}

// clean appends a character as a blank or decomposed, or nothing. Decomposition
// leaves ideographs among ideographs: what stands alone can be told behind it.
func (n *normaliser) clean(chars []char, r rune, start, end int) []char {
	switch {
	case n.cfg.Clean && dropped(r):
		return chars
	case unicode.IsSpace(r):
		r = ' '
	}
	if r < utf8.RuneSelf || !n.cfg.StripAccents {
		return append(chars, char{r, start, end})
	}
	for _, d := range string(norm.NFD.AppendString(nil, string(r))) {
		chars = append(chars, char{d, start, end})
	}
	return chars
}

// stripped drops the marks in place. Marks of other categories than Mn are put
// into canonical order, as NFD of the whole text would.
func stripped(chars []char) []char {
	kept := chars[:0]
	for _, c := range chars {
		if c.r < utf8.RuneSelf {
			kept = append(kept, c)
			continue
		}
		if unicode.Is(unicode.Mn, c.r) {
			continue
		}
		kept = append(kept, c)
		class := combining(c.r)
		for i := len(kept) - 1; class > 0 && i > 0; i-- {
			before := combining(kept[i-1].r)
			if before == 0 || before <= class {
				break
			}
			kept[i], kept[i-1] = kept[i-1], kept[i]
		}
	}
	return kept
}

// combining is the canonical combining class of r: 0 of a letter.
func combining(r rune) uint8 { return norm.NFD.PropertiesString(string(r)).CCC() }

// lowered appends the characters in lower case; İ alone has two for one.
func lowered(out, chars []char) []char {
	for _, c := range chars {
		if c.r == 'İ' {
			out = append(out, char{'i', c.start, c.end}, char{'\u0307', c.start, c.end})
			continue
		}
		c.r = unicode.ToLower(c.r)
		out = append(out, c)
	}
	return out
}

// dropped reports what cleaning takes away: all of category C but blanks.
func dropped(r rune) bool {
	switch r {
	case '\t', '\n', '\r':
		return false
	case utf8.RuneError:
		return true
	}
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7f
	}
	return unicode.In(r, unicode.C, unicode.Cn)
}

// isPunctuation takes all signs of ASCII that are no letter, digit or blank for
// punctuation, such as "$" and "^", which Unicode does not.
func isPunctuation(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= '!' && r <= '/' || r >= ':' && r <= '@' || r >= '[' && r <= '`' || r >= '{' && r <= '~'
	}
	return unicode.Is(unicode.P, r)
}

// isChinese reports whether r is in the blocks of CJK unified and compatibility
// ideographs: not the Japanese syllabaries, not Hangul.
func isChinese(r rune) bool {
	switch {
	case r < 0x3400:
		return false
	case r <= 0x4DBF, r >= 0x4E00 && r <= 0x9FFF, r >= 0xF900 && r <= 0xFAFF:
		return true
	}
	return r >= 0x20000 && r <= 0x2A6DF || r >= 0x2A700 && r <= 0x2CEAF || r >= 0x2F800 && r <= 0x2FA1F
}
