package vectors

import (
	"fmt"
	"iter"
	"math"

	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/kernel"
)

// SIF returns the weights of smooth inverse frequency (Arora, Liang and Ma 2017),
//
//	weight_w = a / (a + p_w)      p_w: the part of all words of a text that w is
//
// from the counts of a text; unknown words weigh 1. Usual for a is 10⁻³. The paper also
// takes out what all sentences share: [Sentences.WithoutCommon]. Error: [ErrOptions] for
// an a that is not above 0 and for counts without a word.
func SIF(a float64, counts *vocab.Vocabulary) (func(word string) float64, error) {
	total := float64(counts.Total())
	if !(a > 0) || total == 0 {
		return nil, fmt.Errorf("%w: a = %v and %v words, want both above 0", ErrOptions, a, total)
	}
	return func(word string) float64 {
		id, ok := counts.ID(word)
		if !ok {
			return 1
		}
		return a / (a + float64(counts.Count(id))/total)
	}, nil
}

// WithoutCommon returns the same sentence vectors without what the given sentences have in
// common: v − (u·v)·u, where the unit vector u is the first singular vector of theirs. u is
// found by iterating u ← Σ_s (u·v_s)·v_s. Error: [ErrQuery] when all their vectors are zero.
//
// Cost: the vectors of all sentences in memory, and some dozen passes over them.
func (s *Sentences) WithoutCommon(sentences iter.Seq[[]string]) (*Sentences, error) {
	plain := NewSentences(s.v, s.cfg)
	d := s.v.dim
	var rows []float32 // (sentences, d)
	u := make([]float32, d)
	for tokens := range sentences {
		rows = plain.AppendVector(rows, tokens)
		kernel.Add(u, u, rows[len(rows)-d:])
	}
	if Norm(u) == 0 { // sentences that cancel out: begin with any that has a length
		for i := 0; i < len(rows) && Norm(u) == 0; i += d {
			copy(u, rows[i:i+d])
		}
	}
	if norm := normalise(u, u); !(norm > 0) || math.IsInf(norm, 1) {
		return nil, fmt.Errorf("%w: the sum of the sentence vectors has length %v", ErrQuery, norm)
	}
	next := make([]float32, d)
	for range 1000 {
		clear(next)
		for i := 0; i < len(rows); i += d {
			kernel.Axpy(kernel.Dot(u, rows[i:i+d]), rows[i:i+d], next)
		}
		normalise(next, next)
		moved := 1 - math.Abs(Cosine(u, next))
		u, next = next, u
		if moved < 1e-12 {
			break
		}
	}
	plain.common = u
	return plain, nil
}

// takeOut subtracts from x its part in the direction of u, if there is a u.
func takeOut(u, x []float32) {
	if u != nil {
		kernel.Axpy(-kernel.Dot(u, x), u, x)
	}
}
