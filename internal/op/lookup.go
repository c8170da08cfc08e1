package op

import (
	"fmt"

	"github.com/seed6481993f/verso/internal/kernel"
)

// LookupConfig holds the options of [Lookup].
type LookupConfig struct {
	// PadRow, where not negative, is a row whose gradient is zero. The forward
	// pass returns the row as it is stored.
	PadRow int
	// ScaleByFrequency divides each row's gradient by the number of times its
	// id occurs in the batch.
	ScaleByFrequency bool
	// Renorm, where it is not nil, limits the norm of the rows taken. Mode then
	// says whether the table itself is rescaled.
	Renorm *Renorm
	Mode   *Mode
}

// Lookup takes rows of a table by number:
//
//	ids (…), table (rows, width) → y (…, width), y_i = table[ids_i]
//
// Inputs: ids, table. The gradient of the table is the sum of the rows of dy
// that were taken from it: row-sparse in Verso's own graphs.
func Lookup(c LookupConfig) Spec {
	return Spec{Name: "embedding", F32: lookup[float32]{c}, F64: lookup[float64]{c}}
}

type lookup[T Float] struct{ LookupConfig }

func (lookup[T]) RowSparse() {}

func (l lookup[T]) Shape(in []Value[T]) ([]int, error) {
	ids, table := in[0], in[1]
	if err := l.Renorm.valid(); err != nil {
		return nil, err
	}
	if err := wantRank("the table", table, 2); err != nil {
		return nil, err
	}
	for i, id := range ids.Ints {
		if id < 0 || id >= table.Rows() {
			return nil, fmt.Errorf("%w: id %d at place %d, the table has %d rows", ErrInput, id, i, table.Rows())
		}
	}
	return append(append([]int{}, ids.Shape...), table.Cols()), nil
}

func (l lookup[T]) Forward(in []Value[T], y Value[T]) error {
	ids, table := in[0].Ints, in[1]
	w := table.Cols()
	if l.Renorm != nil {
		renormed(l.Renorm, l.Mode != nil && l.Mode.Train, ids, table.Data, y.Data, w)
		return nil
	}
	for i, id := range ids {
		copy(y.Data[i*w:(i+1)*w], table.Data[id*w:(id+1)*w])
	}
	return nil
}

func (l lookup[T]) Backward(in []Value[T], _, dy Value[T], din []Grad[T]) error {
	g := din[1]
	if !g.Wanted() {
		return nil
	}
	ids, w := in[0].Ints, in[1].Cols()
	var count map[int]int
	if l.ScaleByFrequency {
		count = make(map[int]int, len(ids))
		for _, id := range ids {
			count[id]++
		}
	}
	if g.Rows == nil {
		g.Clear()
	}
	for i, id := range ids {
		if id == l.PadRow {
			continue
		}
		var d []T
		if g.Rows != nil {
			d = g.Rows.Row(id)
		} else {
			d = g.Data[id*w : (id+1)*w]
		}
		src := dy.Data[i*w : (i+1)*w]
		if count != nil {
			f := 1 / T(count[id])
			for j, v := range src {
				d[j] += f * v
			}
			continue
		}
		kernel.Add(d, d, src)
	}
	return nil
}
