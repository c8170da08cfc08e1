package attention

import (
	"strings"
	"unicode"

	"github.com/seed6481993f/verso/embedding/vocab"
)

// joiner marks the side of a token where no blank was, so that a text can be put
// together again: "¿Qué?" is "¿￭", "Qué", "￭?". The mark goes to punctuation
// where there is a choice, so that words have one form.
const joiner = "\uffed"

// pieces cuts a text into words and punctuation with marks. A text that has the
// mark itself gets a square in its place.
func pieces(text string, lower bool) []vocab.Token {
	tokens := vocab.Unicode{Lower: lower, Punctuation: true}.Tokenize(text)
	words := make([]bool, len(tokens)) // by the texts without marks
	for i := range tokens {
		tokens[i].Text = strings.ReplaceAll(tokens[i].Text, joiner, "■")
		words[i] = strings.ContainsFunc(tokens[i].Text, letterOrNumber)
	}
	for i := 1; i < len(tokens); i++ {
		switch {
		case tokens[i-1].End != tokens[i].Start:
		case words[i] && !words[i-1]:
			tokens[i-1].Text += joiner
		default:
			tokens[i].Text = joiner + tokens[i].Text
		}
	}
	return tokens
}

func letterOrNumber(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// join undoes pieces, but for blanks: there is one wherever some were.
func join(tokens []string) string {
	var b strings.Builder
	tight := true
	for _, t := range tokens {
		if !tight && !strings.HasPrefix(t, joiner) {
			b.WriteByte(' ')
		}
		b.WriteString(bare(t))
		tight = strings.HasSuffix(t, joiner)
	}
	return b.String()
}

// bare is a token without marks.
func bare(token string) string {
	return strings.TrimSuffix(strings.TrimPrefix(token, joiner), joiner)
}
