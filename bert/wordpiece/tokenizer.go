package wordpiece

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed6481993f/verso/embedding/vocab"
)

// Config holds the options of a [Tokenizer]. It is taken literally: start from
// [DefaultConfig] or [CasedConfig].
type Config struct {
	Lower        bool // lower case
	StripAccents bool // decompose and drop marks: "é" becomes "e"
	SpaceChinese bool // a Chinese character is a word
	Clean        bool // drop control characters
	MaxChars     int  // a word of more characters is unknown; default 100

	Unknown, Separator, Pad, Class, Mask string // the special tokens: [UNK], [SEP], [PAD], [CLS], [MASK]
}

// DefaultConfig returns the settings of the uncased models.
func DefaultConfig() Config {
	return Config{
		Lower: true, StripAccents: true, SpaceChinese: true, Clean: true, MaxChars: 100,
		Unknown: "[UNK]", Separator: "[SEP]", Pad: "[PAD]", Class: "[CLS]", Mask: "[MASK]",
	}
}

// CasedConfig returns the settings of the cased models: case and accents stay.
func CasedConfig() Config {
	c := DefaultConfig()
	c.Lower, c.StripAccents = false, false
	return c
}

// special returns the special tokens, in the order in which [Train] numbers them.
func (c Config) special() []string { return []string{c.Pad, c.Unknown, c.Class, c.Separator, c.Mask} }

// Token is a piece, its number, and the bytes [Start, End) of the text that it
// was cut from.
type Token struct {
	vocab.Token
	ID int
}

// Tokenizer cuts texts into pieces of its vocabulary. It does not change: many
// goroutines may use one.
type Tokenizer struct {
	cfg     Config
	tokens  []string
	first   map[string]int // pieces that begin a word, and special tokens
	inside  map[string]int // pieces inside a word, without "##"
	longest int            // bytes of the longest piece
	special []string       // the special tokens
	ids     map[string]int // all tokens
}

// New returns a tokenizer of the tokens, numbered by their places. A vocabulary
// without one of the special tokens, or with a token twice, is [ErrVocabulary].
func New(tokens []string, c Config) (*Tokenizer, error) {
	if c.MaxChars < 1 {
		return nil, fmt.Errorf("%w: MaxChars wants at least 1, got %d", ErrConfig, c.MaxChars)
	}
	t := &Tokenizer{
		cfg: c, tokens: slices.Clone(tokens), special: c.special(),
		first: map[string]int{}, inside: map[string]int{}, ids: make(map[string]int, len(tokens)),
	}
	for id, s := range tokens {
		if before, ok := t.ids[s]; ok {
			return nil, fmt.Errorf("%w: token %.100q is both %d and %d", ErrVocabulary, s, before, id)
		}
		t.ids[s] = id
		if piece, ok := strings.CutPrefix(s, "##"); ok && piece != "" {
			t.inside[piece] = id
			s = piece
		} else {
			t.first[s] = id
		}
		t.longest = max(t.longest, len(s))
	}
	for _, s := range t.special {
		if _, ok := t.ids[s]; !ok || s == "" {
			return nil, fmt.Errorf("%w: it lacks the special token %q", ErrVocabulary, s)
		}
	}
	return t, nil
}

// Config returns the settings.
func (t *Tokenizer) Config() Config { return t.cfg }

// Len returns the number of tokens.
func (t *Tokenizer) Len() int { return len(t.tokens) }

// Tokens returns the vocabulary by number.
func (t *Tokenizer) Tokens() []string { return slices.Clone(t.tokens) }

// ID returns the number of a token.
func (t *Tokenizer) ID(token string) (id int, ok bool) {
	id, ok = t.ids[token]
	return id, ok
}

// Text returns the token of a number.
func (t *Tokenizer) Text(id int) (token string, ok bool) {
	if id < 0 || id >= len(t.tokens) {
		return "", false
	}
	return t.tokens[id], true
}

// Special reports whether a number is that of a special token.
func (t *Tokenizer) Special(id int) bool {
	s, ok := t.Text(id)
	return ok && slices.Contains(t.special, s)
}

// Pad returns the number of [PAD].
func (t *Tokenizer) Pad() int { return t.ids[t.cfg.Pad] }

// Unknown returns the number of [UNK].
func (t *Tokenizer) Unknown() int { return t.ids[t.cfg.Unknown] }

// Class returns the number of [CLS].
func (t *Tokenizer) Class() int { return t.ids[t.cfg.Class] }

// Separator returns the number of [SEP].
func (t *Tokenizer) Separator() int { return t.ids[t.cfg.Separator] }

// Mask returns the number of [MASK].
func (t *Tokenizer) Mask() int { return t.ids[t.cfg.Mask] }

// Pieces cuts a text, without [CLS] and [SEP] around it. Invalid UTF-8 counts as
// U+FFFD, which is dropped.
func (t *Tokenizer) Pieces(text string) []Token { return t.cut(text, math.MaxInt) }

// Words cuts a text into the pieces of each of its words, punctuation marks and
// special tokens. One after another they are what [Tokenizer.Pieces] returns.
func (t *Tokenizer) Words(text string) [][]Token {
	var out [][]Token
	for p := range t.parts(text) {
		out = append(out, t.part(nil, p))
	}
	return out
}

// cut stops when it has enough pieces: it returns all of a text, or no fewer than
// are enough.
func (t *Tokenizer) cut(text string, enough int) []Token {
	var out []Token
	for p := range t.parts(text) {
		if len(out) >= enough {
			break
		}
		out = t.part(out, p)
	}
	return out
}

func (t *Tokenizer) part(out []Token, p part) []Token {
	if p.special == "" {
		return t.pieces(out, p.word)
	}
	return append(out, Token{vocab.Token{Text: p.special, Start: p.start, End: p.start + len(p.special)}, t.ids[p.special]})
}

// Tokenize is [Tokenizer.Pieces] for what takes a [vocab.Tokenizer].
func (t *Tokenizer) Tokenize(text string) []vocab.Token {
	pieces := t.Pieces(text)
	out := make([]vocab.Token, len(pieces))
	for i, p := range pieces {
		out[i] = p.Token
	}
	return out
}

// pieces cuts a word, from the left, into the longest pieces.
func (t *Tokenizer) pieces(out []Token, word []char) []Token {
	unknown := func() []Token {
		return append(out, Token{vocab.Token{Text: t.cfg.Unknown, Start: word[0].start, End: word[len(word)-1].end}, t.Unknown()})
	}
	if len(word) > t.cfg.MaxChars {
		return unknown()
	}
	buf := make([]byte, 0, 4*len(word))
	ends := make([]int, len(word)+1) // of characters, in bytes of buf
	for i, c := range word {
		buf = utf8.AppendRune(buf, c.r)
		ends[i+1] = len(buf)
	}
	n := len(out)
	for from := 0; from < len(word); {
		table := t.inside
		if from == 0 {
			table = t.first
		}
		to, id := len(word), -1
		for ; to > from; to-- {
			if ends[to]-ends[from] > t.longest {
				continue
			}
			if found, ok := table[string(buf[ends[from]:ends[to]])]; ok {
				id = found
				break
			}
		}
		if id < 0 {
			out = out[:n]
			return unknown()
		}
		out = append(out, Token{vocab.Token{Text: t.tokens[id], Start: word[from].start, End: word[to-1].end}, id})
		from = to
	}
	return out
}
