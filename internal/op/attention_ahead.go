package op

import "fmt"

// RowAhead puts a row before those of every sequence, the same for all or zeros:
//
//	x (Σ l, w), row of w numbers → y (Σ (l + 1), w)
//
// As a key and its value it is what a query can take where nothing else suits it.
// The lengths of y are those of [LengthsAhead].
//
// Inputs: x, the lengths l and, where it is given, the row. Gradients: the rows of dy
// that came from x, and the sum of all others.
func RowAhead(given bool) Spec {
	return Spec{Name: "row ahead", F32: rowAhead[float32]{given}, F64: rowAhead[float64]{given}}
}

// LengthsAhead are the lengths after [RowAhead].
var LengthsAhead = IntSpec{Name: "row ahead", F: func(out []int, in ...[]int) ([]int, error) {
	for _, n := range in[0] {
		out = append(out, n+1)
	}
	return out, nil
}}

type rowAhead[T Float] struct{ given bool }

func (r rowAhead[T]) Shape(in []Value[T]) ([]int, error) {
	x, lengths := in[0], in[1]
	if err := wantRank("the rows", x, 2); err != nil {
		return nil, err
	}
	if err := wantIntegers("lengths", lengths); err != nil {
		return nil, err
	}
	if r.given && size(in[2].Shape) != x.Cols() {
		return nil, fmt.Errorf("%w: rows %v want one of %d numbers ahead, got %v", ErrShape, x.Shape, x.Cols(), in[2].Shape)
	}
	rows, err := Lengths(lengths.Ints, x.Rows())
	return []int{rows + len(lengths.Ints), x.Cols()}, err
}

// each calls f for each sequence: it begins at row from of x and at row to of y.
func (r rowAhead[T]) each(lengths []int, f func(from, to, n int)) {
	from := 0
	for i, n := range lengths {
		f(from, from+i, n)
		from += n
	}
}

func (r rowAhead[T]) Forward(in []Value[T], y Value[T]) error {
	w := y.Cols()
	r.each(in[1].Ints, func(from, to, n int) {
		if r.given {
			copy(y.Data[to*w:(to+1)*w], in[2].Data)
		} else {
			clear(y.Data[to*w : (to+1)*w])
		}
		copy(y.Data[(to+1)*w:(to+1+n)*w], in[0].Data[from*w:])
	})
	return nil
}

func (r rowAhead[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	w := dy.Cols()
	for _, d := range din {
		d.Clear()
	}
	add := func(d Grad[T], at int, g []T) {
		if !d.Wanted() {
			return
		}
		for i, x := range g {
			d.Data[at+i] += x
		}
	}
	r.each(in[1].Ints, func(from, to, n int) {
		add(din[0], from*w, dy.Data[(to+1)*w:(to+1+n)*w])
		if r.given {
			add(din[2], 0, dy.Data[to*w:(to+1)*w])
		}
	})
	return nil
}
