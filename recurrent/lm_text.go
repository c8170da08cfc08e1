package recurrent

import (
	"fmt"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed6481993f/verso/embedding/vocab"
)

// Tokens of a [LanguageModel] that are no words of a text.
const (
	Unknown = "<unk>" // stands for all tokens without a number of their own
	LineEnd = "<eos>" // ends a line at [LevelWord]; at [LevelChar] it is "\n"
)

// lineEnd is the token that ends a line.
func (c LMConfig) lineEnd() string {
	if c.Level == LevelChar {
		return "\n"
	}
	return LineEnd
}

// tokens cuts a text, each of its lines ending in the line's token. The last line
// has one if the text ends in "\n".
func (c LMConfig) tokens(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if c.Lower {
			text = strings.ToLower(text)
		}
		text := strings.ReplaceAll(text, "\r\n", "\n")
		if c.Level == LevelChar {
			for _, r := range text { // bytes that are no UTF-8 become U+FFFD
				if !yield(string(r)) {
					return
				}
			}
			return
		}
		for line := range strings.Lines(text) {
			whole := strings.TrimSuffix(line, "\n")
			for _, t := range lmTokenizers[c.Tokenizer].Tokenize(strings.ToValidUTF8(whole, "\uFFFD")) {
				if !yield(t.Text) {
					return
				}
			}
			if len(whole) < len(line) && !yield(LineEnd) {
				return
			}
		}
	}
}

// LMVocabulary numbers the tokens of a text: [Unknown] first, then the others by
// falling count.
func LMVocabulary(text string, c LMConfig) (*vocab.Vocabulary, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	var count vocab.Counter
	for t := range c.tokens(text) {
		count.Add(t)
	}
	v := vocab.Config{MinCount: int64(c.MinCount), MaxSize: c.MaxTokens, Special: []string{Unknown}, Unk: Unknown}
	if c.MaxTokens > 0 {
		v.MaxSize++ // the special one is extra
	}
	return count.Vocabulary(v)
}

// IDs returns the numbers of a text's tokens, line ends among them. A token
// without a number gets that of [Unknown]; in a vocabulary without one it is an
// [ErrToken].
func (m *LanguageModel) IDs(text string) ([]int, error) {
	ids := []int{}
	for t := range m.cfg.tokens(text) {
		id, _ := m.words.ID(t)
		if id < 0 {
			return nil, fmt.Errorf("%w: %q, token %d of the text, and the vocabulary has no unknown word", ErrToken, t, len(ids))
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// Join writes tokens as a text: characters as they are; words with blanks
// between, but for those that punctuation does without, and lines where they end.
func (m *LanguageModel) Join(tokens []string) string {
	if m.cfg.Level == LevelChar {
		return strings.Join(tokens, "")
	}
	var b strings.Builder
	open := true // no blank wanted
	for _, t := range tokens {
		if t == LineEnd {
			b.WriteByte('\n')
			open = true
			continue
		}
		r, size := utf8.DecodeRuneInString(t)
		if one := size == len(t); !open && !(one && (unicode.Is(unicode.Pe, r) || unicode.Is(unicode.Pf, r) || strings.ContainsRune(".,;:!?…", r))) {
			b.WriteByte(' ')
		}
		b.WriteString(t)
		open = unicode.Is(unicode.Ps, r) || unicode.Is(unicode.Pi, r) || strings.ContainsRune("¡¿", r)
	}
	return b.String()
}
