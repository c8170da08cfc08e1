package kernel

import (
	"math"
	"unsafe"
)

// The updates of optimisers in one pass over the weights w, the gradient g and the state. The numbers of a step are worked out by the caller
// in float64 and rounded once. Every operation rounds by itself, on all paths in the same order: all give the same bits, and a row alone
// gets the bits it gets within its table.

// SGD holds the numbers of a step of gradient descent.
type SGD[T Float] struct {
	Sign, Decay T // the direction is d = Sign·g + Decay·w
	Rate        T
}

// Step makes w ← w - Rate·d.
func (k *SGD[T]) Step(w, g []T) {
	sameLength(len(g), len(w))
	if isFloat32[T]() && sgdStep32(as32[SGD[float32]](k), as[float32](w), as[float32](g)) {
		return
	}
	for i := range w {
		d := T(k.Sign*g[i]) + T(k.Decay*w[i])
		w[i] -= T(k.Rate * d)
	}
}

// Momentum holds the numbers of a step of gradient descent with momentum.
type Momentum[T Float] struct {
	Sign, Decay   T // d = Sign·g + Decay·w
	Keep, Take    T // b ← Keep·b + Take·d
	OfGrad, OfBuf T
	Rate          T
}

// Step makes w ← w - Rate·(OfGrad·d + OfBuf·b).
func (k *Momentum[T]) Step(w, g, buf []T) {
	sameLength(len(g), len(w))
	sameLength(len(buf), len(w))
	if isFloat32[T]() && momentumStep32(as32[Momentum[float32]](k), as[float32](w), as[float32](g), as[float32](buf)) {
		return
	}
	for i := range w {
		d := T(k.Sign*g[i]) + T(k.Decay*w[i])
		b := T(k.Keep*buf[i]) + T(k.Take*d)
		buf[i] = b
		w[i] -= T(k.Rate * (T(k.OfGrad*d) + T(k.OfBuf*b)))
	}
}

// Adam holds the numbers of a step of Adam and AdamW (Kingma and Ba 2014; Loshchilov and Hutter 2017).
type Adam[T Float] struct {
	Sign, Decay  T // d = Sign·g + Decay·w
	Beta1, Rest1 T // m ← Beta1·m + Rest1·d
	Beta2, Rest2 T // v ← Beta2·v + Rest2·d²
	Size         T // the rate over 1 - β1^t
	Correct      T // 1/√(1 - β2^t)
	Eps          T
	Remain       T // 1 less the decoupled decay
}

// Step makes w ← Remain·w - Size·m/(Correct·√v + Eps).
func (k *Adam[T]) Step(w, g, m, v []T) {
	sameLength(len(g), len(w))
	sameLength(len(m), len(w))
	sameLength(len(v), len(w))
	if isFloat32[T]() && adamStep32(as32[Adam[float32]](k), as[float32](w), as[float32](g), as[float32](m), as[float32](v)) {
		return
	}
	for i := range w {
		d := T(k.Sign*g[i]) + T(k.Decay*w[i])
		m[i] = T(k.Beta1*m[i]) + T(k.Rest1*d)
		v[i] = T(k.Beta2*v[i]) + T(T(k.Rest2*d)*d)
		w[i] = T(k.Remain*w[i]) - T(k.Size*m[i])/(T(root(v[i])*k.Correct)+k.Eps)
	}
}

// SparseAdam holds the numbers of a step of Adam on rows that have a gradient.
type SparseAdam[T Float] struct {
	Sign         T // d = Sign·g
	Rest1, Rest2 T // m ← m + Rest1·(d - m), v ← v + Rest2·(d² - v)
	Size, Eps    T
}

