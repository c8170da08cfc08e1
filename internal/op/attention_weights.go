package op

import (
	"fmt"

	"github.com/seed6481993f/verso/internal/kernel"
)

// AttentionSoftmax turns scores, laid out as by [AttentionScores], into weights:
// the softmax over the keys that a query sees, 0 for all others. A query that
// sees no key has weights of 0. Of the options Heads, Causal, Ahead, Mask and Bias
// count.
//
//	s (heads · Σ lq·lk) → p (heads · Σ lq·lk)
//
// Inputs: s, the lengths of the queries, those of the keys and, with Mask, the
// key mask, with Bias the bias of [Attention]. Gradients: ds = p ∘ (dp − Σ_j p_j
// dp_j), that of the bias the same, summed over the heads that share it.
func AttentionSoftmax(c AttentionConfig) (Spec, error) {
	if err := c.valid(); err != nil {
		return Spec{}, err
	}
	return Spec{Name: "attention softmax", F32: newPairSoftmax[float32](c), F64: newPairSoftmax[float64](c)}, nil
}

type pairSoftmax[T Float] struct {
	sight[T]
	ds, dbias whole[T]
}

func newPairSoftmax[T Float](c AttentionConfig) *pairSoftmax[T] {
	return &pairSoftmax[T]{sight: sight[T]{AttentionConfig: c}}
}

func (a *pairSoftmax[T]) Shape(in []Value[T]) ([]int, error) {
	if err := a.place(sumInts(in[1].Ints), sumInts(in[2].Ints), in[1], in[2], in[3:]); err != nil {
		return nil, err
	}
	return in[0].Shape, a.placed("scores", size(in[0].Shape), a.Heads)
}

// sumInts is how many rows some lengths cover.
func sumInts(x []int) int {
	total := 0
	for _, n := range x {
		total += n
	}
	return total
}

func (a *pairSoftmax[T]) Forward(in []Value[T], y Value[T]) error {
	if a.scores == 0 {
		clear(y.Data)
	}
	for i, p := range a.list {
		n := p.queries * p.keys
		for h := range a.Heads {
			at, v := a.Heads*p.score+h*n, a.head(in[3:], i, h)
			s, to := in[0].Data[at:at+n], y.Data[at:at+n]
			if v.lay(to, 0, p.queries, p.keys) {
				kernel.Add(to, to, s)
			} else {
				copy(to, s)
			}
			v.softmax(to, 0, p.queries, p.keys)
		}
	}
	return nil
}

func (a *pairSoftmax[T]) Backward(in []Value[T], y, dy Value[T], din []Grad[T]) error {
	ds := a.ds.of(din[0], len(y.Data))
	clear(ds)
	for _, p := range a.list {
		from, to := a.Heads*p.score, a.Heads*(p.score+p.queries*p.keys)
		kernel.SoftmaxRowsGrad(a.Heads*p.queries, p.keys, ds[from:to], y.Data[from:to], dy.Data[from:to])
	}
	if last := len(din) - 1; a.Bias && din[last].Wanted() {
		dbias := a.dbias.of(din[last], len(in[last].Data))
		clear(dbias)
		for i, p := range a.list {
			n := p.queries * p.keys
			for h := range a.Heads {
				at := a.Heads*p.score + h*n
				a.head(in[3:], i, h).layBack(ds[at:at+n], a.ofHead(dbias, i, h), 0, p.queries, p.keys)
			}
		}
		a.dbias.give(din[last], dbias)
	}
	a.ds.give(din[0], ds)
	return nil
}

// AttentionContext is the sum of values with weights, laid out as by
// [AttentionScores]: what a query takes from the keys of its sequence.
//
//	p (heads · Σ lq·lk), v (Σ lk, heads·dv) → y (Σ lq, heads·dv), y_i = Σ_j p_ij v_j
//
// Inputs: p, v, the lengths of the queries, those of the keys and, where there are
// any, the rows of the queries, which tell how many y has while lengths are not
// known. A query without keys gets 0. Gradients: dp = dy vᵀ, dv = pᵀ dy, and 0 of
// the queries.
func AttentionContext(heads int) Spec {
	return Spec{Name: "attention context", F32: &pairSum[float32]{heads: heads}, F64: &pairSum[float64]{heads: heads}}
}

