package multimodal

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// Special words of the vocabulary that a GRU reads.
const (
	unknown = "<unk>"
	start   = "<start>"
	end     = "<end>"
)

// tables are the vocabularies of a reader. Those of levels that a model lacks are
// empty.
type tables struct {
	words *vocab.Vocabulary // that a GRU learns vectors of: the special ones, and those frequent enough in training
	given *vocab.Vocabulary // those with a given vector, in the order of the rows
	bag   *vocab.Vocabulary // of Bag
	grams *vocab.Vocabulary // of NGrams
}

// vocabularies are the tables by the names under which a file holds them.
func (t *tables) vocabularies() map[string]**vocab.Vocabulary {
	return map[string]**vocab.Vocabulary{"words": &t.words, "given": &t.given, "bag": &t.bag, "ngrams": &t.grams}
}

// countTables counts the training texts.
func countTables(texts []string, vecs *vectors.Vectors, c TextConfig) (t tables, err error) {
	r := reader{cfg: c}
	if r.tokenize, err = tokenizer(c.Tokenizer); err != nil {
		return t, err
	}
	var words, given, bag, grams vocab.Counter
	for _, text := range texts {
		all := r.tokens(text)
		content := r.content(all)
		if r.learnsWords() {
			words.AddAll(slices.Values(all))
		}
		if r.has(Bag) {
			bag.AddAll(slices.Values(content))
		}
		if r.has(NGrams) {
			grams.AddAll(slices.Values(r.ngrams(content)))
		}
	}
	if vecs != nil && r.readsGiven() {
		for _, w := range vecs.Words() {
			if err := given.AddN(w, 0); err != nil {
				return t, err
			}
		}
	}
	kept := vocab.Config{MinCount: int64(c.MinCount)}
	marked := vocab.Config{MinCount: kept.MinCount, Special: []string{unknown, start, end}, Unk: unknown}
	for _, v := range []struct {
		into    **vocab.Vocabulary
		counter *vocab.Counter
		cfg     vocab.Config
	}{{&t.words, &words, marked}, {&t.given, &given, vocab.Config{}}, {&t.bag, &bag, kept}, {&t.grams, &grams, kept}} {
		if *v.into, err = v.counter.Vocabulary(v.cfg); err != nil {
			return t, err
		}
	}
	return t, nil
}

// newReader adds the tables that never learn to ps, empty: [reader.learn] or a
// file fills them.
func newReader(ps *verso.Params, t tables, c TextConfig) *reader {
	r := &reader{cfg: c, tables: t}
	var err error
	if r.tokenize, err = tokenizer(c.Tokenizer); err != nil {
		ps.Fail(err)
	}
	table := func(name string, shape ...int) *verso.Param {
		p := ps.New(name, verso.Zeros(), shape...)
		p.Freeze(true)
		return p
	}
	for level, v := range map[Level]*vocab.Vocabulary{Bag: t.bag, NGrams: t.grams} {
		if r.has(level) && v.Len() == 0 {
			ps.Fail(fmt.Errorf("%w: no word of the training captions is left for the level %q", ErrCaptions, level))
			return r
		}
	}
	if r.readsGiven() {
		r.vectors = table("vectors", t.given.Len(), c.Dim)
	}
	if c.IDF && r.has(Bag) {
		r.bagIDF = table("idf.bag", t.bag.Len())
	}
	if c.IDF && r.has(NGrams) {
		r.gramIDF = table("idf.ngrams", t.grams.Len())
	}
	if c.IDF && r.has(WordVectors) {
		r.wordIDF = table("idf.words", t.given.Len())
	}
	return r
}

// learn fills the tables that never learn again from vectors and training texts.
func (r *reader) learn(texts []string, vecs *vectors.Vectors) {
	if r.vectors != nil {
		for id, w := range r.given.Words() {
			row, _ := vecs.Row(w)
			copy(r.vectors.Float32s()[id*r.cfg.Dim:], row)
		}
	}
	all := func(text string) []string { return r.content(r.tokens(text)) }
	idf(r.wordIDF, r.given, texts, all)
	idf(r.bagIDF, r.bag, texts, all)
	idf(r.gramIDF, r.grams, texts, func(text string) []string { return r.ngrams(all(text)) })
}

// idf writes log((1 + N)/(1 + N_w)) for each word w of v that N_w of N texts hold.
func idf(p *verso.Param, v *vocab.Vocabulary, texts []string, pieces func(string) []string) {
	if p == nil {
		return
	}
	holds := make([]int, v.Len())
	for _, text := range texts {
		for _, id := range slices.Compact(known(v, pieces(text))) {
			holds[id]++
		}
	}
	for id, n := range holds {
		p.Float32s()[id] = float32(math.Log(float64(1+len(texts)) / float64(1+n)))
	}
}

// wordBound bounds the first values of word vectors where none are given, as in
// VSE++.
const wordBound = 0.1

// table makes the learned table of word vectors that a GRU reads, from the given
// vectors where there are any; nil where it reads those themselves, or nothing.
func (r *reader) table(ps *verso.Params, vecs *vectors.Vectors) *embedding.Embedding {
	if !r.learnsWords() {
		return nil
	}
	cfg := embedding.DefaultConfig()
	if vecs == nil {
		cfg.Init = verso.Uniform(-wordBound, wordBound)
		return embedding.New(ps, r.words.Len(), r.cfg.Dim, cfg)
	}
	e, _ := embedding.FromPretrained(ps, r.words, vecs, cfg)
	return e
}
