package op

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// InfoNCEConfig holds the options of [InfoNCE].
type InfoNCEConfig struct {
	Temperature float64 // τ
	Direction   Direction
}

// InfoNCE is the cross entropy of picking the true partner among those of the
// batch, from a matrix of scores S (batch, batch) with the true pairs on the
// diagonal:
//
//	rows:  −1/batch Σ_i log( e^{S_ii/τ} / Σ_j e^{S_ij/τ} )    j: i and its wrong columns
//	cols:  the same of Sᵀ
//	both:  the mean of the two
//
// Inputs: S, and any number of integer vectors (batch): pairs with an id in
// common are no negatives of each other.
//
// Source: van den Oord, Li & Vinyals 2018, Representation learning with
// contrastive predictive coding; symmetric as in Radford et al. 2021, CLIP,
// figure 3.
func InfoNCE(c InfoNCEConfig) (Spec, error) {
	switch {
	case !(c.Temperature > 0) || math.IsInf(c.Temperature, 0):
		return Spec{}, fmt.Errorf("the contrastive loss wants a temperature above 0, got %v", c.Temperature)
	case c.Direction != BothWays && c.Direction != RowsToCol && c.Direction != ColToRows:
		return Spec{}, fmt.Errorf("no direction is named %q", string(c.Direction))
	}
	return Spec{Name: "infonce", F32: &infoNCE[float32]{InfoNCEConfig: c}, F64: &infoNCE[float64]{InfoNCEConfig: c}}, nil
}

type infoNCE[T Float] struct {
	InfoNCEConfig
	logits, d []T
}

func (l *infoNCE[T]) Shape(in []Value[T]) ([]int, error) { return []int{}, pairShape(in) }

func (l *infoNCE[T]) Forward(in []Value[T], y Value[T]) error {
	n := in[0].Rows()
	l.logits, l.d = grow(l.logits, n*n), grow(l.d, n*n)
	clear(l.d)
	sum, ways := 0.0, 1
	switch l.Direction {
	case BothWays:
		sum, ways = l.direction(in, n, n, 1)+l.direction(in, n, 1, n), 2
	case RowsToCol:
		sum = l.direction(in, n, n, 1)
	case ColToRows:
		sum = l.direction(in, n, 1, n)
	}
	y.Data[0] = T(sum / float64(n*ways))
	kernel.Scale(T(1/(l.Temperature*float64(n*ways))), l.d)
	return nil
}

// direction adds up the loss of the queries i, whose scores stand at
// i·own + j·other, and adds softmax − 1 to the gradient.
func (l *infoNCE[T]) direction(in []Value[T], n, own, other int) (sum float64) {
	s, p := in[0].Data, inBatch[T]{in}
	for i := range n {
		for j := range n {
			v := T(math.Inf(-1))
			if i == j || p.negative(i, j) {
				v = s[i*own+j*other] / T(l.Temperature)
			}
			l.logits[i*n+j] = v
		}
	}
	kernel.LogSoftmaxRows(n, n, l.logits, l.logits)
	for i := range n {
		sum -= float64(l.logits[i*n+i])
	}
	kernel.Exp(l.logits, l.logits)
	for i := range n {
		l.logits[i*n+i]--
		for j := range n {
			l.d[i*own+j*other] += l.logits[i*n+j]
		}
	}
	return sum
}

func (l *infoNCE[T]) Backward(_ []Value[T], _, dy Value[T], din []Grad[T]) error {
	din[0].AddScaled(dy.Data[0], l.d)
	return nil
}
