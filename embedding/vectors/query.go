package vectors

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Match is a word of the table with its score.
type Match struct {
	Word  string
	Score float32
}

// Method is how the parts of a [Query] make a score.
type Method int

const (
	// CosAdd is 3CosAdd (Mikolov et al. 2013): the cosine of x with the weighted sum of
	// the unit vectors of the query.
	CosAdd Method = iota
	// CosMul is 3CosMul (Levy and Goldberg 2014): Π s(x, p) / (Π s(x, n) + 10⁻⁶) over
	// the positive p and negative n, with s = (1 + cosine)/2. Weights must be ±1.
	CosMul
)

// Term is a part of a query: a word, or, if that is set, a vector, with its weight.
type Term struct {
	Word string
	// Vector counts as it is in [CosAdd], while a word counts by its unit vector.
	Vector []float32
	Weight float32
}

// Query asks for the words that are most similar to some words and least to others:
// king + woman − man is Query{Positive: {"king", "woman"}, Negative: {"man"}}.
type Query struct {
	Positive []string // with weight 1
	Negative []string // with weight −1
	Terms    []Term   // more parts
	Method   Method
	// Rows From … To-1 alone are searched; To = 0 means to the last. As most files have
	// frequent words first, To leaves the rare ones out.
	From, To int
	// Include leaves the words of the query among the answers.
	Include bool
}

// Nearest returns the k words with the largest cosines to word, best first and the
// word itself left out, fewer where there are no more. Errors: [ErrUnknown], [ErrQuery].
//
// Cost: one pass over the table, which memory bounds: 2 ms for 50,000 words of 100
// numbers. The first query of a table also makes its unit rows, as much memory again.
func (v *Vectors) Nearest(word string, k int) ([]Match, error) {
	return v.AppendNearest(nil, word, k)
}

// AppendNearest appends what [Vectors.Nearest] returns to dst.
func (v *Vectors) AppendNearest(dst []Match, word string, k int) ([]Match, error) {
	return v.AppendMostSimilar(dst, Query{Positive: []string{word}}, k)
}

// NearestTo returns the k words with the largest cosines to a vector of D numbers, as
// [Vectors.Nearest]. Errors: [ErrShape], [ErrQuery] also for a vector without direction.
func (v *Vectors) NearestTo(vector []float32, k int) ([]Match, error) {
	return v.AppendNearestTo(nil, vector, k)
}

// AppendNearestTo appends what [Vectors.NearestTo] returns to dst.
func (v *Vectors) AppendNearestTo(dst []Match, vector []float32, k int) ([]Match, error) {
	return v.AppendMostSimilar(dst, Query{Terms: []Term{{Vector: vector, Weight: 1}}}, k)
}

// Analogy answers a is to b as c is to …: the k words nearest to b − a + c by 3CosAdd.
func (v *Vectors) Analogy(a, b, c string, k int) ([]Match, error) {
	return v.MostSimilar(Query{Positive: []string{b, c}, Negative: []string{a}}, k)
}

// MostSimilar returns the k best answers to a query, best first, equal scores in the
// order of the rows, as gensim's most_similar and most_similar_cosmul. The words of the
// query are left out. Words without a score (NaN in their row) are no answer. Errors:
// [ErrUnknown], which names all unknown words, [ErrShape] for a vector of another
// length, [ErrQuery].
func (v *Vectors) MostSimilar(q Query, k int) ([]Match, error) {
	return v.AppendMostSimilar(nil, q, k)
}

// AppendMostSimilar appends what [Vectors.MostSimilar] returns to dst.
func (v *Vectors) AppendMostSimilar(dst []Match, q Query, k int) ([]Match, error) {
	if err := checkK(k); err != nil {
		return dst, err
	}
	p, err := v.prepare(q)
	if err != nil {
		return dst, err
	}
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	v.search(s, []prepared{p}, k, func(_ int, found []candidate) {
		dst = v.appendMatches(dst, found)
	})
	return dst, nil
}

func (v *Vectors) appendMatches(dst []Match, found []candidate) []Match {
	for _, c := range found {
		dst = append(dst, Match{v.words[c.row], c.score})
	}
	return dst
}

func checkK(k int) error {
	if k < 1 {
		return fmt.Errorf("%w: the best %d, want 1 or more", ErrQuery, k)
	}
	return nil
}

