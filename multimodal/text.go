package multimodal

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Special words of the vocabulary that a GRU reads.
const (
	unknown = "<unk>"
	start   = "<start>"
	end     = "<end>"
)

// reader turns a text into what the network is fed: the features of the levels
// that need no network, and word numbers. It only reads its tables, so many
// goroutines may use one.
type reader struct {
	cfg      TextConfig
	tokenize vocab.Tokenizer
	words    *vocab.Vocabulary // of GRU and WordVectors: the special ones, those of training, those with a vector
	bag      *vocab.Vocabulary // of Bag
	grams    *vocab.Vocabulary // of NGrams

	// Parameters that never learn, nil where the settings do without.
	vectors                  *verso.Param // "text.vectors" (words, D); zeros for words without a vector
	bagIDF, gramIDF, wordIDF *verso.Param // "text.idf.…" (their vocabulary)
}

// tables are the vocabularies of a reader.
type tables struct{ words, bag, grams *vocab.Vocabulary }

// countTables counts the training texts.
func countTables(texts []string, vecs *vectors.Vectors, c TextConfig) (t tables, err error) {
	r := reader{cfg: c}
	if r.tokenize, err = tokenizer(c.Tokenizer); err != nil {
		return t, err
	}
	var words, bag, grams vocab.Counter
	for _, text := range texts {
		all := r.tokens(text)
		words.AddAll(slices.Values(all))
		content := r.content(all)
		bag.AddAll(slices.Values(content))
		if r.has(NGrams) {
			grams.AddAll(slices.Values(r.ngrams(content)))
		}
	}
	if vecs != nil {
		for _, w := range vecs.Words() {
			if err := words.AddN(w, 0); err != nil {
				return t, err
			}
		}
	}
	special := []string{unknown, start, end}
	if t.words, err = words.Vocabulary(vocab.Config{Special: special, Unk: unknown}); err != nil {
		return t, err
	}
	kept := vocab.Config{MinCount: int64(c.MinCount)}
	if t.bag, err = bag.Vocabulary(kept); err != nil {
		return t, err
	}
	t.grams, err = grams.Vocabulary(kept)
	return t, err
}

// newReader adds the tables that never learn to ps, empty: [reader.learn] or a
// file fills them.
func newReader(ps *verso.Params, t tables, c TextConfig) *reader {
	r := &reader{cfg: c, words: t.words, bag: t.bag, grams: t.grams}
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
	if r.has(WordVectors) {
		r.vectors = table("vectors", t.words.Len(), c.Dim)
	}
	if c.IDF && r.has(Bag) {
		r.bagIDF = table("idf.bag", t.bag.Len())
	}
	if c.IDF && r.has(NGrams) {
		r.gramIDF = table("idf.ngrams", t.grams.Len())
	}
	if c.IDF && r.has(WordVectors) {
		r.wordIDF = table("idf.words", t.words.Len())
	}
	return r
}

// learn fills the tables from vectors and training texts.
func (r *reader) learn(texts []string, vecs *vectors.Vectors) {
	if r.vectors != nil {
		for id := range r.words.Len() {
			w, _ := r.words.Word(id)
			if row, ok := vecs.Row(w); ok {
				copy(r.vectors.Float32s()[id*r.cfg.Dim:], row)
			}
		}
	}
	all := func(text string) []string { return r.content(r.tokens(text)) }
	idf(r.wordIDF, r.words, texts, all)
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
		ids := v.IDs(pieces(text))
		slices.Sort(ids)
		for _, id := range slices.Compact(ids) {
			holds[id]++
		}
	}
	for id, n := range holds {
		p.Float32s()[id] = float32(math.Log(float64(1+len(texts)) / float64(1+n)))
	}
}

