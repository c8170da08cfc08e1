package op

import "github.com/seed6481993f/verso/internal/kernel"

// Backward runs all steps in the opposite direction, and then the products that
// need no order.
func (a *attendGRU[T]) Backward(in, out, dout []Value[T], din []Grad[T]) error {
	v, d, r := decoderNamed(in), decoderNamed(din), &a.run
	dk, dy := a.dk.of(d.keys, len(v.keys.Data)), a.dy.of(d.values, len(v.values.Data))
	clear(dk)
	clear(dy)
	a.stepsBack(v, out[2].Data, dout, dk, dy)
	a.dk.give(d.keys, dk)
	a.dy.give(d.values, dy)
	if d.h.Wanted() {
		r.bySequence(r.dh, d.h)
	}
	if d.v.Wanted() {
		kernel.SumRows(len(r.order), a.attn, a.dv, d.v.Data, d.v.Add)
	}
	if w := d.wq; w.Wanted() { // states before each row, in order of time
		kernel.GemmWith(a.options(), true, false, a.attn, r.hidden, r.rows(), 1, a.q, a.attn, r.before(true), r.hidden, w.Beta(), w.Data, r.hidden)
	}
	joined := Value[T]{Shape: []int{r.rows(), a.joined()}}
	r.weightsBack(recurrentInputs[Value[T]]{x: joined, h: v.h}, recurrentInputs[Grad[T]]{wx: d.wx, wh: d.wh, bx: d.bx, bh: d.bh})
	a.rowsBack(v, d.x)
	return nil
}

// stepsBack leaves the gradients of the unit's shares in a.run, that of the
// queries in a.q, that of h_0 in a.run.dh and of v, for each sequence, in a.dv.
func (a *attendGRU[T]) stepsBack(v decoderInputs[Value[T]], weights []T, dout []Value[T], dk, dy []T) {
	r := &a.run
	batch, rows, g := len(r.order), r.rows(), 3*r.hidden
	r.dh, a.dv, a.dc = grow(r.dh, batch*r.hidden), grow(a.dv, batch*a.attn), grow(a.dc, rows*a.width)
	a.grad, a.ds = grow(a.grad, len(v.keys.Data)), grow(a.ds, v.keys.Rows())
	clear(r.dh)
	clear(a.dv)
	if dout[1].Data == nil {
		clear(a.dc)
	} else {
		kernel.Gather(a.dc, a.width, dout[1].Data, r.row)
	}
	var dh []T
	if dout[0].Data != nil {
		dh = inTime(&r.timeline, r.hidden, dout[0].Data, &r.bufY)
	}
	r.weight.Pack(false, g, r.hidden, v.wh.Data, r.hidden)
	a.query.Pack(false, a.attn, r.hidden, v.wq.Data, r.hidden)
	a.context.Pack(false, g, a.width, v.wx.Data[a.in:], a.joined())
	o := a.options()
	for t := r.steps() - 1; t >= 0; t-- {
		from, to := r.step(t)
		n := to - from
		h, next := r.states(t, r.h)
		now := r.dh[:n*r.hidden]
		if dh != nil {
			kernel.Add(now, now, dh[from*r.hidden:to*r.hidden])
		}
		keep := r.cell.backward(r, t, n, h, next)
		kernel.GemmPacked(o, false, n, 1, r.own[from*g:to*g], g, &r.weight, keep, now, r.hidden)
		kernel.GemmPacked(o, false, n, 1, r.share[from*g:to*g], g, &a.context, 1, a.dc[from*a.width:to*a.width], a.width)
		a.ask(n, func(rank int, p pair) {
			at := from + rank
			var dw []T // of the weights themselves
			if dout[2].Data != nil {
				dw = dout[2].Data[p.score+t*p.keys:][:p.keys]
			}
			a.takeBack(p, v, a.q[at*a.attn:(at+1)*a.attn], weights[p.score+t*p.keys:][:p.keys], dw,
				a.dc[at*a.width:(at+1)*a.width], a.dv[rank*a.attn:(rank+1)*a.attn], dk, dy)
		})
		kernel.GemmPacked(o, false, n, 1, a.q[from*a.attn:to*a.attn], a.attn, &a.query, 1, now, r.hidden)
	}
}

// takeBack is the gradient of take for one query, which it replaces by its own.
func (a *attendGRU[T]) takeBack(p pair, v decoderInputs[Value[T]], q, weights, dw, dc, dv, dk, dy []T) {
	if p.keys == 0 {
		clear(q)
		return
	}
	tanh, ds := a.sums(p, q, v), a.ds[p.key:p.key+p.keys]
	for j, w := range weights {
		row := (p.key + j) * a.width
		ds[j] = kernel.Dot(v.values.Data[row:row+a.width], dc)
		kernel.Axpy(w, dc, dy[row:row+a.width])
	}
	if dw != nil {
		kernel.Add(ds, ds, dw)
	}
	kernel.SoftmaxRowsGrad(1, p.keys, ds, weights, ds)
	grad := a.grad[p.key*a.attn : (p.key+p.keys)*a.attn]
	for j, s := range ds {
		row := grad[j*a.attn : (j+1)*a.attn]
		for i, x := range v.v.Data {
			row[i] = s * x
		}
		kernel.Axpy(s, tanh[j*a.attn:(j+1)*a.attn], dv)
	}
	kernel.TanhGrad(grad, tanh, grad)
	keys := dk[p.key*a.attn : (p.key+p.keys)*a.attn]
	kernel.Add(keys, keys, grad)
	kernel.SumRows(p.keys, a.attn, grad, q, false)
}

// rowsBack is the gradient of x.
func (a *attendGRU[T]) rowsBack(v decoderInputs[Value[T]], d Grad[T]) {
	if !d.Wanted() {
		return
	}
	r := &a.run
	rows, g := r.rows(), 3*r.hidden
	dx := a.dx.of(d, len(v.x.Data))
	a.buf = grow(a.buf, rows*a.in)
	kernel.GemmWith(a.options(), false, false, rows, a.in, g, 1, r.share, g, v.wx.Data, a.joined(), 0, a.buf, a.in)
	inRows(&r.timeline, a.in, a.buf, dx)
	a.dx.give(d, dx)
}
