package op

import "fmt"

// Reduction says what a loss makes of the losses of its examples.
type Reduction string

// The reductions. The empty one is the mean.
const (
	ReduceMean Reduction = "mean"
	ReduceSum  Reduction = "sum"
	ReduceNone Reduction = "none"
)

func (r Reduction) check() error {
	switch r {
	case "", ReduceMean, ReduceSum, ReduceNone:
		return nil
	}
	return fmt.Errorf("no reduction is named %q, want mean, sum or none", string(r))
}

// shape is that of the loss, given the shape of the losses of its examples.
func (r Reduction) shape(each []int) []int {
	if r == ReduceNone {
		return append([]int{}, each...)
	}
	return []int{}
}

// factor is what the sum of all losses is multiplied by, given what they count
// in all; a mean over nothing is 0.
func (r Reduction) factor(count float64) float64 {
	switch {
	case r == ReduceSum || r == ReduceNone:
		return 1
	case count == 0:
		return 0
	}
	return 1 / count
}

// reduce makes the value of a loss out of the losses of its examples. The sum is
// kept in float64: a batch may hold millions of terms.
func reduce[T Float](r Reduction, out []T, losses []float64, count float64) {
	if r == ReduceNone {
		for i, l := range losses {
			out[i] = T(l)
		}
		return
	}
	sum := 0.0
	for _, l := range losses {
		sum += l
	}
	out[0] = T(sum * r.factor(count))
}

// share returns the gradient of the loss of example i, given that of the value.
func share[T Float](r Reduction, i int, dout []T, count float64) float64 {
	if r == ReduceNone {
		return float64(dout[i])
	}
	return float64(dout[0]) * r.factor(count)
}
