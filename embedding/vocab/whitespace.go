package vocab

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Whitespace cuts at white space as [strings.Fields] does, for texts that are
// tokenized already.
type Whitespace struct {
	// Lower lower-cases the tokens.
	Lower bool
}

// Tokenize costs one pass over the text.
func (w Whitespace) Tokenize(text string) []Token {
	var tokens []Token
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if unicode.IsSpace(r) {
			i += size
			continue
		}
		end := len(text)
		if n := strings.IndexFunc(text[i:], unicode.IsSpace); n >= 0 {
			end = i + n
		}
		word := text[i:end]
		if w.Lower {
			word = strings.ToLower(word)
		}
		tokens = append(tokens, Token{word, i, end})
		i = end
	}
	return tokens
}