type pairSum[T Float] struct {
	heads int
	pairs
	dp, dv whole[T]
}

func (a *pairSum[T]) Shape(in []Value[T]) ([]int, error) {
	v := in[1]
	if err := wantRank("the values", v, 2); err != nil {
		return nil, err
	}
	if a.heads < 1 || v.Cols()%a.heads != 0 {
		return nil, fmt.Errorf("%w: %d heads want values of a multiple of features, got %v", ErrShape, a.heads, v.Shape)
	}
	queries := max(1, sumInts(in[2].Ints))
	if len(in) > 4 {
		queries = in[4].Rows()
	}
	if err := placePairs(&a.pairs, queries, v.Rows(), in[2], in[3]); err != nil {
		return nil, err
	}
	return []int{queries, v.Cols()}, a.placed("weights", size(in[0].Shape), a.heads)
}

// each calls f for each head of each sequence, with the place of its weights, of
// its first query's result and of its first value.
func (a *pairSum[T]) each(width int, f func(p pair, weights, query, value int)) {
	for _, p := range a.list {
		for h := range a.heads {
			n := p.queries * p.keys
			if n > 0 {
				f(p, a.heads*p.score+h*n, p.query*width+h*width/a.heads, p.key*width+h*width/a.heads)
			}
		}
	}
}

func (a *pairSum[T]) Forward(in []Value[T], y Value[T]) error {
	w := y.Cols()
	clear(y.Data)
	a.each(w, func(p pair, weights, query, value int) {
		kernel.Gemm(false, false, p.queries, w/a.heads, p.keys, 1, in[0].Data[weights:], p.keys, in[1].Data[value:], w, 0, y.Data[query:], w)
	})
	return nil
}

func (a *pairSum[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	w := dy.Cols()
	dp, dv := a.dp.of(din[0], len(in[0].Data)), a.dv.of(din[1], len(in[1].Data))
	clear(dp)
	clear(dv)
	a.each(w, func(p pair, weights, query, value int) {
		kernel.Gemm(false, true, p.queries, p.keys, w/a.heads, 1, dy.Data[query:], w, in[1].Data[value:], w, 0, dp[weights:], p.keys)
		kernel.Gemm(true, false, p.keys, w/a.heads, p.queries, 1, in[0].Data[weights:], p.keys, dy.Data[query:], w, 0, dv[value:], w)
	})
	a.dp.give(din[0], dp)
	a.dv.give(din[1], dv)
	if len(in) > 4 {
		din[4].Clear()
	}
	return nil
}

// HeadMean is the mean over heads of weights laid out as by [AttentionScores]:
//
//	p (heads · Σ lq·lk) → y (Σ lq·lk)
//
// Inputs: p, the lengths of the queries, those of the keys.
func HeadMean(heads int) Spec {
	return Spec{Name: "mean over heads", F32: &headMean[float32]{heads: heads}, F64: &headMean[float64]{heads: heads}}
}

type headMean[T Float] struct {
	heads int
	pairs
	dp whole[T]
}

func (a *headMean[T]) Shape(in []Value[T]) ([]int, error) {
	if a.heads < 1 {
		return nil, fmt.Errorf("%w: want at least 1 head, got %d", ErrShape, a.heads)
	}
	if err := placePairs(&a.pairs, sumInts(in[1].Ints), sumInts(in[2].Ints), in[1], in[2]); err != nil {
		return nil, err
	}
	return []int{max(1, a.scores)}, a.placed("weights", size(in[0].Shape), a.heads)
}

func (a *headMean[T]) Forward(in []Value[T], y Value[T]) error {
	clear(y.Data)
	for _, p := range a.list {
		n := p.queries * p.keys
		to := y.Data[p.score : p.score+n]
		for h := range a.heads {
			at := a.heads*p.score + h*n
			kernel.Axpy(1/T(a.heads), in[0].Data[at:at+n], to)
		}
	}
	return nil
}

func (a *headMean[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	dp := a.dp.of(din[0], len(in[0].Data))
	clear(dp)
	for _, p := range a.list {
		n := p.queries * p.keys
		for h := range a.heads {
			at := a.heads*p.score + h*n
			kernel.Axpy(1/T(a.heads), dy.Data[p.score:p.score+n], dp[at:at+n])
		}
	}
	a.dp.give(din[0], dp)
	return nil
}
