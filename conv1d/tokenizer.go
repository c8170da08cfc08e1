package conv1d

import (
	"fmt"
	"slices"

	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// tokenizers by the names that a [Config] may carry.
var tokenizers = map[string]vocab.Tokenizer{
	"kim":        vocab.Kim{},
	"kim-case":   vocab.Kim{KeepCase: true}, // as Kim does for TREC
	"kim-sst":    vocab.Kim{SST: true},      // for the Stanford Sentiment Treebank
	"unicode":    vocab.Unicode{Lower: true, Punctuation: true},
	"whitespace": vocab.Whitespace{},
}

// ParseTokenizer returns the tokenizer of that name.
func ParseTokenizer(name string) (vocab.Tokenizer, error) {
	if t, ok := tokenizers[name]; ok {
		return t, nil
	}
	return nil, fmt.Errorf("%w: %q, want one of %q", ErrTokenizer, name, Tokenizers())
}

// Tokenizers lists the names of tokenizers that a [Config] may carry.
func Tokenizers() []string {
	var names []string
	for n := range tokenizers {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Unknown is the word that stands for all words that a classifier has not seen.
const Unknown = "<unk>"

// Words returns the vocabulary of a classifier: [Unknown], the words of the
// training texts that c keeps, and then all other words that have a vector.
func Words(train []dataset.Example, vecs *vectors.Vectors, c Config) (*vocab.Vocabulary, error) {
	tok, err := ParseTokenizer(c.Tokenizer)
	if err != nil {
		return nil, err
	}
	var count vocab.Counter
	for _, e := range train {
		for _, t := range tok.Tokenize(e.Text) {
			count.Add(t.Text)
		}
	}
	cfg := vocab.Config{MinCount: int64(c.MinCount), MaxSize: c.MaxWords, Special: []string{Unknown}, Unk: Unknown}
	if c.MaxWords > 0 {
		cfg.MaxSize++ // the special word is extra
	}
	seen, err := count.Vocabulary(cfg)
	if err != nil || vecs == nil {
		return seen, err
	}
	var all vocab.Counter
	for id, w := range seen.Words() {
		if w != Unknown {
			if err := all.AddN(w, seen.Count(id)); err != nil {
				return nil, err
			}
		}
	}
	for _, w := range vecs.Words() {
		if _, ok := seen.ID(w); !ok {
			if err := all.AddN(w, 0); err != nil {
				return nil, err
			}
		}
	}
	return all.Vocabulary(vocab.Config{Special: []string{Unknown}, Unk: Unknown})
}
