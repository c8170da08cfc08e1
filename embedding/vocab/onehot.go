package vocab

import (
	"fmt"
	"math"
	"slices"
)

const maxDense = math.MaxInt32 // 8 GiB of float32

// OneHot returns the vector of n numbers with a 1 at place i and 0 elsewhere: word
// i of a vocabulary of n. An i outside 0 … n-1 is [ErrRange].
func OneHot(n, i int) ([]float32, error) {
	return OneHotRows(n, []int{i})
}

// OneHotRows returns one one-hot vector an id, row after row: a len(ids) × n matrix
// in row-major order. It takes 4·n·len(ids) bytes; [SparseOneHot] takes 12 a word.
// More than 2^31-1 numbers are [ErrShape].
func OneHotRows(n int, ids []int) ([]float32, error) {
	for row, id := range ids {
		if id < 0 || id >= n {
			return nil, fmt.Errorf("%w: row %d has id %d, want 0 … %d", ErrRange, row, id, n-1)
		}
	}
	flat, err := zeros(len(ids), n) // (len(ids), n)
	if err != nil {
		return nil, err
	}
	for row, id := range ids {
		flat[row*n+id] = 1
	}
	return flat, nil
}

// SparseVector is a vector of N numbers of which only those at Index are not zero;
// Value[k] stands at Index[k]. Where a place is named twice, the values add up.
type SparseVector struct {
	N     int
	Index []int
	Value []float32
}

// SparseOneHot is [OneHot] in sparse form: one place, one value.
func SparseOneHot(n, i int) (SparseVector, error) {
	return checked(SparseVector{N: n, Index: []int{i}, Value: []float32{1}})
}

// BagOfWords counts the ids: the sum of their one-hot vectors, in sparse form with
// rising places. The order of the words is lost, their number is not.
func BagOfWords(n int, ids []int) (SparseVector, error) {
	v := SparseVector{N: n}
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if last := len(v.Index) - 1; last >= 0 && v.Index[last] == id {
			v.Value[last]++
			continue
		}
		v.Index = append(v.Index, id)
		v.Value = append(v.Value, 1)
	}
	return checked(v)
}

// Dense writes the vector out: N numbers.
func (v SparseVector) Dense() ([]float32, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	dense, err := zeros(1, v.N)
	if err != nil {
		return nil, err
	}
	for k, i := range v.Index {
		dense[i] += v.Value[k]
	}
	return dense, nil
}

// Times returns the product v W of the vector with an N × width matrix W in
// row-major order:
//
//	(v W)_j = Σ_k Value[k] · W[Index[k], j]
//
// For a one-hot vector that is the row of its word, bit for bit: the embedding
// look-up. Rows whose value is zero are never touched, so an infinity there does
// no harm, unlike in the dense product. It costs len(Index)·width operations.
func (v SparseVector) Times(matrix []float32, width int) ([]float32, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	if width < 0 || width > 0 && v.N > math.MaxInt/width || len(matrix) != v.N*width {
		return nil, fmt.Errorf("%w: matrix of %d numbers, want %d × %d", ErrShape, len(matrix), v.N, width)
	}
	product, err := zeros(1, width)
	if err != nil {
		return nil, err
	}
	for k, i := range v.Index {
		row := matrix[i*width : (i+1)*width] // (width)
		for j, x := range row {
			if k == 0 {
				product[j] = v.Value[k] * x // not 0 + x, which would lose the sign of -0
			} else {
				product[j] += v.Value[k] * x
			}
		}
	}
	return product, nil
}

// zeros makes rows × n zeros; a size that only a mistake can ask for is an error,
// since Go ends the program when memory runs out.
func zeros(rows, n int) ([]float32, error) {
	if n < 0 || n > 0 && rows > maxDense/n {
		return nil, fmt.Errorf("%w: %d × %d numbers, want at most 2^31-1", ErrShape, rows, n)
	}
	return make([]float32, rows*n), nil
}

func checked(v SparseVector) (SparseVector, error) {
	if err := v.check(); err != nil {
		return SparseVector{}, err
	}
	return v, nil
}

func (v SparseVector) check() error {
	if v.N < 0 || len(v.Index) != len(v.Value) {
		return fmt.Errorf("%w: N %d, %d places, %d values", ErrShape, v.N, len(v.Index), len(v.Value))
	}
	for _, i := range v.Index {
		if i < 0 || i >= v.N {
			return fmt.Errorf("%w: place %d, want 0 … %d", ErrRange, i, v.N-1)
		}
	}
	return nil
}
