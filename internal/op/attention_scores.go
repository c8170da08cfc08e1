package op

import "github.com/seed6481993f/verso/internal/kernel"

// AttentionScores are the scores of queries against the keys of their sequence,
// kept whole, where [Attention] would not keep them: scale · q · k for each head.
//
//	q (Σ lq, heads·d), k (Σ lk, heads·d) → s (heads · Σ lq·lk)
//
// They stand sequence after sequence, within one as (heads, queries, keys). A
// batch without a score gives one 0 that belongs to none. Of the options only
// Heads, Scale and Mode count.
//
// Inputs: q, k, the lengths of the queries, those of the keys. Cost:
// 2·lq·lk·heads·d operations, twice that backward.
func AttentionScores(c AttentionConfig) (Spec, error) {
	if err := c.valid(); err != nil {
		return Spec{}, err
	}
	return Spec{Name: "attention scores", F32: &dotScores[float32]{AttentionConfig: c}, F64: &dotScores[float64]{AttentionConfig: c}}, nil
}

type dotScores[T Float] struct {
	AttentionConfig
	pairs
	dx [2]whole[T]
}

func (a *dotScores[T]) Shape(in []Value[T]) ([]int, error) {
	if err := wantHeads(a.Heads, in[0], in[1]); err != nil {
		return nil, err
	}
	err := placePairs(&a.pairs, in[0].Rows(), in[1].Rows(), in[2], in[3])
	return []int{max(1, a.Heads*a.scores)}, err
}

// each calls f for each head of each sequence, with its scores and the places of
// its first query and first key.
func (a *dotScores[T]) each(in []Value[T], scores []T, f func(p pair, s []T, query, key int)) {
	w := in[0].Cols()
	all := len(a.list) * a.Heads
	a.Mode.split(all, a.scores*w/max(1, len(a.list)), func(from, to int) {
		for i := from; i < to; i++ {
			p, h := a.list[i/a.Heads], i%a.Heads
			if n := p.queries * p.keys; n > 0 {
				at := a.Heads*p.score + h*n
				f(p, scores[at:at+n], p.query*w+h*w/a.Heads, p.key*w+h*w/a.Heads)
			}
		}
	})
}

func (a *dotScores[T]) Forward(in []Value[T], s Value[T]) error {
	w := in[0].Cols()
	d := w / a.Heads
	if a.scores == 0 {
		clear(s.Data)
	}
	a.each(in, s.Data, func(p pair, s []T, query, key int) {
		kernel.Gemm(false, true, p.queries, p.keys, d, T(a.factor(d)), in[0].Data[query:], w, in[1].Data[key:], w, 0, s, p.keys)
	})
	return nil
}

func (a *dotScores[T]) Backward(in []Value[T], _, ds Value[T], din []Grad[T]) error {
	w := in[0].Cols()
	d := w / a.Heads
	var dx [2][]T
	for i := range dx {
		dx[i] = a.dx[i].of(din[i], len(in[i].Data))
		clear(dx[i])
	}
	scale := T(a.factor(d))
	a.each(in, ds.Data, func(p pair, s []T, query, key int) {
		kernel.Gemm(false, false, p.queries, d, p.keys, scale, s, p.keys, in[1].Data[key:], w, 0, dx[0][query:], w)
		kernel.Gemm(true, false, p.keys, d, p.queries, scale, s, p.keys, in[0].Data[query:], w, 0, dx[1][key:], w)
	})
	for i := range dx {
		a.dx[i].give(din[i], dx[i])
	}
	return nil
}