// prepared is a query ready for the search: unit rows whose products with the table
// make the scores.
type prepared struct {
	rows     []float32 // (terms, dim)
	terms    int       // 1 in CosAdd
	multiply int       // the first so many terms of CosMul are positive; -1: CosAdd
	skip     []int     // rows that are no answer
	from, to int
}

// terms returns all parts of a query, positive ones first.
func (q Query) terms() []Term {
	var all []Term
	for _, w := range q.Positive {
		all = append(all, Term{Word: w, Weight: 1})
	}
	for _, w := range q.Negative {
		all = append(all, Term{Word: w, Weight: -1})
	}
	all = append(all, q.Terms...)
	slices.SortStableFunc(all, func(a, b Term) int {
		switch {
		case a.Weight > 0 && b.Weight <= 0:
			return -1
		case a.Weight <= 0 && b.Weight > 0:
			return 1
		}
		return 0
	})
	return all
}

func (v *Vectors) prepare(q Query) (prepared, error) {
	p := prepared{multiply: -1, from: q.From, to: q.To}
	if p.to == 0 {
		p.to = v.Len()
	}
	terms := q.terms()
	switch {
	case q.Method != CosAdd && q.Method != CosMul:
		return p, fmt.Errorf("%w: method %d", ErrQuery, q.Method)
	case p.from < 0 || p.to > v.Len() || p.from > p.to:
		return p, fmt.Errorf("%w: rows %d … %d of %d", ErrQuery, q.From, q.To, v.Len())
	case len(terms) == 0:
		return p, fmt.Errorf("%w: it has no words", ErrQuery)
	}
	sides, err := v.sides(terms)
	if err != nil {
		return p, err
	}
	for _, t := range terms {
		if i, ok := v.index[t.Word]; ok && t.Vector == nil && !q.Include {
			p.skip = append(p.skip, i)
		}
	}
	if q.Method == CosMul {
		return p, p.product(terms, sides)
	}
	p.terms, p.rows = 1, make([]float32, v.dim)
	for i, t := range terms {
		kernel.Axpy(t.Weight, sides[i], p.rows)
	}
	return p, direction(p.rows)
}

// sides returns the vector of each term, units for words.
func (v *Vectors) sides(terms []Term) ([][]float32, error) {
	var unknown []string
	rows := make([][]float32, len(terms))
	for i, t := range terms {
		row, ok := v.index[t.Word]
		switch {
		case math.IsNaN(float64(t.Weight)) || math.IsInf(float64(t.Weight), 0):
			return nil, fmt.Errorf("%w: weight %v of %q", ErrQuery, t.Weight, t.Word)
		case t.Vector == nil && !ok:
			unknown = append(unknown, t.Word)
		case t.Vector == nil:
			rows[i] = v.unitRow(row)
		case len(t.Vector) != v.dim:
			return nil, fmt.Errorf("%w: a vector of %d numbers, want %d", ErrShape, len(t.Vector), v.dim)
		default:
			rows[i] = t.Vector
		}
	}
	return rows, unknownError(unknown)
}

// product lays out the terms of CosMul.
func (p *prepared) product(terms []Term, sides [][]float32) error {
	p.terms, p.multiply = len(terms), 0
	for i, t := range terms {
		if t.Weight != 1 && t.Weight != -1 {
			return fmt.Errorf("%w: weight %v in CosMul, want 1 or -1", ErrQuery, t.Weight)
		}
		if t.Weight > 0 {
			p.multiply++
		}
		row := slices.Clone(sides[i])
		if err := direction(row); err != nil {
			return err
		}
		p.rows = append(p.rows, row...)
	}
	return nil
}

// direction normalises x, which must have a length.
func direction(x []float32) error {
	if norm := normalise(x, x); norm == 0 || math.IsNaN(norm) || math.IsInf(norm, 0) {
		return fmt.Errorf("%w: its vector has length %v and no direction", ErrQuery, norm)
	}
	return nil
}

// rowsOf returns the numbers of the words, or an error that names the unknown ones.
func (v *Vectors) rowsOf(words []string) ([]int, error) {
	var unknown []string
	rows := make([]int, 0, len(words))
	for _, w := range words {
		if i, ok := v.index[w]; ok {
			rows = append(rows, i)
		} else {
			unknown = append(unknown, w)
		}
	}
	return rows, unknownError(unknown)
}

func unknownError(words []string) error {
	if len(words) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %q", ErrUnknown, words)
}
