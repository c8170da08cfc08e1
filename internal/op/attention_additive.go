package op

import (
	"fmt"

	"github.com/seed6481993f/verso/internal/kernel"
)

// AdditiveScores are the scores of Bahdanau's attention, of every query against
// every key of its sequence:
//
//	s_ij = v · tanh(q_i + k_j)
//
//	q (Σ lq, a), k (Σ lk, a), v (1, a) → s (Σ lq·lk), laid out as by [AttentionScores]
//
// q and k are projected already. tanh is computed again backward, so that no
// more than the scores is kept.
//
// Inputs: q, k, v, the lengths of the queries, those of the keys. Cost: lq·lk·a
// tanh each way.
//
// Source: Bahdanau, Cho & Bengio 2015, Neural machine translation by jointly
// learning to align and translate, appendix A.1.2.
func AdditiveScores(m *Mode) Spec {
	return Spec{Name: "additive scores", F32: &additive[float32]{mode: m}, F64: &additive[float64]{mode: m}}
}

type additive[T Float] struct {
	pairs
	mode *Mode
	dx   [2]whole[T]
	dv   [][]T // of each sequence
}

func (a *additive[T]) Shape(in []Value[T]) ([]int, error) {
	if err := wantHeads(1, in[0], in[1]); err != nil {
		return nil, err
	}
	if v := in[2]; len(v.Shape) != 2 || v.Shape[0] != 1 || v.Shape[1] != in[0].Cols() {
		return nil, fmt.Errorf("%w: queries %v want a weight [1 %d], got %v", ErrShape, in[0].Shape, in[0].Cols(), v.Shape)
	}
	err := placePairs(&a.pairs, in[0].Rows(), in[1].Rows(), in[3], in[4])
	return []int{max(1, a.scores)}, err
}

// sums writes tanh(q_i + k_j) for one query and all keys of its sequence.
func (a *additive[T]) sums(p pair, i, width int, q, k, t []T) {
	row := q[(p.query+i)*width : (p.query+i+1)*width]
	for j := range p.keys {
		at := (p.key + j) * width
		kernel.Add(t[j*width:(j+1)*width], k[at:at+width], row)
	}
	kernel.Tanh(t, t)
}

func (a *additive[T]) Forward(in []Value[T], s Value[T]) error {
	w := in[0].Cols()
	if a.scores == 0 {
		clear(s.Data)
	}
	a.split(w, func(p pair, _ int, t []T) {
		for i := range p.queries {
			a.sums(p, i, w, in[0].Data, in[1].Data, t)
			at := p.score + i*p.keys
			kernel.Gemm(false, false, p.keys, 1, w, 1, t, w, in[2].Data, 1, 0, s.Data[at:at+p.keys], 1)
		}
	})
	return nil
}

// split calls f for each sequence, with memory for one query against all keys.
func (a *additive[T]) split(width int, f func(p pair, sequence int, t []T)) {
	a.mode.split(len(a.list), a.scores*width/max(1, len(a.list)), func(from, to int) {
		var t []T
		for i := from; i < to; i++ {
			if p := a.list[i]; p.queries*p.keys > 0 {
				t = grow(t, p.keys*width)
				f(p, i, t)
			}
		}
	})
}

func (a *additive[T]) Backward(in []Value[T], _, ds Value[T], din []Grad[T]) error {
	w, v := in[0].Cols(), in[2].Data
	var dx [2][]T
	for i := range dx {
		dx[i] = a.dx[i].of(din[i], len(in[i].Data))
		clear(dx[i])
	}
	for len(a.dv) < len(a.list) {
		a.dv = append(a.dv, nil)
	}
	a.split(w, func(p pair, sequence int, t []T) {
		dv := grow(a.dv[sequence], w)
		a.dv[sequence] = dv
		clear(dv)
		g := make([]T, w)
		for i := range p.queries {
			a.sums(p, i, w, in[0].Data, in[1].Data, t)
			s := ds.Data[p.score+i*p.keys:]
			dq := dx[0][(p.query+i)*w : (p.query+i+1)*w]
			for j := range p.keys {
				tanh := t[j*w : (j+1)*w]
				kernel.Axpy(s[j], tanh, dv)
				for f, x := range v {
					g[f] = s[j] * x
				}
				kernel.TanhGrad(g, tanh, g)
				dk := dx[1][(p.key+j)*w : (p.key+j+1)*w]
				kernel.Add(dq, dq, g)
				kernel.Add(dk, dk, g)
			}
		}
	})
	for i := range dx {
		a.dx[i].give(din[i], dx[i])
	}
	din[2].Clear()
	if !din[2].Wanted() {
		return nil
	}
	for i, p := range a.list {
		if p.queries*p.keys > 0 {
			kernel.Add(din[2].Data, din[2].Data, a.dv[i])
		}
	}
	return nil
}