// table makes the learned table of word vectors that a GRU reads, from the given
// vectors where there are any.
func (r *reader) table(ps *verso.Params, vecs *vectors.Vectors) *embedding.Embedding {
	cfg := embedding.DefaultConfig()
	if vecs == nil {
		cfg.Init = verso.Uniform(-wordBound, wordBound)
		return embedding.New(ps, r.words.Len(), r.cfg.Dim, cfg)
	}
	e, _ := embedding.FromPretrained(ps, r.words, vecs, cfg)
	return e
}

// wordBound bounds the first values of word vectors where none are given, as in
// VSE++.
const wordBound = 0.1

func (r *reader) has(l Level) bool { return slices.Contains(r.cfg.Levels, l) }

// tokens are the words of a text; content those that say what is to be seen.
func (r *reader) tokens(text string) []string { return vocab.Texts(r.tokenize.Tokenize(text)) }

func (r *reader) content(words []string) []string {
	if r.cfg.StopWords {
		return words
	}
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return stopWords[w] })
}

// ngrams are the runs of characters of the words, each word between "<" and ">".
func (r *reader) ngrams(words []string) (grams []string) {
	for _, w := range words {
		marked := []rune("<" + w + ">")
		for n := r.cfg.NGram[0]; n <= r.cfg.NGram[1]; n++ {
			for i := range len(marked) - n + 1 {
				grams = append(grams, string(marked[i:i+n]))
			}
		}
	}
	return grams
}

// ids are the numbers of the words that a GRU reads.
func (r *reader) ids(text string) []int {
	words := r.tokens(text)
	if n := r.cfg.MaxWords; n > 0 && len(words) > n {
		words = words[:n]
	}
	if r.cfg.Marks {
		words = slices.Concat([]string{start}, words, []string{end})
	}
	return r.words.IDs(words)
}

// width is the number of features of a level that needs no network.
func (r *reader) width(l Level) int {
	return map[Level]int{Bag: r.bag.Len(), NGrams: r.grams.Len(), WordVectors: r.cfg.Dim}[l]
}

// features appends those of one level of a text.
func (r *reader) features(l Level, text string, into []float32) []float32 {
	at := len(into)
	into = append(into, make([]float32, r.width(l))...)
	x, words := into[at:], r.content(r.tokens(text))
	switch l {
	case Bag:
		counts(x, r.bag, r.bagIDF, words)
	case NGrams:
		counts(x, r.grams, r.gramIDF, r.ngrams(words))
	case WordVectors:
		r.mean(x, words)
	}
	if i := slices.Index(r.cfg.Levels, l); i < len(r.cfg.Norms) && r.cfg.Norms[i] > 0 {
		unit(x)
		kernel.Scale(float32(r.cfg.Norms[i]), x)
	}
	return into
}

// counts writes how often each word of v occurs, times its weight.
func counts(x []float32, v *vocab.Vocabulary, weights *verso.Param, words []string) {
	for _, w := range words {
		id, ok := v.ID(w)
		switch {
		case !ok:
		case weights != nil:
			x[id] += weights.Float32s()[id]
		default:
			x[id]++
		}
	}
}

// mean writes the mean of the vectors of the words that have one, weighted.
func (r *reader) mean(x []float32, words []string) {
	n := 0
	for _, w := range words {
		id, ok := r.words.ID(w)
		if !ok {
			continue
		}
		row := r.vectors.Float32s()[id*r.cfg.Dim : (id+1)*r.cfg.Dim]
		weight := float32(1)
		if r.wordIDF != nil {
			weight = r.wordIDF.Float32s()[id]
		}
		if kernel.SumSquares(row) > 0 {
			kernel.Axpy(weight, row, x)
			n++
		}
	}
	if n > 0 {
		kernel.Scale(1/float32(n), x)
	}
}

// vocabularies are the tables by the names under which a file holds them.
func (t *tables) vocabularies() map[string]**vocab.Vocabulary {
	return map[string]**vocab.Vocabulary{"words": &t.words, "bag": &t.bag, "ngrams": &t.grams}
}
