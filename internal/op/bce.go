package op

import (
	"fmt"
	"math"
	"slices"
)

// BCEConfig holds the options of [BCEWithLogits], which are PyTorch's.
type BCEConfig struct {
	// PosWeight is q, what a positive target counts: one number for all, or one
	// for each element of the last axis (or of the last axes together); nil is 1.
	PosWeight []float64
	// Weighted says that there is a third input of weights.
	Weighted  bool
	Reduction Reduction
}

// BCEWithLogits is the binary cross entropy of logits, element by element:
//
//	x (…), t (…), optionally w → loss
//	ℓ_i = −w_i (q_i t_i log σ(x_i) + (1 − t_i) log(1 − σ(x_i)))
//
// Inputs: x, t of the same shape with elements from 0 to 1, and, where Weighted,
// w, whose sizes are those of x or 1, read from the last axis on; w gets no
// gradient. The mean divides by the number of elements.
//
// Gradients: dx = w ((1 + (q − 1) t) σ(x) − q t), dt = −w (q log σ(x) − log σ(−x)).
func BCEWithLogits(c BCEConfig) (Spec, error) {
	if err := c.Reduction.check(); err != nil {
		return Spec{}, err
	}
	c.PosWeight = slices.Clone(c.PosWeight)
	return Spec{Name: "bce-with-logits", F32: &bce[float32]{BCEConfig: c}, F64: &bce[float64]{BCEConfig: c}, Stop: []int{2}}, nil
}

type bce[T Float] struct {
	BCEConfig
	losses []float64
	dx, dt whole[T]
	of     broadcast
}

func (b *bce[T]) Shape(in []Value[T]) ([]int, error) {
	x, t := in[0], in[1]
	if !slices.Equal(x.Shape, t.Shape) {
		return nil, fmt.Errorf("%w: logits %v want targets of the same shape, got %v", ErrShape, x.Shape, t.Shape)
	}
	if b.PosWeight != nil {
		n, ok := 1, len(b.PosWeight) == 1
		for i := len(x.Shape) - 1; i >= 0 && !ok; i-- {
			n *= x.Shape[i]
			ok = n == len(b.PosWeight)
		}
		if !ok {
			return nil, fmt.Errorf("%w: logits %v want 1 or %d weights of positive targets, got %d", ErrShape, x.Shape, x.Last(), len(b.PosWeight))
		}
	}
	if b.Weighted {
		if err := b.of.find(in[2].Shape, x.Shape); err != nil {
			return nil, err
		}
	}
	return b.Reduction.shape(x.Shape), nil
}

// weights returns w and q of element i.
func (b *bce[T]) weights(in []Value[T], i int) (w, q float64) {
	w, q = 1, 1
	if b.Weighted {
		w = float64(in[2].Data[b.of.at(i)])
	}
	if b.PosWeight != nil {
		q = b.PosWeight[i%len(b.PosWeight)]
	}
	return w, q
}

func (b *bce[T]) Forward(in []Value[T], y Value[T]) error {
	x, t := in[0].Data, in[1].Data
	b.losses = grow(b.losses, len(x))
	for i, v := range x {
		w, q := b.weights(in, i)
		yes, no := logSigmoids(float64(v))
		b.losses[i] = -w * (q*float64(t[i])*yes + (1-float64(t[i]))*no)
	}
	reduce(b.Reduction, y.Data, b.losses, float64(len(x)))
	return nil
}

// logSigmoids returns log σ(x) and log σ(−x).
func logSigmoids(x float64) (yes, no float64) {
	l := math.Log1p(math.Exp(-math.Abs(x)))
	return min(x, 0) - l, min(-x, 0) - l
}

func (b *bce[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	x, t := in[0].Data, in[1].Data
	dx, dt := b.dx.of(din[0], len(x)), b.dt.of(din[1], len(x))
	for i, v := range x {
		w, q := b.weights(in, i)
		g := w * share(b.Reduction, i, dy.Data, float64(len(x)))
		yes, no := logSigmoids(float64(v))
		ti := float64(t[i])
		if din[0].Wanted() {
			dx[i] = T(g * ((1-ti)*math.Exp(yes) - q*ti*math.Exp(no)))
		}
		if din[1].Wanted() {
			dt[i] = T(g * (no - q*yes))
		}
	}
	b.dx.give(din[0], dx)
	b.dt.give(din[1], dt)
	return nil
}

// broadcast reads a smaller value as if it had a larger shape: sizes are
// compared from the last axis on, and a size of 1 stands for any.
type broadcast struct{ large, step []int }

func (b *broadcast) find(small, large []int) error {
	b.large, b.step = append(b.large[:0], large...), grow(b.step, len(large))
	clear(b.step)
	step := 1
	for k := range small {
		i, d := len(large)-1-k, small[len(small)-1-k]
		if i < 0 || d != 1 && d != large[i] {
			return fmt.Errorf("%w: weights for %v want sizes equal to those or 1, got %v", ErrShape, large, small)
		}
		if d > 1 {
			b.step[i] = step
		}
		step *= d
	}
	return nil
}

// at returns the place in the smaller value of element i of the larger.
func (b *broadcast) at(i int) int {
	at := 0
	for k := len(b.large) - 1; k >= 0; k-- {
		at += i % b.large[k] * b.step[k]
		i /= b.large[k]
	}
	return at
}
