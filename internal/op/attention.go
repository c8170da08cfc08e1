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
	Ahead   int     // keys before those of every sequence, as [RowAhead] puts them there, which all queries see
	Mask    bool    // whether a key mask follows the lengths
	Bias    bool    // whether the last input is added to the scores
	Dropout float64 // of the weights, while the graph trains
	Random  uint64  // number of the operation among the graph's random ones
	Mode    *Mode   // for the mode, the step and the number of workers; may be nil
}

func (c AttentionConfig) valid() error {
	if c.Heads < 1 {
		return fmt.Errorf("attention wants at least 1 head, got %d", c.Heads)
	}
	if c.Ahead < 0 {
		return fmt.Errorf("attention wants 0 keys or more ahead, got %d", c.Ahead)
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
//	P = softmax(scale · Q Kᵀ + B) over the keys that the query sees,  Y = P V
//
//	q (Σ lq, heads·d), k (Σ lk, heads·d), v (Σ lk, heads·dv) → y (Σ lq, heads·dv)
//
// where head h owns columns h·d … (h+1)·d − 1 of a row. The key mask has an
// integer for each row of k, 0 to hide the key from all queries. The bias B is laid
// out as by [AttentionScores], of all heads or of one that all share; −∞ hides a
// key from one query. Neither has numbers for the keys ahead. A query that sees no
// key gets 0 and gives no gradient. While the graph trains, each weight
// is set to 0 with the dropout's probability p and divided by 1 − p otherwise;
// what falls depends on seed, step, shard and the operation's number alone.
//
// Inputs: q, k, v, the lengths of the queries, those of the keys and, with Mask,
// the key mask, with Bias the bias.
//
// Method: a block of queries at a time against all keys of their sequence, so
// that memory grows with the length, not with its square; the backward pass
// computes the weights again, to the same bits, instead of keeping them. With D
// the dropout's factors and ∘ the product of elements: dP = dY Vᵀ ∘ D,
// dS = P ∘ (dP − Σ_j P ∘ dP), dB = dS, dQ = scale · dS K, dK = scale · dSᵀ Q,
// dV = (P ∘ D)ᵀ dY. Workers take whole heads of whole sequences, or all heads of a
// sequence where they share the gradient of a bias; bits do not depend on their
// number.
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
	return Spec{Name: "attention", F32: newAttention[float32](c), F64: newAttention[float64](c)}, nil
}

type attention[T Float] struct {
	sight[T]
	dx    [3]whole[T]
	dbias whole[T]
	heads []head[T] // one a worker
}

func newAttention[T Float](c AttentionConfig) *attention[T] {
	return &attention[T]{sight: sight[T]{AttentionConfig: c}}
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
	return []int{q.Rows(), v.Cols()}, a.place(q.Rows(), k.Rows(), in[3], in[4], in[5:])
}

func (a *attention[T]) Forward(in []Value[T], y Value[T]) error {
	w := y.Cols()
	dv := w / a.Heads
	clear(y.Data[a.queries*w:]) // the row of a batch without queries
	a.each(in, 1, func(h *head[T]) {
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
	dbias, together := a.openBias(in, din)
	a.each(in, together, func(h *head[T]) {
		// The scale belongs to dS, which is linear in dP; there it costs nothing. The
		// bias has none.
		early, late := h.scale, T(1)
		var db []T
		if dbias != nil {
			early, late, db = late, early, a.ofHead(dbias, h.sequence, h.index)
		}
		key, value := h.key*w+h.index*d, h.key*wv+h.index*dv
		for from := 0; from < h.queries; from += h.block {
			rows, n := h.sees(from)
			query, up := (h.query+from)*w+h.index*d, dy.Data[(h.query+from)*wv+h.index*dv:]
			p := h.weights(from, rows, n)
			h.g = grow(h.g, rows*n)
			g, used := h.g, p
			kernel.Gemm(false, true, rows, n, dv, early, up, wv, in[2].Data[value:], wv, 0, g, n)
			if h.drop != nil {
				used = h.factors(rows*n, a.Dropout)
				kernel.Mul(g, g, used)
				kernel.Mul(used, used, p)
			}
			kernel.Gemm(true, false, n, dv, rows, 1, used, n, up, wv, 1, dx[2][value:], wv)
			kernel.SoftmaxRowsGrad(rows, n, g, p, g)
			if db != nil {
				h.layBack(g, db, from, rows, n)
			}
			kernel.Gemm(false, false, rows, d, n, late, g, n, in[1].Data[key:], w, 0, dx[0][query:], w)
			kernel.Gemm(true, false, n, d, rows, late, g, n, in[0].Data[query:], w, 1, dx[1][key:], w)
		}
	})
	for i := range dx {
		a.dx[i].give(din[i], dx[i])
	}
	if dbias != nil {
		a.dbias.give(din[len(din)-1], dbias)
	}
	return nil
}

// openBias returns cleared memory for the gradient of the bias, nil where nobody
// wants it, and how many heads of a sequence one worker must take, since they add
// to the same numbers.
func (a *attention[T]) openBias(in []Value[T], din []Grad[T]) (d []T, together int) {
	last := len(din) - 1
	if !a.Bias || !din[last].Wanted() {
		return nil, 1
	}
	d = a.dbias.of(din[last], len(in[last].Data))
	clear(d)
	if a.biasHeads < a.Heads {
		return d, a.Heads
	}
	return d, 1
}

// factor is the factor of the scores of heads of d features.
func (c AttentionConfig) factor(d int) float64 {
	if c.Scale != 0 {
		return c.Scale
	}
	return 1 / math.Sqrt(float64(d))
}

// each calls f for each head of each sequence that has queries and keys; as many as
// together says follow one another.
func (a *attention[T]) each(in []Value[T], together int, f func(h *head[T])) {
	w := in[0].Cols()
	d, all := w/a.Heads, len(a.list)*a.Heads/together
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
	kernel.Parallel(workers, all, func(part int) {
		h := <-free
		for i := part * together; i < (part+1)*together; i++ {
			p := a.list[i/a.Heads]
			if p.queries == 0 || p.keys == 0 {
				continue
			}
			h.pair, h.sequence, h.index, h.width, h.d = p, i/a.Heads, i%a.Heads, w, d
			h.headSight = a.head(in[5:], h.sequence, h.index)
			h.block, h.scale = queriesInBlock(p.keys), T(a.factor(d))
			h.q, h.k = in[0].Data[p.query*w+h.index*d:], in[1].Data[p.key*w+h.index*d:]
			h.drop = nil
			if a.Dropout > 0 && a.Mode != nil && a.Mode.Train {
				h.drop = a.Mode.substream(a.Random, uint64(i))
			}
			f(h)
		}
		free <- h
	})
}
