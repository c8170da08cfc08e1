package op

import "github.com/seed6481993f/verso/internal/kernel"

// Backward runs all steps in the opposite direction, and then the products that
// need no order.
func (r *recurrent[T]) Backward(in, _, dout []Value[T], din []Grad[T]) error {
	v, d := named(r, in), named(r, din)
	r.stepsBack(v, d, dout)
	r.inputBack(v, d.x)
	r.weightsBack(v, d)
	return nil
}

// stepsBack leaves the gradients of the shares in r.share and r.own.
func (r *recurrent[T]) stepsBack(v recurrentInputs[Value[T]], d recurrentInputs[Grad[T]], dout []Value[T]) {
	g, hidden, batch := r.cell.gates(), r.hidden, len(r.order)
	r.dh = grow(r.dh, batch*hidden)
	r.byRank(dout[1].Data, r.dh)
	if r.memory != nil {
		r.memory.dc = grow(r.memory.dc, batch*hidden)
		r.byRank(dout[2].Data, r.memory.dc)
	}
	var dy []T
	if dout[0].Data != nil {
		dy = inTime(&r.timeline, hidden, dout[0].Data, &r.bufY)
	}
	r.weight.Pack(false, g*hidden, hidden, v.wh.Data, hidden)
	o := kernel.Options[T]{Workers: r.mode.Workers}
	for t := r.steps() - 1; t >= 0; t-- {
		from, to := r.step(t)
		n := to - from
		h, next := r.states(t, r.h)
		dh := r.dh[:n*hidden]
		if dy != nil {
			kernel.Add(dh, dh, dy[from*hidden:to*hidden])
		}
		keep := r.cell.backward(r, t, n, h, next)
		if t > 0 || d.h.Wanted() {
			kernel.GemmPacked(o, false, n, 1, r.stateShare()[from*g*hidden:to*g*hidden], g*hidden, &r.weight, keep, dh, hidden)
		}
	}
	if d.h.Wanted() {
		r.bySequence(r.dh, d.h)
	}
	if r.memory != nil && d.c.Wanted() {
		r.bySequence(r.memory.dc, d.c)
	}
}

// inputBack is dx = d(share of x) W_ih.
func (r *recurrent[T]) inputBack(v recurrentInputs[Value[T]], d Grad[T]) {
	if !d.Wanted() {
		return
	}
	o, g, width, rows := kernel.Options[T]{Workers: r.mode.Workers}, r.cell.gates(), v.x.Cols(), r.rows()
	dx := r.dx.of(d, len(v.x.Data))
	to := dx
	if !r.plain {
		r.bufY = grow(r.bufY, rows*width)
		to = r.bufY
	}
	kernel.GemmWith(o, false, false, rows, width, g*r.hidden, 1, r.share, g*r.hidden, v.wx.Data, width, 0, to, width)
	if r.plain {
		clear(dx[rows*width:]) // the row of a batch that is empty throughout
	} else {
		inRows(&r.timeline, width, r.bufY, dx)
	}
	r.dx.give(d, dx)
}

// weightsBack is dW_ih = d(share of x)ᵀ x and dW_hh = d(share of h)ᵀ h over all
// rows, with h the states before them; the gradients of the biases are sums.
func (r *recurrent[T]) weightsBack(v recurrentInputs[Value[T]], d recurrentInputs[Grad[T]]) {
	o, hidden, width, rows := kernel.Options[T]{Workers: r.mode.Workers}, r.hidden, v.x.Cols(), r.rows()
	n := r.cell.gates() * hidden
	if w := d.wx; w.Wanted() {
		kernel.GemmWith(o, true, false, n, width, rows, 1, r.share, n, r.x, width, w.Beta(), w.Data, width)
	}
	if w := d.wh; w.Wanted() {
		before := r.before(v.h.Data != nil)
		skip := rows - len(before)/hidden
		kernel.GemmWith(o, true, false, n, hidden, rows-skip, 1, r.stateShare()[skip*n:], n, before, hidden, w.Beta(), w.Data, hidden)
	}
	for i, b := range []Grad[T]{d.bx, d.bh} {
		if b.Wanted() {
			kernel.SumRows(rows, n, [][]T{r.share, r.stateShare()}[i], b.Data, b.Add)
		}
	}
}

// stateShare is the state's share in the products, or its gradient.
func (r *recurrent[T]) stateShare() []T {
	if r.cell.separate() {
		return r.own
	}
	return r.share
}
