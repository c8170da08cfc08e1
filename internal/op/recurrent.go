package op

import "github.com/seed6481993f/verso/internal/kernel"

// RecurrentConfig says which inputs a recurrent operation has and which way it
// goes through a sequence.
type RecurrentConfig struct {
	Bias    bool // two biases follow the weights
	State   bool // h_0 follows
	Memory  bool // c_0 follows, LSTM alone
	Reverse bool // from the last row of each sequence to its first
}

// A recurrent operation runs one layer of a recurrent net in one direction over
// all sequences of a ragged batch:
//
//	x (total, in), lengths (batch) → y (total, hidden), h_n (batch, hidden), for an LSTM also c_n (batch, hidden)
//
// Inputs: x, lengths, W_ih (g·hidden, in), W_hh (g·hidden, hidden), with bias
// b_ih and b_hh (g·hidden), then h_0 and c_0 (batch, hidden), 0 where not given;
// g is the number of products a cell is made of: 1, 3 or 4. Row t of a sequence
// of y is the state after that row of x, h_n the state after the last one, which
// in reverse is row 0. A sequence of length 0 keeps its initial state.
//
// Forward, the share of x for all rows is one product; then each step is one
// product of the states of the sequences that still run. Backward (Werbos 1990,
// backpropagation through time) each step is one product again, and the
// gradients of the weights are two products over all rows at the end.
//
// Cost: 2·g·hidden·(in + hidden) operations a row forward, at most twice as many
// backward; between the passes memory for 7·hidden numbers a row for LSTM and
// GRU, 2·hidden for RNN.
type recurrent[T Float] struct {
	RecurrentConfig
	cell cell[T]
	mode *Mode
	timeline
	hidden int

	x          []T              // in order of time; may be the input's own memory
	share      []T              // of x in the products (rows, g·hidden); the cell makes of it what its gradient needs, then the share's gradient
	own        []T              // the state's share and then its gradient, where it is not added to that of x
	h          []T              // (batch + rows, hidden): h_0 by rank, then the states after each step
	input      kernel.Packed[T] // W_ihᵀ
	weight     kernel.Packed[T] // W_hhᵀ forward, W_hh backward
	dh         []T              // (batch, hidden): gradient of the states
	memory     *lstm[T]         // of an LSTM
	bufX, bufY []T
	bias       []T
	dx         whole[T]
}

// shareRows is the number of rows whose share of x is computed at once.
const shareRows = 256

// cell is what is peculiar to a kind of recurrent net.
type cell[T Float] interface {
	// gates returns g.
	gates() int
	// separate reports whether the state's share is kept apart from that of x.
	separate() bool
	// forward makes step t for n sequences, from h to next.
	forward(r *recurrent[T], t, n int, h, next []T)
	// backward turns r.dh, the gradient of next, into that of the shares, and
	// returns the factor of what r.dh then holds beside what comes through W_hh.
	backward(r *recurrent[T], t, n int, h, next []T) (keep T)
}

func recurrentSpec(name string, c RecurrentConfig, m *Mode, f32 func() (cell[float32], *lstm[float32]), f64 func() (cell[float64], *lstm[float64])) ResultsSpec {
	s := &recurrent[float32]{RecurrentConfig: c, mode: m}
	s.cell, s.memory = f32()
	d := &recurrent[float64]{RecurrentConfig: c, mode: m}
	d.cell, d.memory = f64()
	return ResultsSpec{Name: name, F32: s, F64: d}
}

