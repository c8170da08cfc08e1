package multimodal

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// tokenizers by the names that a [TextConfig] may carry.
var tokenizers = map[string]vocab.Tokenizer{
	"alphanumeric": vocab.TokenizerFunc(func(text string) []vocab.Token {
		return runs(text, func(r rune) bool { return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' })
	}),
	"letters": vocab.TokenizerFunc(func(text string) []vocab.Token {
		return runs(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) })
	}),
}

func tokenizer(name string) (vocab.Tokenizer, error) {
	if t, ok := tokenizers[name]; ok {
		return t, nil
	}
	return nil, fmt.Errorf("%w: no tokenizer is named %q, want one of %q", verso.ErrConfig, name, Tokenizers())
}

// Tokenizers lists the names of tokenizers that a [TextConfig] may carry, all of
// which lower-case: "alphanumeric" takes the runs of ASCII letters and digits, as
// the published programs do; "letters" those of letters and numbers of any script.
func Tokenizers() []string { return slices.Sorted(maps.Keys(tokenizers)) }

// runs returns the longest stretches of characters that are in.
func runs(text string, in func(rune) bool) []vocab.Token {
	var tokens []vocab.Token
	start := -1
	for i, r := range text + " " {
		switch {
		case in(r) && start < 0:
			start = i
		case !in(r) && start >= 0:
			tokens = append(tokens, vocab.Token{Text: strings.ToLower(text[start:i]), Start: start, End: i})
			start = -1
		}
	}
	return tokens
}

// stopWordLists by the names that a [TextConfig] may carry.
var stopWordLists = map[string]func() vocab.StopWords{"en": vocab.EnglishStopWords, "es": vocab.SpanishStopWords}

// StopWordLists lists the names of the stop words that a [TextConfig] may carry:
// "en", English, and "es", Spanish; see vocab.EnglishStopWords.
func StopWordLists() []string { return slices.Sorted(maps.Keys(stopWordLists)) }
