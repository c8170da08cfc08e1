package vocab

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Phrases are pairs of words that stand beside each other more often than by chance, such as
// "new york", to be read as one word, "new_york" (Mikolov, Sutskever, Chen, Corrado & Dean
// 2013, Distributed Representations of Words and Phrases and their Compositionality,
// section 4). [FindPhrases] and a [PhraseCounter] find them; a second pass over the joined
// text finds phrases of up to four words.
//
// They do not change once made, so many goroutines may use them. The zero value has none.
type Phrases struct {
	delimiter  string
	connectors []string
	connects   map[string]bool
	scores     map[string]float64 // by phraseKey
	keys       []string           // best first, equal ones in the order of their bytes
}

func newPhrases(delimiter string, connectors []string) *Phrases {
	return &Phrases{delimiter: delimiter, connectors: connectors, connects: set(connectors), scores: map[string]float64{}}
}

// phraseEnd parts the words of a key: a byte that no UTF-8 has.
const phraseEnd = 0xff

func appendPhraseKey(b []byte, words []string) []byte {
	for i, w := range words {
		if i > 0 {
			b = append(b, phraseEnd)
		}
		b = append(b, w...)
	}
	return b
}

func splitPhraseKey(key string) []string { return strings.Split(key, string([]byte{phraseEnd})) }

// add takes a phrase in, but not yet into the order.
func (p *Phrases) add(words []string, score float64) error {
	last := len(words) - 1
	if last < 1 || math.IsNaN(score) || math.IsInf(score, 0) {
		return fmt.Errorf("%w: phrase %.80q of score %v, want two words or more and a number", ErrFormat, words, score)
	}
	for i, w := range words {
		if !utf8.ValidString(w) {
			return fmt.Errorf("%w: in the phrase %.80q", ErrInvalidUTF8, words)
		}
		if inside := i > 0 && i < last; p.connects[w] != inside {
			return fmt.Errorf("%w: phrase %.80q, want connectors within and no others", ErrFormat, words)
		}
	}
	key := string(appendPhraseKey(nil, words))
	if len(key) > maxWord {
		return fmt.Errorf("%w: a phrase of %d bytes, limit %d: %.20q…", ErrTooLong, len(key), maxWord, words[0])
	}
	if _, ok := p.scores[key]; ok {
		return fmt.Errorf("%w: phrase %.80q", ErrDuplicate, words)
	}
	p.scores[key] = score
	p.keys = append(p.keys, key)
	return nil
}

func (p *Phrases) sort() {
	slices.SortFunc(p.keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(p.scores[b], p.scores[a]), cmp.Compare(a, b))
	})
}

// Len is the number of phrases.
func (p *Phrases) Len() int { return len(p.keys) }

// All yields each phrase, as its words, with its score: the best first.
func (p *Phrases) All() iter.Seq2[[]string, float64] {
	return func(yield func([]string, float64) bool) {
		for _, key := range p.keys {
			if !yield(splitPhraseKey(key), p.scores[key]) {
				return
			}
		}
	}
}

// Score returns the score of a phrase, connectors among its words; ok is false for what is
// none.
func (p *Phrases) Score(words ...string) (score float64, ok bool) {
	var buffer [128]byte // so that a look-up takes no memory, mostly
	score, ok = p.scores[string(appendPhraseKey(buffer[:0], words))]
	return score, ok
}

// Join returns the tokens with those of each phrase joined to one. It goes from left to right:
// a word that ended a phrase begins no other.
//
// Cost: a look-up or two a token.
func (p *Phrases) Join(tokens []string) []string {
	return p.AppendJoin(make([]string, 0, len(tokens)), tokens)
}

// AppendJoin appends what [Phrases.Join] returns to dst, to save its memory.
func (p *Phrases) AppendJoin(dst, tokens []string) []string {
	p.each(tokens, func(from, to int) {
		if to-from == 1 {
			dst = append(dst, tokens[from])
		} else {
			dst = append(dst, strings.Join(tokens[from:to], p.delimiter))
		}
	})
	return dst
}

// JoinAll joins the tokens of each sentence of a corpus, as it is gone over.
func (p *Phrases) JoinAll(corpus iter.Seq[[]string]) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for sentence := range corpus {
			if !yield(p.Join(sentence)) {
				return
			}
		}
	}
}

// Tokenizer returns t with the tokens of each phrase joined to one, which stands in the text
// from where the first begins to where the last ends.
func (p *Phrases) Tokenizer(t Tokenizer) Tokenizer {
	return TokenizerFunc(func(text string) []Token {
		tokens := t.Tokenize(text)
		words := Texts(tokens)
		joined := make([]Token, 0, len(tokens))
		p.each(words, func(from, to int) {
			token := tokens[from]
			if to-from > 1 {
				token.Text, token.End = strings.Join(words[from:to], p.delimiter), tokens[to-1].End
			}
			joined = append(joined, token)
		})
		return joined
	})
}

// each cuts tokens into phrases and single words: f gets those from … to-1.
func (p *Phrases) each(tokens []string, f func(from, to int)) {
	next := 0 // the first token that f has not got
	single := func(to int) {
		for ; next < to; next++ {
			f(next, next+1)
		}
	}
	start := -1 // of what may be a phrase
	for i, w := range tokens {
		if p.connects[w] {
			continue
		}
		if start >= 0 {
			if _, ok := p.Score(tokens[start : i+1]...); ok {
				single(start)
				f(start, i+1)
				next, start = i+1, -1
				continue
			}
		}
		start = i
	}
	single(len(tokens))
}
