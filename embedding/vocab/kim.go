package vocab

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kim is the tokenizer of the sentence classifiers of Kim, "Convolutional Neural
// Networks for Sentence Classification" (EMNLP 2014), after the cleaning step of
// the program that was published with it (CNN_sentence, clean_str):
//
//   - every character other than A-Z a-z 0-9 ( ) , ! ? ' ` becomes a blank;
//   - 's 've 're 'd 'll and n't begin a new token: "can't" gives "ca", "n't".
//     Only small letters count, and what follows stays: "'sup" is one token;
//   - ( ) , ! ? are tokens of their own;
//   - everything is lower-cased.
//
// So é, the typographic apostrophe ’ and the full stop are blanks: "café's" gives
// "caf", "'s". The published program writes the tokens ( ) ? with a backslash in
// front, which was hardly meant, and which no word-vector file knows; here they
// are bare. The zero value is the form used for all data sets but TREC and SST.
type Kim struct {
	// KeepCase leaves out the lower-casing, as Kim does for TREC.
	KeepCase bool
	// SST is the form for the Stanford Sentiment Treebank (clean_str_sst), which is
	// tokenized already: characters become blanks as above, but nothing is split
	// at ( ) , ! ? or at contractions.
	SST bool
	// KeepLetters keeps the letters, combining marks and decimal digits of all
	// scripts, for languages that need more than ASCII.
	KeepLetters bool
}

// Tokenize costs one pass over the text.
func (k Kim) Tokenize(text string) []Token {
	var tokens []Token
	start := -1 // of the open token
	flush := func(end int) {
		if start < 0 {
			return
		}
		word := text[start:end]
		if !k.KeepCase {
			word = strings.ToLower(word)
		}
		tokens = append(tokens, Token{word, start, end})
		start = -1
	}
	for i := 0; i < len(text); {
		class, size := k.class(text[i:])
		switch {
		case class == kimBlank:
			flush(i)
		case class == kimMark && !k.SST:
			flush(i)
			start = i
			flush(i + size)
		case !k.SST && contraction(text[i:]):
			flush(i)
			start = i
		case start < 0:
			start = i
		}
		i += size
	}
	flush(len(text))
	return tokens
}

const (
	kimBlank = iota
	kimMark  // ( ) , ! ?
	kimWord
)

// class tells the kind and the length of the character that s starts with.
func (k Kim) class(s string) (class, size int) {
	switch c := s[0]; {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '\'', c == '`':
		return kimWord, 1
	case c == '(', c == ')', c == ',', c == '!', c == '?':
		return kimMark, 1
	case c < utf8.RuneSelf:
		return kimBlank, 1
	}
	r, size := utf8.DecodeRuneInString(s)
	if k.KeepLetters && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)) {
		return kimWord, size
	}
	return kimBlank, size
}

// contraction tells whether s starts with one of the endings that are split off.
func contraction(s string) bool {
	if s[0] == 'n' {
		return strings.HasPrefix(s, "n't")
	}
	if s[0] != '\'' || len(s) < 2 {
		return false
	}
	switch s[1] {
	case 's', 'd':
		return true
	case 'v', 'r':
		return len(s) > 2 && s[2] == 'e'
	case 'l':
		return len(s) > 2 && s[2] == 'l'
	}
	return false
}
