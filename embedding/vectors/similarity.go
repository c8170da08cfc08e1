package vectors

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
)

// Similarity returns the cosine of two words. Error: [ErrUnknown].
func (v *Vectors) Similarity(a, b string) (float32, error) {
	rows, err := v.rowsOf([]string{a, b})
	if err != nil {
		return 0, err
	}
	return kernel.Dot(v.unitRow(rows[0]), v.unitRow(rows[1])), nil
}

// Distances returns 1 − cosine of word with each of others, or with every word of the
// table, in its order, where others is empty. Error: [ErrUnknown].
func (v *Vectors) Distances(word string, others ...string) ([]float32, error) {
	return v.AppendDistances(nil, word, others...)
}

// AppendDistances appends what [Vectors.Distances] returns to dst.
func (v *Vectors) AppendDistances(dst []float32, word string, others ...string) ([]float32, error) {
	rows, err := v.rowsOf(append([]string{word}, others...))
	if err != nil {
		return dst, err
	}
	x := v.unitRow(rows[0])
	if len(others) > 0 {
		for _, i := range rows[1:] {
			dst = append(dst, 1-kernel.Dot(x, v.unitRow(i)))
		}
		return dst, nil
	}
	start := len(dst)
	dst = append(dst, make([]float32, v.Len())...)
	cosines := dst[start:]
	kernel.Gemm(false, true, 1, v.Len(), v.dim, 1, x, v.dim, v.unitRows(), v.dim, 0, cosines, v.Len())
	for i, c := range cosines {
		cosines[i] = 1 - c
	}
	return dst, nil
}

// CloserThan returns the words that are closer to a than b is, by their cosines, in the
// order of the table and without a. Error: [ErrUnknown].
func (v *Vectors) CloserThan(a, b string) ([]string, error) {
	rows, err := v.rowsOf([]string{a, b})
	if err != nil {
		return nil, err
	}
	distances, err := v.Distances(a)
	if err != nil {
		return nil, err
	}
	var closer []string
	for i, d := range distances {
		if d < distances[rows[1]] && i != rows[0] {
			closer = append(closer, v.words[i])
		}
	}
	return closer, nil
}

// Rank returns the place of b among the words by their closeness to a, from 1.
func (v *Vectors) Rank(a, b string) (int, error) {
	closer, err := v.CloserThan(a, b)
	return len(closer) + 1, err
}

// NSimilarity returns the cosine of the means of two sets of words, in which rows count
// as they are. Errors: [ErrUnknown], and [ErrQuery] for a set that is empty.
func (v *Vectors) NSimilarity(a, b []string) (float32, error) {
	if len(a) == 0 || len(b) == 0 {
		return 0, fmt.Errorf("%w: sets of %d and %d words, want 1 or more", ErrQuery, len(a), len(b))
	}
	rows, err := v.rowsOf(slices.Concat(a, b))
	if err != nil {
		return 0, err
	}
	return float32(Cosine(v.sum(rows[:len(a)]), v.sum(rows[len(a):]))), nil
}

func (v *Vectors) sum(rows []int) []float32 {
	sum := make([]float32, v.dim)
	for _, i := range rows {
		kernel.Add(sum, sum, v.row(i))
	}
	return sum
}

// Centrality returns the words with their cosines to the mean of their unit vectors,
// the most central first, of equal ones the later in the alphabet, as gensim's
// rank_by_centrality. Errors: [ErrUnknown], and [ErrQuery] for no words.
func (v *Vectors) Centrality(words ...string) ([]Match, error) {
	if len(words) == 0 {
		return nil, fmt.Errorf("%w: no words", ErrQuery)
	}
	rows, err := v.rowsOf(words)
	if err != nil {
		return nil, err
	}
	mean := make([]float32, v.dim)
	for _, i := range rows {
		kernel.Add(mean, mean, v.unitRow(i))
	}
	normalise(mean, mean)
	list := make([]Match, len(words))
	for j, i := range rows {
		list[j] = Match{words[j], kernel.Dot(mean, v.unitRow(i))}
	}
	slices.SortFunc(list, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Word, a.Word))
	})
	return list, nil
}

// DoesntMatch returns the word that fits the others least: the last by [Vectors.Centrality].
func (v *Vectors) DoesntMatch(words ...string) (string, error) {
	list, err := v.Centrality(words...)
	if err != nil {
		return "", err
	}
	return list[len(list)-1].Word, nil
}
