package vocab

import "iter"

// Token is one piece of a text. Text is what a model reads; the bytes
// [Start, End) of the original text are where it stood, so that results can be
// shown there. The two differ where the tokenizer rewrote the text, as in
// lower-casing. Text may share memory with the original.
type Token struct {
	Text       string
	Start, End int
}

// Tokenizer cuts a text into tokens, in their order, never overlapping. It takes
// any bytes, also invalid UTF-8. The tokenizers of this package are plain values,
// safe for concurrent use.
type Tokenizer interface {
	Tokenize(text string) []Token
}

// TokenizerFunc makes a Tokenizer of a function.
type TokenizerFunc func(text string) []Token

// Tokenize calls f.
func (f TokenizerFunc) Tokenize(text string) []Token { return f(text) }

// Texts returns the texts of the tokens, as [Vocabulary.IDs] takes them.
func Texts(tokens []Token) []string {
	texts := make([]string, len(tokens))
	for i, t := range tokens {
		texts[i] = t.Text
	}
	return texts
}

// TokenTexts tokenizes text after text and yields the texts of all tokens, as
// [Build] and [Counter.AddAll] take them.
func TokenTexts(t Tokenizer, texts iter.Seq[string]) iter.Seq[string] {
	return func(yield func(string) bool) {
		for text := range texts {
			for _, token := range t.Tokenize(text) {
				if !yield(token.Text) {
					return
				}
			}
		}
	}
}
