package multimodal

import (
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/kernel"
)

// reader turns a text into what the network is fed: the features of the levels
// that need no network, and word numbers. It only reads its tables, so many
// goroutines may use one.
type reader struct {
	tables
	cfg      TextConfig
	tokenize vocab.Tokenizer

	// Parameters that never learn, nil where the settings do without.
	vectors                  *verso.Param // "text.vectors" (given, D)
	bagIDF, gramIDF, wordIDF *verso.Param // "text.idf.…" (their vocabulary)
}

// textInput is a text as the network is fed it.
type textInput struct {
	ids    []int    // of the words that GRU reads
	levels []sparse // of the other levels, by their places among the levels
}

// read cuts a text up, once for all levels.
func (r *reader) read(text string) textInput {
	words := r.tokens(text)
	content := r.content(words)
	in := textInput{levels: make([]sparse, len(r.cfg.Levels))}
	for i, l := range r.cfg.Levels {
		in.levels[i] = r.features(l, content)
		if i < len(r.cfg.Norms) && r.cfg.Norms[i] > 0 {
			unit(in.levels[i].x)
			kernel.Scale(float32(r.cfg.Norms[i]), in.levels[i].x)
		}
	}
	if hasRows(r.cfg.Levels) {
		in.ids = r.ids(words)
	}
	return in
}

func (r *reader) has(l Level) bool { return slices.Contains(r.cfg.Levels, l) }

// learnsWords reports whether a GRU reads words whose vectors are learned,
// readsGiven whether anything reads the given ones.
func (r *reader) learnsWords() bool { return hasRows(r.cfg.Levels) && !r.cfg.FrozenWords }
func (r *reader) readsGiven() bool {
	return r.has(WordVectors) || hasRows(r.cfg.Levels) && r.cfg.FrozenWords
}

// tokens are the words of a text; content those that say what is to be seen.
func (r *reader) tokens(text string) []string { return vocab.Texts(r.tokenize.Tokenize(text)) }

func (r *reader) content(words []string) []string {
	if list, ok := stopWordLists[r.cfg.StopWords]; ok {
		return list().Without(words)
	}
	return words
}

// ngrams are the runs of characters of the words, each word between "<" and ">".
func (r *reader) ngrams(words []string) (grams []string) {
	for _, w := range words {
		marked := []rune("<" + w + ">")
		for n := r.cfg.NGram[0]; n <= min(r.cfg.NGram[1], len(marked)); n++ {
			for i := range len(marked) - n + 1 {
				grams = append(grams, string(marked[i:i+n]))
			}
		}
	}
	return grams
}

// ids are the numbers of those words that a GRU reads: of the learned table, where
// unknown words share a row, or of the given vectors, where they are passed over.
func (r *reader) ids(words []string) []int {
	if r.cfg.FrozenWords {
		words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { _, ok := r.given.ID(w); return !ok })
	}
	if n := r.cfg.MaxWords; n > 0 && len(words) > n {
		words = words[:n]
	}
	if r.cfg.FrozenWords {
		return r.given.IDs(words)
	}
	if r.cfg.Marks {
		words = slices.Concat([]string{start}, words, []string{end})
	}
	return r.words.IDs(words)
}

// width is the number of features of a level that needs no network, 0 of others.
func (r *reader) width(l Level) int {
	switch l {
	case Bag:
		return r.bag.Len()
	case NGrams:
		return r.grams.Len()
	case WordVectors:
		return r.cfg.Dim
	}
	return 0
}

// features are those of one level, before its norm; none where it needs a network.
func (r *reader) features(l Level, words []string) sparse {
	switch l {
	case Bag:
		return counts(r.bag, r.bagIDF, words)
	case NGrams:
		return counts(r.grams, r.gramIDF, r.ngrams(words))
	case WordVectors:
		return newSparse(r.mean(words))
	}
	return sparse{}
}

// known are the numbers of the words that v knows, in rising order.
func known(v *vocab.Vocabulary, words []string) []int {
	ids := make([]int, 0, len(words))
	for _, w := range words {
		if id, ok := v.ID(w); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// counts is how often each word of v occurs, times its weight.
func counts(v *vocab.Vocabulary, weights *verso.Param, words []string) (s sparse) {
	ids := known(v, words)
	for from, to := 0, 0; from < len(ids); from = to {
		for to = from; to < len(ids) && ids[to] == ids[from]; to++ {
		}
		n := float32(to - from)
		if weights != nil {
			n *= weights.Float32s()[ids[from]]
		}
		s.add(ids[from], n)
	}
	return s
}

// mean is that of the weighted vectors of the words that have one.
func (r *reader) mean(words []string) []float32 {
	x, n := make([]float32, r.cfg.Dim), 0
	for _, w := range words {
		id, ok := r.given.ID(w)
		if !ok {
			continue
		}
		weight := float32(1)
		if r.wordIDF != nil {
			weight = r.wordIDF.Float32s()[id]
		}
		kernel.Axpy(weight, r.vectors.Float32s()[id*r.cfg.Dim:(id+1)*r.cfg.Dim], x)
		n++
	}
	if n > 0 {
		kernel.Scale(1/float32(n), x)
	}
	return x
}

// sparse is a vector by the numbers that are not zero.
type sparse struct {
	at []int32
	x  []float32
}

func newSparse(dense []float32) (s sparse) {
	for i, v := range dense {
		s.add(i, v)
	}
	return s
}

func (s *sparse) add(at int, x float32) {
	if x != 0 {
		s.at, s.x = append(s.at, int32(at)), append(s.x, x)
	}
}

// expand writes the vector into zeros.
func (s sparse) expand(into []float32) {
	for k, i := range s.at {
		into[i] = s.x[k]
	}
}
