package wordpiece

import (
	"fmt"
	"math"
	"strings"

	"github.com/seed6481993f/verso/embedding/vocab"
)

// Encoding is a text, or two, as BERT reads them.
type Encoding struct {
	IDs   []int
	Types []int // 0, and 1 for the second text with its [SEP]
	// Tokens are the pieces; their bytes are those of the text that they came
	// from. [CLS] and [SEP] around the texts have Start and End −1.
	Tokens []Token
}

// Encode returns [CLS] text [SEP], cut to limit tokens; 0 means no limit.
// A limit under 2 is [ErrLength].
func (t *Tokenizer) Encode(text string, limit int) (Encoding, error) {
	if err := checkLimit(limit, 2); err != nil {
		return Encoding{}, err
	}
	room := room(limit, 2)
	a := t.cut(text, room)
	return t.join(a[:min(len(a), room)], nil, false), nil
}

// EncodePair returns [CLS] a [SEP] b [SEP], cut to limit tokens by taking from
// the longer text first; 0 means no limit. A limit under 3 is [ErrLength].
func (t *Tokenizer) EncodePair(a, b string, limit int) (Encoding, error) {
	if err := checkLimit(limit, 3); err != nil {
		return Encoding{}, err
	}
	room := room(limit, 3)
	p, q := t.cut(a, room), t.cut(b, room) // what is beyond the room is lost first in any case
	n, m := longestFirst(min(len(p), room), min(len(q), room), room)
	return t.join(p[:n], q[:m], true), nil
}

func checkLimit(limit, least int) error {
	if limit != 0 && limit < least {
		return fmt.Errorf("%w: want at least %d for the special tokens, got %d", ErrLength, least, limit)
	}
	return nil
}

// room is how many pieces a limit leaves beside so many special tokens.
func room(limit, special int) int {
	if limit == 0 {
		return math.MaxInt / 2 // two of which can be added
	}
	return limit - special
}

// longestFirst takes one from the longer of two lengths, from the second where
// they are equal, until they fit.
func longestFirst(n, m, limit int) (int, int) {
	if over := n + m - limit; over > 0 {
		first := min(over, max(0, n-m)) // what the first is longer by
		second := min(over, max(0, m-n))
		n, m, over = n-first, m-second, over-first-second
		n, m = n-over/2, m-(over+1)/2
	}
	return n, m
}

func (t *Tokenizer) join(a, b []Token, pair bool) Encoding {
	n := len(a) + len(b) + 3
	e := Encoding{IDs: make([]int, 0, n), Types: make([]int, 0, n), Tokens: make([]Token, 0, n)}
	add := func(typ int, tokens ...Token) {
		for _, p := range tokens {
			e.IDs, e.Types, e.Tokens = append(e.IDs, p.ID), append(e.Types, typ), append(e.Tokens, p)
		}
	}
	mark := func(s string) Token { return Token{vocab.Token{Text: s, Start: -1, End: -1}, t.ids[s]} }
	add(0, mark(t.cfg.Class))
	add(0, a...)
	add(0, mark(t.cfg.Separator))
	if pair {
		add(1, b...)
		add(1, mark(t.cfg.Separator))
	}
	return e
}

// Decode puts pieces together again: "##" pieces to the piece before, others
// behind a blank, and no blank before . , ! ? and inside n't 'm 's 've 're, as
// Hugging Face's decode does. Special tokens are left out where skipSpecial is
// set. What case, accents and blanks the text had cannot be known. A number
// outside the vocabulary is [ErrID].
func (t *Tokenizer) Decode(ids []int, skipSpecial bool) (string, error) {
	var b strings.Builder
	for _, id := range ids {
		s, ok := t.Text(id)
		if !ok {
			return "", fmt.Errorf("%w: %d, there are %d", ErrID, id, len(t.tokens))
		}
		if skipSpecial && t.Special(id) {
			continue
		}
		if piece, ok := strings.CutPrefix(s, "##"); ok && b.Len() > 0 {
			b.WriteString(piece)
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s)
	}
	text := b.String()
	for _, c := range cleanup {
		text = strings.ReplaceAll(text, c[0], c[1])
	}
	return text, nil
}

// cleanup is what Hugging Face's decode replaces, in its order.
var cleanup = [][2]string{
	{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"},
	{" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
}
