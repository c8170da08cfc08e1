package vocab

import (
	"strings"
	"unicode"

	"github.com/clipperhouse/uax29/v2/words"
)

// Unicode cuts at the word boundaries of Unicode Standard Annex #29, which serve
// all languages that put blanks between words: "can't" and "3.14" stay whole, and
// so does an emoji of many code points. Scripts without blanks (Chinese, Japanese,
// Thai) come out a character or a few at a time. The zero value keeps the case and
// returns only tokens that hold a letter or a number.
type Unicode struct {
	// Lower lower-cases the tokens.
	Lower bool
	// Punctuation returns punctuation, symbols and emoji too; blanks never.
	Punctuation bool
}

// Tokenize costs one pass over the text.
func (u Unicode) Tokenize(text string) []Token {
	var tokens []Token
	for it := words.FromString(text); it.Next(); {
		word := it.Value()
		if !strings.ContainsFunc(word, u.keeps) {
			continue
		}
		if u.Lower {
			word = strings.ToLower(word)
		}
		tokens = append(tokens, Token{word, it.Start(), it.End()})
	}
	return tokens
}

// keeps tells whether one such character makes a segment a token.
func (u Unicode) keeps(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) ||
		u.Punctuation && unicode.IsGraphic(r) && !unicode.IsSpace(r)
}
