package embedding

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed6481993f/verso"
)

// Words is a numbered list of words: a *vocab.Vocabulary, mostly.
type Words interface {
	Len() int
	Word(id int) (word string, ok bool)
}

// Vectors gives words their vectors: a *vectors.Vectors, or a model that can
// make one of a word's letters.
type Vectors interface {
	Dim() int
	Row(word string) (row []float32, ok bool)
}

// UnknownBound is the a of U(−a, a) for words without a vector where no word has
// one: that of Kim 2014 for Google's word2vec vectors.
const UnknownBound = 0.25

// FromPretrained adds a table with a row for each word: its vector where there
// is one, else a random row from cfg.Init or, where that is nil, from
//
//	U(−a, a),  a = √(3·variance of the vectors that were found)
//
// which has their variance (Kim 2014, section 4.3). The padding row is zero,
// whatever its word. It returns the table and the number of words that had a
// vector.
//
// A vector of another width than vecs.Dim() is kept by ps as [verso.ErrShape], one
// that holds a NaN or an infinite number as [verso.ErrNotFinite].
func FromPretrained(ps *verso.Params, words Words, vecs Vectors, cfg Config) (e *Embedding, found int) {
	if words == nil || vecs == nil {
		ps.Fail(fmt.Errorf("%w: a pretrained table wants words and vectors, got %v and %v", verso.ErrConfig, words, vecs))
		return New(ps, 1, 1, DefaultConfig()), 0
	}
	dim := vecs.Dim()
	rows := make([][]float32, words.Len())
	var sum, squares float64
	for id := range rows {
		word, ok := words.Word(id)
		if !ok || id == cfg.PadRow {
			continue
		}
		row, ok := vecs.Row(word)
		if !ok {
			continue
		}
		if err := checkRow(row, dim); err != nil {
			ps.Fail(fmt.Errorf("%w of the vector of %q", err, word))
			continue
		}
		rows[id] = row
		found++
		for _, v := range row {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
	}
	unknown := cfg.Init
	if unknown == nil {
		a := UnknownBound
		if n := float64(found * dim); n > 0 {
			mean := sum / n
			a = math.Sqrt(3 * max(0, squares/n-mean*mean))
		}
		unknown = verso.Uniform(-a, a)
	}
	init := initFunc(unknown, func(_, width int, out []float64) {
		for id, row := range rows {
			for j, v := range row {
				out[id*width+j] = float64(v)
			}
		}
	})
	return newEmbedding(ps, len(rows), dim, cfg, init), found
}

func checkRow(row []float32, dim int) error {
	if len(row) != dim {
		return fmt.Errorf("%w: %d numbers, want %d", verso.ErrShape, len(row), dim)
	}
	for j, v := range row {
		if v-v != 0 {
			return fmt.Errorf("%w: number %d, %v,", verso.ErrNotFinite, j, v)
		}
	}
	return nil
}

// initFunc is init and then f, which gets the shape of the table.
func initFunc(init verso.Init, f func(rows, width int, out []float64)) verso.Init {
	return func(rng *rand.Rand, shape []int, out []float64) {
		init(rng, shape, out)
		if len(shape) == 2 { // anything else is a shape that was refused
			f(shape[0], shape[1], out)
		}
	}
}
