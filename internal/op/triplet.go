package op

import (
	"fmt"
	"math"
)

// Direction says which side of a pair asks and which is found.
type Direction string

// The directions of a ranking loss over scores S_ij of row item i and column item j.
const (
	BothWays  Direction = "both"
	RowsToCol Direction = "rows" // row i asks: wrong columns compete
	ColToRows Direction = "cols" // column j asks: wrong rows compete
)

// TripletConfig holds the options of [Triplet].
type TripletConfig struct {
	Margin    float64 // m
	Hardest   bool    // only the hardest negative counts, instead of all
	Direction Direction
	Reduction Reduction
}

// Triplet is the hinge loss of in-batch negatives on a matrix of scores,
// S (batch, batch) with the true pairs on the diagonal:
//
//	rows:  Σ_i Σ_j max(0, m + S_ij − S_ii)    over the wrong columns j of row i
//	cols:  Σ_j Σ_i max(0, m + S_ij − S_jj)    over the wrong rows i of column j
//
// With Hardest the inner sum is a maximum. The mean divides each direction by
// batch with Hardest and by batch² without; the directions are added.
//
// Inputs: S, and any number of integer vectors (batch): pairs with an id in
// common are no negatives of each other. Gradient: +1 for each wrong pair that
// counts, −1 for the true one it is compared with; of equal maxima the first
// gets it.
//
// Source: Faghri, Fleet, Kiros & Fidler 2018, VSE++, equations 5 and 6.
func Triplet(c TripletConfig) (Spec, error) {
	switch {
	case math.IsNaN(c.Margin) || math.IsInf(c.Margin, 0) || c.Margin < 0:
		return Spec{}, fmt.Errorf("the ranking loss wants a margin of at least 0, got %v", c.Margin)
	case c.Direction != BothWays && c.Direction != RowsToCol && c.Direction != ColToRows:
		return Spec{}, fmt.Errorf("no direction is named %q", string(c.Direction))
	case c.Reduction == ReduceNone:
		return Spec{}, fmt.Errorf("the ranking loss wants the reduction mean or sum, got %q", string(c.Reduction))
	}
	if err := c.Reduction.check(); err != nil {
		return Spec{}, err
	}
	return Spec{Name: "triplet", F32: &triplet[float32]{TripletConfig: c}, F64: &triplet[float64]{TripletConfig: c}}, nil
}

type triplet[T Float] struct {
	TripletConfig
	d []T // gradient of the sum with respect to S, made by the forward pass
}

func (l *triplet[T]) Shape(in []Value[T]) ([]int, error) { return []int{}, pairShape(in) }

func (l *triplet[T]) Forward(in []Value[T], y Value[T]) error {
	s, n, p := in[0].Data, in[0].Rows(), inBatch[T]{in}
	l.d = grow(l.d, len(s))
	clear(l.d)
	sum := 0.0
	for i := range n {
		if l.Direction != ColToRows {
			sum += l.query(p, n, i, func(j int) int { return i*n + j })
		}
		if l.Direction != RowsToCol {
			sum += l.query(p, n, i, func(j int) int { return j*n + i })
		}
	}
	y.Data[0] = T(sum * l.factor(n))
	return nil
}

// query adds up the loss of item i against its wrong answers j, whose scores
// stand at place(j).
func (l *triplet[T]) query(p inBatch[T], n, i int, place func(j int) int) (sum float64) {
	s, worst := p.in[0].Data, -1
	for j := range n {
		if !p.negative(i, j) {
			continue
		}
		hinge := l.Margin + float64(s[place(j)]) - float64(s[place(i)])
		switch {
		case math.IsNaN(hinge):
			return hinge
		case hinge <= 0:
		case l.Hardest && (worst < 0 || s[place(j)] > s[place(worst)]):
			worst, sum = j, hinge
		case !l.Hardest:
			sum += hinge
			l.d[place(j)]++
			l.d[place(i)]--
		}
	}
	if worst >= 0 {
		l.d[place(worst)]++
		l.d[place(i)]--
	}
	return sum
}

// factor is what a sum over n pairs is multiplied by.
func (l *triplet[T]) factor(n int) float64 {
	if l.Hardest {
		return l.Reduction.factor(float64(n))
	}
	return l.Reduction.factor(float64(n) * float64(n))
}

func (l *triplet[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	din[0].AddScaled(T(float64(dy.Data[0])*l.factor(in[0].Rows())), l.d)
	return nil
}
