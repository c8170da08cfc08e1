package op

import "github.com/seed6481993f/verso/internal/kernel"

// AttendGRU is the whole decoder of Bahdanau's encoder-decoder, with the words it
// should write given to it (teacher forcing): at each step its state asks the
// source, and what it took enters a gated recurrent unit beside the word before.
// With h the state before a step and x_t its row,
//
//	s_j = v · tanh(W_q h + k_j),  α = softmax(s),  c_t = Σ_j α_j y_j
//	h_t = GRU([x_t; c_t], h)
//
//	x (Σ lt, in), k (Σ ls, attn), y (Σ ls, width), h_0 (batch, hidden)
//	    → h (Σ lt, hidden), c (Σ lt, width), α (Σ lt·ls)
//
// k is projected already. α is laid out as by [AttentionScores] with one head. A
// source of length 0 gives a context of 0.
//
// Inputs: x, lengths lt, k, y, lengths ls, h_0, W_q (attn, hidden), v (1, attn),
// W_ih (3·hidden, in + width), W_hh (3·hidden, hidden), b_ih and b_hh (3·hidden).
//
// Forward, the share of x is one product for all rows; each step is three
// products of the states and contexts of the sequences that still run. tanh is
// computed again backward, so that memory grows with Σ lt and Σ ls, and only that
// for α with lt·ls.
//
// Cost a row: lt·ls·attn tanh, 2·hidden·attn + 6·hidden·(in + width + hidden)
// operations forward, about twice as many backward.
//
// Source: Bahdanau, Cho & Bengio 2015, Neural machine translation by jointly
// learning to align and translate, section 3; the cell is that of [GRU].
func AttendGRU(m *Mode) ResultsSpec {
	return ResultsSpec{Name: "attending gru", F32: newAttendGRU[float32](m), F64: newAttendGRU[float64](m)}
}

type attendGRU[T Float] struct {
	pairs
	run recurrent[T] // the unit, with rows [x; c]

	in, width, attn int // sizes of x, of y and c, of k

	q       []T              // W_q h in order of time (rows, attn); backward its gradient
	query   kernel.Packed[T] // W_qᵀ forward, W_q backward
	context kernel.Packed[T] // the context's part of W_ihᵀ, or of W_ih

	tanh, grad []T // (Σ ls, attn): of each source at the step in hand
	ds         []T // (Σ ls)
	dc         []T // (rows, width) in order of time
	dv         []T // (batch, attn)
	buf        []T
	dk, dy, dx whole[T]
}

func newAttendGRU[T Float](m *Mode) *attendGRU[T] {
	return &attendGRU[T]{run: recurrent[T]{RecurrentConfig: RecurrentConfig{Bias: true, State: true}, cell: gru[T]{}, mode: m}}
}

// joined is the width of the unit's rows.
func (a *attendGRU[T]) joined() int { return a.in + a.width }

func (a *attendGRU[T]) options() kernel.Options[T] {
	return kernel.Options[T]{Workers: a.run.mode.Workers}
}

// Forward runs all steps.
func (a *attendGRU[T]) Forward(in, out []Value[T]) error {
	v, r := decoderNamed(in), &a.run
	r.arrange(v.lengths.Ints, false)
	a.in, a.width, a.attn, r.hidden = v.x.Cols(), v.values.Cols(), v.keys.Cols(), v.wh.Cols()
	rows, batch, g := r.rows(), len(r.order), 3*r.hidden

	r.x = grow(r.x, rows*a.joined())
	for at, row := range r.row {
		copy(r.x[at*a.joined():][:a.in], v.x.Data[row*a.in:(row+1)*a.in])
	}
	r.h = grow(r.h, (batch+rows)*r.hidden)
	r.byRank(v.h.Data, r.h)
	r.bias = append(r.bias[:0], v.bh.Data...)
	r.share, r.own = grow(r.share, rows*g), grow(r.own, rows*g)
	r.weight.Pack(true, r.hidden, g, v.wh.Data, r.hidden)
	a.query.Pack(true, r.hidden, a.attn, v.wq.Data, r.hidden)
	a.context.Pack(true, a.width, g, v.wx.Data[a.in:], a.joined())
	a.q, a.tanh = grow(a.q, rows*a.attn), grow(a.tanh, len(v.keys.Data))

	o := a.options()
	o.Bias = v.bx.Data
	kernel.GemmWith(o, false, true, rows, g, a.in, 1, r.x, a.joined(), v.wx.Data, a.joined(), 0, r.share, g)
	for t := range r.steps() {
		from, to := r.step(t)
		n := to - from
		h, next := r.states(t, r.h)
		kernel.GemmPacked(a.options(), false, n, 1, h, r.hidden, &a.query, 0, a.q[from*a.attn:to*a.attn], a.attn)
		a.ask(n, func(rank int, p pair) {
			weights := out[2].Data[p.score+t*p.keys:][:p.keys]
			a.take(p, a.q[(from+rank)*a.attn:][:a.attn], v, weights, r.x[(from+rank)*a.joined()+a.in:][:a.width])
		})
		kernel.GemmPacked(a.options(), false, n, 1, r.x[from*a.joined()+a.in:], a.joined(), &a.context, 1, r.share[from*g:to*g], g)
		r.cell.forward(r, t, n, h, next)
	}
	inRows(&r.timeline, r.hidden, r.h[batch*r.hidden:], out[0].Data)
	clear(out[1].Data)
	for at, row := range r.row {
		copy(out[1].Data[row*a.width:(row+1)*a.width], r.x[at*a.joined()+a.in:])
	}
	if a.scores == 0 {
		clear(out[2].Data)
	}
	return nil
}

// ask calls f for the sequences of the first n ranks, with what they look at.
func (a *attendGRU[T]) ask(n int, f func(rank int, p pair)) {
	a.run.mode.split(n, a.keys/max(1, len(a.list))*(a.attn+a.width), func(from, to int) {
		for rank := from; rank < to; rank++ {
			f(rank, a.list[a.run.order[rank]])
		}
	})
}

// sums leaves tanh(q + k_j) of a source in a.tanh.
func (a *attendGRU[T]) sums(p pair, q []T, v decoderInputs[Value[T]]) []T {
	from, to := p.key*a.attn, (p.key+p.keys)*a.attn
	for at := from; at < to; at += a.attn {
		kernel.Add(a.tanh[at:at+a.attn], v.keys.Data[at:at+a.attn], q)
	}
	kernel.Tanh(a.tanh[from:to], a.tanh[from:to])
	return a.tanh[from:to]
}

// take writes the weights and the context of one query.
func (a *attendGRU[T]) take(p pair, q []T, v decoderInputs[Value[T]], weights, c []T) {
	clear(c)
	if p.keys == 0 {
		return
	}
	tanh := a.sums(p, q, v)
	for j := range weights {
		weights[j] = kernel.Dot(tanh[j*a.attn:(j+1)*a.attn], v.v.Data)
	}
	kernel.SoftmaxRows(1, p.keys, weights, weights)
	for j, w := range weights {
		kernel.Axpy(w, v.values.Data[(p.key+j)*a.width:(p.key+j+1)*a.width], c)
	}
}
