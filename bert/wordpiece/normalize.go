package wordpiece

import (
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

// basic cuts part of a text, which begins at byte base of the whole, into words
// and punctuation marks.
func (t *Tokenizer) basic(text string, base int, emit func(word []char)) {
	chars := make([]char, 0, len(text))
	for i, r := range text {
		_, n := utf8.DecodeRuneInString(text[i:])
		chars = t.normalise(chars, r, base+i, base+i+n)
	}
	if t.cfg.StripAccents {
		chars = stripped(chars)
	}
	if t.cfg.Lower {
		chars = lowered(chars)
	}
	from := 0
	for i, c := range chars {
		alone := isPunctuation(c.r) || t.cfg.SpaceChinese && isChinese(c.r)
		if !alone && c.r != ' ' {
			continue
		}
		if from < i {
			emit(chars[from:i])
		}
		if alone {
			emit(chars[i : i+1])
		}
		from = i + 1
	}
	if from < len(chars) {
		emit(chars[from:])
	}
}

// normalise appends a cleaned character, or nothing. Chinese characters are
// found before decomposition, which turns compatibility ideographs into others
// of the same ranges.
func (t *Tokenizer) normalise(chars []char, r rune, start, end int) []char {
	switch {
	case t.cfg.Clean && dropped(r):
		return chars
	case unicode.IsSpace(r):
		r = ' '
	}
	if r < utf8.RuneSelf || !t.cfg.StripAccents {
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

// lowered lower-cases in place; İ alone has two characters for one.
func lowered(chars []char) []char {
	for i := 0; i < len(chars); i++ {
		c := &chars[i]
		if c.r != 'İ' {
			c.r = unicode.ToLower(c.r)
			continue
		}
		c.r = 'i'
		chars = append(chars[:i+1], append([]char{{'\u0307', c.start, c.end}}, chars[i+1:]...)...)
		i++
	}
	return chars
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
