package kernel

// The steps of recurrent cells, everything but their matrix products. Matrices are batch×hidden, or batch×(gates·hidden) with the gates side by
// side in a row, in PyTorch's order. A plain cell is an epilogue of its product.

// LSTMStep makes one step of a long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000):
//
//	i, f, g, o = σ, σ, tanh, σ of gates (batch, 4·hidden)
//	c' = f∘c + i∘g,  u = tanh c',  h = o∘u
//
// gates is overwritten with i, f, g, o, which [LSTMStepGrad] needs with u. next (c') may be c.
func LSTMStep[T Float](batch, hidden int, gates, c, next, u, h []T) {
	n := area(batch, hidden)
	sameLength(len(gates), area(4, n))
	for _, x := range [...][]T{c, next, u, h} {
		sameLength(len(x), n)
	}
	for b := range batch {
		i, f, g, o := four(gates[4*b*hidden:4*(b+1)*hidden], hidden)
		lo, hi := b*hidden, (b+1)*hidden
		c, next, u, h := c[lo:hi], next[lo:hi], u[lo:hi], h[lo:hi]
		if isFloat32[T]() && lstm32(as[float32](i), as[float32](f), as[float32](g), as[float32](o), as[float32](c), as[float32](next), as[float32](u), as[float32](h)) {
			continue
		}
		Sigmoid(i, i)
		Sigmoid(f, f)
		Tanh(g, g)
		Sigmoid(o, o)
		for j := range next {
			next[j] = f[j]*c[j] + i[j]*g[j]
		}
		Tanh(u, next)
		Mul(h, o, u)
	}
}

// LSTMStepGrad is the gradient of [LSTMStep]. gates holds i, f, g, o and is overwritten with the gradient of what they were made of. c is the
// state before the step, dh the gradient of h. dc comes as the gradient of c' from later steps and leaves as that of c.
//
//	e = dc + dh∘o∘(1-u²);  di = e∘g∘i∘(1-i), df = e∘c∘f∘(1-f), dg = e∘i∘(1-g²), do = dh∘u∘o∘(1-o);  dc = e∘f
func LSTMStepGrad[T Float](batch, hidden int, gates, c, u, dh, dc []T) {
	n := area(batch, hidden)
	sameLength(len(gates), area(4, n))
	for _, x := range [...][]T{c, u, dh, dc} {
		sameLength(len(x), n)
	}
	for b := range batch {
		i, f, g, o := four(gates[4*b*hidden:4*(b+1)*hidden], hidden)
		lo, hi := b*hidden, (b+1)*hidden
		c, u, dh, dc := c[lo:hi], u[lo:hi], dh[lo:hi], dc[lo:hi]
		if isFloat32[T]() && lstmGrad32(as[float32](i), as[float32](f), as[float32](g), as[float32](o), as[float32](c), as[float32](u), as[float32](dh), as[float32](dc)) {
			continue
		}
		for j := range dc {
			e := dc[j] + dh[j]*o[j]*(1-u[j]*u[j])
			di, dg := e*g[j]*i[j]*(1-i[j]), e*i[j]*(1-g[j]*g[j])
			df, do := e*c[j]*f[j]*(1-f[j]), dh[j]*u[j]*o[j]*(1-o[j])
			dc[j] = e * f[j]
			i[j], f[j], g[j], o[j] = di, df, dg, do
		}
	}
}

// GRUStep makes one step of a gated recurrent unit (Cho et al. 2014) with the reset after the product, as PyTorch and cuDNN have it:
//
//	r = σ(x_r + a_r), z = σ(x_z + a_z), n = tanh(x_n + r∘a_n)    x = W·input + b, a = U·h + b', each (batch, 3·hidden)
//	h' = (1-z)∘n + z∘h
//
// x is overwritten with r, z, n, which [GRUStepGrad] needs with a. next (h') may be h.
func GRUStep[T Float](batch, hidden int, x, a, h, next []T) {
	n := area(batch, hidden)
	sameLength(len(x), area(3, n))
	sameLength(len(a), len(x))
	sameLength(len(h), n)
	sameLength(len(next), n)
	for b := range batch {
		r, z, c := three(x[3*b*hidden:3*(b+1)*hidden], hidden)
		ar, az, ac := three(a[3*b*hidden:3*(b+1)*hidden], hidden)
		h, next := h[b*hidden:(b+1)*hidden], next[b*hidden:(b+1)*hidden]
		if isFloat32[T]() && gru32(as[float32](r), as[float32](z), as[float32](c), as[float32](ar), as[float32](az), as[float32](ac), as[float32](h), as[float32](next)) {
			continue
		}
		Add(r, r, ar)
		Sigmoid(r, r)
		Add(z, z, az)
		Sigmoid(z, z)
		for j := range c {
			c[j] += r[j] * ac[j]
		}
		Tanh(c, c)
		for j := range next {
			next[j] = c[j] + z[j]*(h[j]-c[j])
		}
	}
}

// GRUStepGrad is the gradient of [GRUStep]. x holds r, z, n and a the state's share; they are overwritten with the gradients of x and a, of
// which the first two thirds are equal. dh comes as the gradient of h' and leaves as its part that goes to h past the product.
func GRUStepGrad[T Float](batch, hidden int, x, a, h, dh []T) {
	n := area(batch, hidden)
	sameLength(len(x), area(3, n))
	sameLength(len(a), len(x))
	sameLength(len(h), n)
	sameLength(len(dh), n)
	for b := range batch {
		r, z, c := three(x[3*b*hidden:3*(b+1)*hidden], hidden)
		ar, az, ac := three(a[3*b*hidden:3*(b+1)*hidden], hidden)
		h, dh := h[b*hidden:(b+1)*hidden], dh[b*hidden:(b+1)*hidden]
		if isFloat32[T]() && gruGrad32(as[float32](r), as[float32](z), as[float32](c), as[float32](ar), as[float32](az), as[float32](ac), as[float32](h), as[float32](dh)) {
			continue
		}
		for j, d := range dh {
			dz := d * (h[j] - c[j]) * z[j] * (1 - z[j])
			dn := d * (1 - z[j]) * (1 - c[j]*c[j])
			dr := dn * ac[j] * r[j] * (1 - r[j])
			dh[j] = d * z[j]
			ac[j] = dn * r[j]
			r[j], z[j], c[j], ar[j], az[j] = dr, dz, dn, dr, dz
		}
	}
}

func four[T Float](x []T, n int) (i, f, g, o []T) { return x[:n], x[n : 2*n], x[2*n : 3*n], x[3*n:] }

func three[T Float](x []T, n int) (r, z, c []T) { return x[:n], x[n : 2*n], x[2*n:] }
