package op

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/internal/kernel"
)

// SinusoidalPositions adds to each row a signal of its place t in its sequence:
//
//	y_t[2i] = x_t[2i] + sin(t/10000^(2i/n)),  y_t[2i+1] = x_t[2i+1] + cos(t/10000^(2i/n))
//
//	x (total, n), lengths (batch) → y (total, n)
//
// Inputs: x, lengths. The signals are kept, one row for each place of the longest
// sequence so far. Source: Vaswani et al. 2017, section 3.5.
func SinusoidalPositions(features int) (Spec, error) {
	if features < 1 {
		return Spec{}, fmt.Errorf("positions want at least 1 feature, got %d", features)
	}
	return Spec{Name: "positions", F32: &positions[float32]{n: features}, F64: &positions[float64]{n: features}}, nil
}

type positions[T Float] struct {
	n     int
	table []T // rows of signals
}

func (p *positions[T]) Shape(in []Value[T]) ([]int, error) {
	if err := wantRank("the rows", in[0], 2); err != nil {
		return nil, err
	}
	if in[0].Cols() != p.n {
		return nil, fmt.Errorf("%w: want rows of %d features, got %v", ErrShape, p.n, in[0].Shape)
	}
	if err := wantIntegers("lengths", in[1]); err != nil {
		return nil, err
	}
	_, err := Lengths(in[1].Ints, in[0].Rows())
	return in[0].Shape, err
}

// Sinusoid writes the signal of place t over the features of row.
func Sinusoid[T Float](t int, row []T) {
	for j := range row {
		angle := float64(t) * math.Pow(10000, -float64(j&^1)/float64(len(row)))
		if j%2 == 0 {
			row[j] = T(math.Sin(angle))
		} else {
			row[j] = T(math.Cos(angle))
		}
	}
}

func (p *positions[T]) Forward(in []Value[T], y Value[T]) error {
	copy(y.Data, in[0].Data)
	at := 0
	for _, length := range in[1].Ints {
		for t := len(p.table) / p.n; t < length; t++ {
			p.table = grow2(p.table, (t+1)*p.n)
			Sinusoid(t, p.table[t*p.n:])
		}
		n := length * p.n
		kernel.Add(y.Data[at:at+n], y.Data[at:at+n], p.table[:n])
		at += n
	}
	return nil
}

func (p *positions[T]) Backward(_ []Value[T], _, dy Value[T], din []Grad[T]) error {
	din[0].AddScaled(1, dy.Data)
	return nil
}

// LearnedPositions adds to each row the vector of its place t in its sequence:
//
//	x (total, n), lengths (batch), table (limit, n) → y (total, n), y_t = x_t + table[t]
//
// Inputs: x, lengths, table. A sequence may have at most limit rows. The gradient
// of the table is row-sparse in Verso's own graphs.
func LearnedPositions() Spec {
	return Spec{Name: "positions", F32: learnedPositions[float32]{}, F64: learnedPositions[float64]{}}
}

type learnedPositions[T Float] struct{}

func (learnedPositions[T]) RowSparse() {}

func (learnedPositions[T]) Shape(in []Value[T]) ([]int, error) {
	x, lengths, table := in[0], in[1], in[2]
	if err := wantRank("the table", table, 2); err != nil {
		return nil, err
	}
	if len(x.Shape) != 2 || x.Cols() != table.Cols() {
		return nil, fmt.Errorf("%w: want rows of %d features, got %v", ErrShape, table.Cols(), x.Shape)
	}
	if err := wantIntegers("lengths", lengths); err != nil {
		return nil, err
	}
	for i, n := range lengths.Ints {
		if n > table.Rows() {
			return nil, fmt.Errorf("%w: sequence %d wants at most %d rows, got %d", ErrInput, i, table.Rows(), n)
		}
	}
	_, err := Lengths(lengths.Ints, x.Rows())
	return x.Shape, err
}

func (learnedPositions[T]) Forward(in []Value[T], y Value[T]) error {
	copy(y.Data, in[0].Data)
	at := 0
	for _, length := range in[1].Ints {
		n := length * y.Cols()
		kernel.Add(y.Data[at:at+n], y.Data[at:at+n], in[2].Data[:n])
		at += n
	}
	return nil
}

func (learnedPositions[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	din[0].AddScaled(1, dy.Data)
	g, w, at := din[2], dy.Cols(), 0
	if !g.Wanted() {
		return nil
	}
	if g.Rows == nil {
		g.Clear()
	}
	for _, length := range in[1].Ints {
		n := length * w
		if g.Rows == nil {
			kernel.Add(g.Data[:n], g.Data[:n], dy.Data[at:at+n])
		} else {
			for t := range length {
				row := g.Rows.Row(t)
				kernel.Add(row, row, dy.Data[at+t*w:at+(t+1)*w])
			}
		}
		at += n
	}
	return nil
}
