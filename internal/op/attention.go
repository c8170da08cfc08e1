package op

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// AttentionConfig holds the options of [Attention] and [AttentionScores].
type AttentionConfig struct {
	Heads   int
	Scale   float64 // factor of the scores; 0 means 1/√d
	Causal  bool    // query i of a sequence sees its keys 0 … i
	Mask    bool    // whether a key mask is the last input
	Dropout float64 // of the weights, while the graph trains
	Random  uint64  // number of the operation among the graph's random ones
	Mode    *Mode   // for the mode, the step and the number of workers; may be nil
}

func (c AttentionConfig) valid() error {
	if c.Heads < 1 {
		return fmt.Errorf("attention wants at least 1 head, got %d", c.Heads)
	}
	if !(c.Dropout >= 0 && c.Dropout < 1) {
		return fmt.Errorf("attention wants a dropout of at least 0 and below 1, got %v", c.Dropout)
	}
	if math.IsNaN(c.Scale) || math.IsInf(c.Scale, 0) {
		return fmt.Errorf("attention wants a finite scale, got %v", c.Scale)
	}
	return nil
}

// Attention is scaled dot-product attention with several heads over ragged
// batches of queries and of keys with their values. For each sequence and head
//
//	P = softmax(scale · Q Kᵀ) over the keys that the query sees,  Y = P V
//
//	q (Σ lq, heads·d), k (Σ lk, heads·d), v (Σ lk, heads·dv) → y (Σ lq, heads·dv)
//
// where head h owns columns h·d … (h+1)·d − 1 of a row. The key mask has an
// integer for each row of k, 0 to hide the key from all queries. A query that
// sees no key gets 0 and gives no gradient. While the graph trains, each weight
// is set to 0 with the dropout's probability p and divided by 1 − p otherwise;
// what falls depends on seed, step, shard and the operation's number alone.
//
// Inputs: q, k, v, the lengths of the queries, those of the keys and, with Mask,
// the key mask.
//
// Method: a block of queries at a time against all keys of their sequence, so
// that memory grows with the length, not with its square; the backward pass
// computes the weights again, to the same bits, instead of keeping them. With D
// the dropout's factors and ∘ the product of elements: dP = dY Vᵀ ∘ D,
// dS = P ∘ (dP − Σ_j P ∘ dP), dQ = scale · dS K, dK = scale · dSᵀ Q,
// dV = (P ∘ D)ᵀ dY. Workers take whole heads of whole sequences; bits do not
// depend on their number.
//
// Cost: 2·lq·lk·heads·(d + dv) operations forward, 2·lq·lk·heads·(3d + 2dv)
// backward.
//
// Source: Vaswani et al. 2017, Attention is all you need, section 3.2; the
// recomputation Dao et al. 2022, FlashAttention, section 3.
func Attention(c AttentionConfig) (Spec, error) {
	if err := c.valid(); err != nil {
		return Spec{}, err
	}
	return Spec{Name: "attention", F32: &attention[float32]{AttentionConfig: c}, F64: &attention[float64]{AttentionConfig: c}}, nil
}

type attention[T Float] struct {
	AttentionConfig
	pairs
	dx    [3]whole[T]
	heads []head[T] // one a worker
}

// blockScores is how many scores are made at once where the keys are few: 64 KB
// of float32, so that they stay in the second-level cache with their gradients.
const blockScores = 16 << 10

// The fewest and the most queries in a block.
const leastQueries, mostQueries = 16, 128

func queriesInBlock(keys int) int {
	return max(leastQueries, min(mostQueries, blockScores/max(keys, 1)))
}

func (a *attention[T]) Shape(in []Value[T]) ([]int, error) {
	q, k, v := in[0], in[1], in[2]
	if err := wantHeads(a.Heads, q, k); err != nil {
		return nil, err
	}
	if err := wantRank("the values", v, 2); err != nil {
		return nil, err
	}
	if v.Rows() != k.Rows() || v.Cols()%a.Heads != 0 {
		return nil, fmt.Errorf("%w: keys %v and %d heads want values of as many rows and a multiple of features, got %v", ErrShape, k.Shape, a.Heads, v.Shape)
	}
	if a.Mask {
		if err := wantMask(in[5], k.Rows()); err != nil {
			return nil, err
		}
	}
	return []int{q.Rows(), v.Cols()}, placePairs(&a.pairs, q.Rows(), k.Rows(), in[3], in[4])
}

