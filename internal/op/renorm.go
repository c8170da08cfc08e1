package op

import (
	"fmt"
	"math"
	"sync"
)

// Renorm keeps the rows that [Lookup] takes to a norm of at most MaxNorm:
//
//	row ← row · MaxNorm / (‖row‖_P + 10⁻⁷)   where ‖row‖_P > MaxNorm
//
// While training, the row of the table is rescaled itself, before it is taken.
// In evaluation the table is left alone and what is taken is rescaled, which
// gives the same numbers. The gradient is that of a plain lookup, as in PyTorch:
// it does not go through the norm.
//
// A row within the limit is left as it is, and a row that was rescaled is within
// it, so the result depends neither on the order of the ids nor on the number of
// graphs over one table. All of them hold the same Renorm, which lets them take
// turns.
type Renorm struct {
	MaxNorm float64
	P       float64 // above 0; +Inf is the largest magnitude
	lock    sync.RWMutex
}

// valid returns an error where an option is out of its range.
func (r *Renorm) valid() error {
	if r != nil && !(r.MaxNorm > 0 && r.P > 0) {
		return fmt.Errorf("%w: a limit of %v on a norm of order %v", ErrInput, r.MaxNorm, r.P)
	}
	return nil
}

// limit rescales a row whose norm exceeds the limit and reports whether it did.
func limit[T Float](r *Renorm, row []T) bool {
	norm := rowNorm(row, r.P)
	if !(norm > r.MaxNorm) {
		return false
	}
	factor := r.MaxNorm / (norm + 1e-7)
	for {
		for i, v := range row {
			row[i] = T(float64(v) * factor)
		}
		if !(rowNorm(row, r.P) > r.MaxNorm) {
			return true
		}
		factor = 1 - 0x1p-22 // rounding left it above by a hair
	}
}

// renormed copies the rows that ids name to y, none above the limit. While
// training the table's own rows are rescaled first.
func renormed[T Float](r *Renorm, train bool, ids []int, table, y []T, width int) {
	if train {
		r.lock.Lock()
		defer r.lock.Unlock()
	} else {
		r.lock.RLock()
		defer r.lock.RUnlock()
	}
	for i, id := range ids {
		row, out := table[id*width:(id+1)*width], y[i*width:(i+1)*width]
		if train {
			limit(r, row)
			copy(out, row)
		} else {
			copy(out, row)
			limit(r, out)
		}
	}
}

// rowNorm is (Σ |x_i|^p)^(1/p).
func rowNorm[T Float](row []T, p float64) float64 {
	var sum float64
	switch {
	case p == 2:
		for _, v := range row {
			sum += float64(v) * float64(v)
		}
		return math.Sqrt(sum)
	case math.IsInf(p, 1):
		for _, v := range row {
			sum = max(sum, math.Abs(float64(v)))
		}
		return sum
	}
	for _, v := range row {
		sum += math.Pow(math.Abs(float64(v)), p)
	}
	return math.Pow(sum, 1/p)
}