// Step makes w ← w - Size·(m/(√v + Eps)).
func (k *SparseAdam[T]) Step(w, g, m, v []T) {
	sameLength(len(g), len(w))
	sameLength(len(m), len(w))
	sameLength(len(v), len(w))
	if isFloat32[T]() && sparseAdamStep32(as32[SparseAdam[float32]](k), as[float32](w), as[float32](g), as[float32](m), as[float32](v)) {
		return
	}
	for i := range w {
		d := k.Sign * g[i]
		m[i] += T(k.Rest1 * (d - m[i]))
		v[i] += T(k.Rest2 * (T(d*d) - v[i]))
		w[i] -= T(k.Size * (m[i] / (root(v[i]) + k.Eps)))
	}
}

// RMSprop holds the numbers of a step of RMSprop (Tieleman and Hinton 2012) without momentum and not centred.
type RMSprop[T Float] struct {
	Sign, Decay T // d = Sign·g + Decay·w
	Alpha, Rest T // v ← Alpha·v + Rest·d²
	Eps, Rate   T
}

// Step makes w ← w - Rate·d/(√v + Eps).
func (k *RMSprop[T]) Step(w, g, v []T) {
	sameLength(len(g), len(w))
	sameLength(len(v), len(w))
	if isFloat32[T]() && rmspropStep32(as32[RMSprop[float32]](k), as[float32](w), as[float32](g), as[float32](v)) {
		return
	}
	for i := range w {
		d := T(k.Sign*g[i]) + T(k.Decay*w[i])
		v[i] = T(k.Alpha*v[i]) + T(T(k.Rest*d)*d)
		w[i] -= T(k.Rate*d) / (root(v[i]) + k.Eps)
	}
}

// Adagrad holds the numbers of a step of Adagrad (Duchi, Hazan and Singer 2011).
type Adagrad[T Float] struct {
	Sign, Decay T // d = Sign·g + Decay·w
	Rate, Eps   T
}

// Step makes s ← s + d², w ← w - Rate·d/(√s + Eps).
func (k *Adagrad[T]) Step(w, g, sum []T) {
	sameLength(len(g), len(w))
	sameLength(len(sum), len(w))
	if isFloat32[T]() && adagradStep32(as32[Adagrad[float32]](k), as[float32](w), as[float32](g), as[float32](sum)) {
		return
	}
	for i := range w {
		d := T(k.Sign*g[i]) + T(k.Decay*w[i])
		sum[i] += T(d * d)
		w[i] -= T(k.Rate*d) / (root(sum[i]) + k.Eps)
	}
}

// Adadelta holds the numbers of a step of Adadelta (Zeiler 2012).
type Adadelta[T Float] struct {
	Sign, Decay T // d = Sign·g + Decay·w
	Rho, Rest   T // v ← Rho·v + Rest·d²
	Eps, Rate   T
}

// Step makes Δ = √(u + Eps)/√(v + Eps)·d, u ← Rho·u + Rest·Δ², w ← w - Rate·Δ.
func (k *Adadelta[T]) Step(w, g, v, u []T) {
	sameLength(len(g), len(w))
	sameLength(len(v), len(w))
	sameLength(len(u), len(w))
	if isFloat32[T]() && adadeltaStep32(as32[Adadelta[float32]](k), as[float32](w), as[float32](g), as[float32](v), as[float32](u)) {
		return
	}
	for i := range w {
		d := T(k.Sign*g[i]) + T(k.Decay*w[i])
		v[i] = T(k.Rho*v[i]) + T(T(k.Rest*d)*d)
		move := T(root(u[i]+k.Eps) / root(v[i]+k.Eps) * d)
		u[i] = T(k.Rho*u[i]) + T(T(k.Rest*move)*move)
		w[i] -= T(k.Rate * move)
	}
}

// root is the square root in T's own precision: the compiler makes one instruction of it.
func root[T Float](x T) T { return T(math.Sqrt(float64(x))) }

// as32 gives the numbers of a step their own type back, where T is float32.
func as32[K, G any](k *G) *K { return (*K)(unsafe.Pointer(k)) }