// Forward runs all steps.
func (r *recurrent[T]) Forward(in, out []Value[T]) error {
	v := named(r, in)
	r.arrange(v.lengths.Ints, r.Reverse)
	g, hidden, width, batch, rows := r.cell.gates(), v.wh.Cols(), v.x.Cols(), v.lengths.Rows(), r.rows()
	r.hidden = hidden
	r.x = inTime(&r.timeline, width, v.x.Data, &r.bufX)
	r.h = grow(r.h, (batch+rows)*hidden)
	r.byRank(v.h.Data, r.h)
	if r.memory != nil {
		r.memory.begin(r, v.c.Data)
	}
	r.weight.Pack(true, hidden, g*hidden, v.wh.Data, hidden)
	r.share = grow(r.share, rows*g*hidden)
	o := kernel.Options[T]{Workers: r.mode.Workers}
	if r.Bias {
		o.Bias = v.bx.Data
		r.bias = append(r.bias[:0], v.bh.Data...)
		if !r.cell.separate() {
			kernel.Add(r.bias, r.bias, v.bx.Data)
			o.Bias = r.bias
		}
	}
	if r.cell.separate() {
		r.own = grow(r.own, rows*g*hidden)
	}
	r.input.Pack(true, width, g*hidden, v.wx.Data, width)
	ready := 0
	for t := range r.steps() {
		n := r.running(t)
		if _, to := r.step(t); to > ready { // the share of x for some steps, which find it in the cache
			from := ready
			ready = min(rows, max(to, from+shareRows))
			kernel.GemmPacked(o, false, ready-from, 1, r.x[from*width:], width, &r.input, 0, r.share[from*g*hidden:], g*hidden)
		}
		h, next := r.states(t, r.h)
		r.cell.forward(r, t, n, h, next)
	}
	inRows(&r.timeline, hidden, r.h[batch*hidden:], out[0].Data)
	r.final(r.h, out[1].Data)
	if r.memory != nil {
		r.final(r.memory.c, out[2].Data)
	}
	return nil
}

// states returns the states before and after step t, of the sequences that run.
func (r *recurrent[T]) states(t int, h []T) (before, after []T) {
	from, to := r.step(t)
	n, batch := to-from, len(r.order)
	at := 0
	if t > 0 {
		at = batch + r.start[t-1]
	}
	return h[at*r.hidden : (at+n)*r.hidden], h[(batch+from)*r.hidden : (batch+to)*r.hidden]
}

// before returns the states before each row in one piece, without those of step
// 0 where they are not given and thus 0.
func (r *recurrent[T]) before(given bool) []T {
	if r.steps() == 0 {
		return nil
	}
	batch, first := len(r.order), 0
	if !given {
		first = 1
	}
	begin := r.start[first]
	n := (r.rows() - begin) * r.hidden
	if r.running(0) == batch && r.running(r.steps()-1) == batch { // all are equally long
		at := 0
		if first == 1 {
			at = batch * r.hidden
		}
		return r.h[at : at+n]
	}
	r.bufY = grow(r.bufY, n)
	to := r.bufY
	for t := first; t < r.steps(); t++ {
		h, _ := r.states(t, r.h)
		to = to[copy(to, h):]
	}
	return r.bufY
}

// byRank copies rows that are one a sequence, or 0 where there are none, in the
// order of the ranks.
func (r *recurrent[T]) byRank(x, dst []T) {
	n := len(r.order) * r.hidden
	if x == nil {
		clear(dst[:n])
		return
	}
	kernel.Gather(dst[:n], r.hidden, x, r.order)
}

// bySequence hands rows that are one a rank on as the gradient of an input.
func (r *recurrent[T]) bySequence(x []T, g Grad[T]) {
	for rank, s := range r.order {
		from, to := x[rank*r.hidden:(rank+1)*r.hidden], g.Data[s*r.hidden:(s+1)*r.hidden]
		if g.Add {
			kernel.Add(to, to, from)
		} else {
			copy(to, from)
		}
	}
}

// final copies the last state of each sequence.
func (r *recurrent[T]) final(h, dst []T) {
	batch := len(r.order)
	at, t := 0, r.steps() // longest first: the rows go back in time
	for rank, s := range r.order {
		for t > 0 && r.running(t-1) <= rank {
			t--
		}
		if at = rank; t > 0 {
			at = batch + r.start[t-1] + rank
		}
		copy(dst[s*r.hidden:(s+1)*r.hidden], h[at*r.hidden:(at+1)*r.hidden])
	}
}
