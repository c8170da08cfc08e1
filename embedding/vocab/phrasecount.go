package vocab

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
)

// PhraseScore is how a [PhraseCounter] judges a pair of words.
type PhraseScore int

const (
	// Collocation is (n_ab − δ)/(n_a·n_b) · V (Mikolov et al. 2013): n_a, n_b and n_ab are the
	// counts of the words and of the pair, δ is MinCount, and V, the number of different words
	// and pairs, makes the scores of large and small corpora alike. gensim's default; the
	// program word2phrase has the number of tokens for V, and so wants larger thresholds.
	Collocation PhraseScore = iota
	// NPMI is normalised pointwise mutual information (Bouma 2009), −1 … 1, for pairs of at
	// least MinCount: ln(p_ab/(p_a·p_b)) / −ln p_ab, with p = n/number of tokens.
	NPMI
)

// PhraseConfig says which pairs of words are phrases.
type PhraseConfig struct {
	Score     PhraseScore
	MinCount  int64   // δ, 1 or more
	Threshold float64 // a pair is a phrase if its score is above; more than 0 for Collocation, -1 … 1 for NPMI
	// Connectors are words that may stand within a phrase, any number of them, but neither
	// begin nor end one; they count for no score. See [EnglishConnectors].
	Connectors []string
	Delimiter  string // joins the words of a phrase; not empty
	// MaxEntries is how many different words and pairs are counted at a time. Where there are
	// more at the end of a sentence, those of one occurrence are forgotten, the next time those
	// of two, and so on, as in gensim. 0 sets no limit.
	MaxEntries int
}

// DefaultPhraseConfig is gensim's: Collocation, MinCount 5, Threshold 10, no connectors,
// "_", 40 million entries.
func DefaultPhraseConfig() PhraseConfig {
	return PhraseConfig{MinCount: 5, Threshold: 10, Delimiter: "_", MaxEntries: 40_000_000}
}

// EnglishConnectors returns articles, prepositions and conjunctions, as gensim has them:
// "bank of america", "eye of the beholder".
func EnglishConnectors() []string {
	return strings.Fields("a an the for of with without at from to in on by and or")
}

func (c PhraseConfig) validate() error {
	switch {
	case c.Score != Collocation && c.Score != NPMI:
		return fmt.Errorf("%w: score %d", ErrConfig, c.Score)
	case c.MinCount < 1:
		return fmt.Errorf("%w: MinCount %d, want 1 or more", ErrConfig, c.MinCount)
	case c.Score == Collocation && !(c.Threshold > 0):
		return fmt.Errorf("%w: Threshold %v, want more than 0", ErrConfig, c.Threshold)
	case c.Score == NPMI && !(c.Threshold >= -1 && c.Threshold <= 1):
		return fmt.Errorf("%w: Threshold %v of NPMI, want -1 … 1", ErrConfig, c.Threshold)
	case c.Delimiter == "":
		return fmt.Errorf("%w: no Delimiter", ErrConfig)
	case c.MaxEntries < 0:
		return fmt.Errorf("%w: MaxEntries %d, want 0 or more", ErrConfig, c.MaxEntries)
	}
	return nil
}

// PhraseCounter counts words and pairs of words, a sentence at a time, until [Phrases] are
// made of them. It is not safe for concurrent use.
type PhraseCounter struct {
	cfg          PhraseConfig
	connectors   map[string]bool
	words, pairs map[string]*int64 // pairs by phraseKey
	tokens       int64
	forgotten    int64 // entries of so many occurrences and less went when there were too many
	key          []byte
}

// NewPhraseCounter returns a counter that has seen nothing. Error: [ErrConfig].
func NewPhraseCounter(cfg PhraseConfig) (*PhraseCounter, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg.Connectors = slices.Clone(cfg.Connectors)
	return &PhraseCounter{cfg: cfg, connectors: set(cfg.Connectors), words: map[string]*int64{}, pairs: map[string]*int64{}}, nil
}

func set(words []string) map[string]bool {
	s := make(map[string]bool, len(words))
	for _, w := range words {
		s[w] = true
	}
	return s
}

// Add counts the words of a sentence and the pairs that stand beside each other, but for
// connectors.
func (c *PhraseCounter) Add(sentence []string) {
	start := -1 // of a pair
	for i, w := range sentence {
		c.tokens++
		if c.connectors[w] {
			continue
		}
		if n := c.words[w]; n != nil {
			*n++
		} else {
			n := int64(1)
			c.words[strings.Clone(w)] = &n // a clone, else one word would keep its whole text alive
		}
		if start >= 0 {
			c.key = appendPhraseKey(c.key[:0], sentence[start:i+1])
			if n := c.pairs[string(c.key)]; n != nil {
				*n++
			} else {
				n := int64(1)
				c.pairs[string(c.key)] = &n
			}
		}
		start = i
	}
	if c.cfg.MaxEntries > 0 && len(c.words)+len(c.pairs) > c.cfg.MaxEntries {
		c.forgotten++
		rare := func(_ string, n *int64) bool { return *n <= c.forgotten }
		maps.DeleteFunc(c.words, rare)
		maps.DeleteFunc(c.pairs, rare)
	}
}

// Phrases returns the pairs that are phrases by what was counted so far. The counter stays as
// it is and can go on counting. Errors: [ErrInvalidUTF8] and [ErrTooLong] for a phrase that
// could not be written.
func (c *PhraseCounter) Phrases() (*Phrases, error) {
	scores := map[string]float64{}
	for key, n := range c.pairs {
		a, b := c.words[key[:strings.IndexByte(key, phraseEnd)]], c.words[key[strings.LastIndexByte(key, phraseEnd)+1:]]
		if a == nil || b == nil { // forgotten
			continue
		}
		if score := c.score(*a, *b, *n); score > c.cfg.Threshold {
			scores[key] = score
		}
	}
	p := newPhrases(c.cfg.Delimiter, c.cfg.Connectors)
	for _, key := range slices.Sorted(maps.Keys(scores)) { // sorted, that the first error is always the same
		if err := p.add(splitPhraseKey(key), scores[key]); err != nil {
			return nil, err
		}
	}
	p.sort()
	return p, nil
}

// score judges a pair by its counts.
func (c *PhraseCounter) score(a, b, both int64) float64 {
	if c.cfg.Score == Collocation {
		return float64(both-c.cfg.MinCount) / (float64(a) * float64(b)) * float64(len(c.words)+len(c.pairs))
	}
	if both < c.cfg.MinCount {
		return math.Inf(-1)
	}
	n := float64(c.tokens)
	pa, pb, pab := float64(a)/n, float64(b)/n, float64(both)/n
	return math.Log(pab/(pa*pb)) / -math.Log(pab)
}

// FindPhrases counts a corpus and returns its phrases. Errors: [ErrConfig], those of
// [PhraseCounter.Phrases], and that of ctx.
func FindPhrases(ctx context.Context, corpus iter.Seq[[]string], cfg PhraseConfig) (*Phrases, error) {
	c, err := NewPhraseCounter(cfg)
	if err != nil {
		return nil, err
	}
	looked := int64(0) // at ctx, after so many tokens
	for sentence := range corpus {
		c.Add(sentence)
		if c.tokens-looked >= 1<<16 {
			if looked = c.tokens; ctx.Err() != nil {
				break
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("vocab: counting phrases: %w", err)
	}
	return c.Phrases()
}