func (a *attention[T]) Forward(in []Value[T], y Value[T]) error {
	w := y.Cols()
	dv := w / a.Heads
	clear(y.Data[a.queries*w:]) // the row of a batch without queries
	a.each(in, func(h *head[T]) {
		v, to := in[2].Data[h.key*w+h.index*dv:], y.Data[h.query*w+h.index*dv:]
		for from := 0; from < h.queries; from += h.block {
			rows, n := h.sees(from)
			p := h.weights(from, rows, n)
			if h.drop != nil {
				kernel.Mul(p, p, h.factors(rows*n, a.Dropout))
			}
			kernel.Gemm(false, false, rows, dv, n, 1, p, n, v, w, 0, to[from*w:], w)
		}
	})
	for _, p := range a.list {
		if p.keys == 0 {
			clear(y.Data[p.query*w : (p.query+p.queries)*w])
		}
	}
	return nil
}

func (a *attention[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	w, wv := in[0].Cols(), dy.Cols()
	d, dv := w/a.Heads, wv/a.Heads
	var dx [3][]T
	for i := range dx {
		dx[i] = a.dx[i].of(din[i], len(in[i].Data))
		clear(dx[i])
	}
	a.each(in, func(h *head[T]) {
		key, value := h.key*w+h.index*d, h.key*wv+h.index*dv
		for from := 0; from < h.queries; from += h.block {
			rows, n := h.sees(from)
			query, up := (h.query+from)*w+h.index*d, dy.Data[(h.query+from)*wv+h.index*dv:]
			p := h.weights(from, rows, n)
			h.g = grow(h.g, rows*n)
			g, used := h.g, p
			// The scale belongs to dS, which is linear in dP; here it costs nothing.
			kernel.Gemm(false, true, rows, n, dv, h.scale, up, wv, in[2].Data[value:], wv, 0, g, n)
			if h.drop != nil {
				used = h.factors(rows*n, a.Dropout)
				kernel.Mul(g, g, used)
				kernel.Mul(used, used, p)
			}
			kernel.Gemm(true, false, n, dv, rows, 1, used, n, up, wv, 1, dx[2][value:], wv)
			kernel.SoftmaxRowsGrad(rows, n, g, p, g)
			kernel.Gemm(false, false, rows, d, n, 1, g, n, in[1].Data[key:], w, 0, dx[0][query:], w)
			kernel.Gemm(true, false, n, d, rows, 1, g, n, in[0].Data[query:], w, 1, dx[1][key:], w)
		}
	})
	for i := range dx {
		a.dx[i].give(din[i], dx[i])
	}
	return nil
}

// factor is the factor of the scores of heads of d features.
func (c AttentionConfig) factor(d int) float64 {
	if c.Scale != 0 {
		return c.Scale
	}
	return 1 / math.Sqrt(float64(d))
}

// each calls f for each head of each sequence that has queries and keys.
func (a *attention[T]) each(in []Value[T], f func(h *head[T])) {
	w := in[0].Cols()
	d, all := w/a.Heads, len(a.list)*a.Heads
	workers := 1
	if a.Mode != nil {
		workers = max(1, min(a.Mode.Workers, all, a.scores*w/grain))
	}
	for len(a.heads) < workers {
		a.heads = append(a.heads, head[T]{})
	}
	free := make(chan *head[T], workers)
	for i := range workers {
		free <- &a.heads[i]
	}
	kernel.Parallel(workers, all, func(i int) {
		p := a.list[i/a.Heads]
		if p.queries == 0 || p.keys == 0 {
			return
		}
		h := <-free
		h.pair, h.index, h.width, h.d, h.causal = p, i%a.Heads, w, d, a.Causal
		h.block, h.scale = queriesInBlock(p.keys), T(a.factor(d))
		h.q, h.k = in[0].Data[p.query*w+h.index*d:], in[1].Data[p.key*w+h.index*d:]
		h.mask, h.drop = nil, nil
		if a.Mask {
			h.mask = in[5].Ints[p.key : p.key+p.keys]
		}
		if a.Dropout > 0 && a.Mode != nil && a.Mode.Train {
			h.drop = a.Mode.substream(a.Random, uint64(i))
		}
		f(h)
		free <- h
	})
}
