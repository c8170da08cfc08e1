package vectors

import (
	"fmt"
	"iter"
	"slices"
	"sync"
)

const (
	maxDim  = 1 << 20  // the largest D that is believed
	maxWord = 64 << 10 // bytes
)

// Vectors is a table of n words with a row of D float32 numbers each, rows 0 … n-1
// in the order of the file. It does not change once made, so many goroutines may
// read one. The zero value is an empty table.
type Vectors struct {
	words []string
	index map[string]int
	data  []float32 // (n, dim)
	dim   int

	once sync.Once
	unit []float32 // (n, dim), once a query has asked for it
}

// New makes Vectors of n words and n·dim numbers in row-major order. It keeps both
// slices: they must not be changed from then on. Words must differ ([ErrDuplicate]),
// dim must be 1 … 2^20 and the sizes must fit ([ErrShape]).
func New(words []string, data []float32, dim int) (*Vectors, error) {
	if err := checkDim(dim); err != nil {
		return nil, err
	}
	if len(data)%dim != 0 || len(data)/dim != len(words) {
		return nil, fmt.Errorf("%w: %d numbers, want %d words × %d", ErrShape, len(data), len(words), dim)
	}
	v := &Vectors{words: words, data: data, dim: dim, index: make(map[string]int, len(words))}
	for i, w := range words {
		if first, ok := v.index[w]; ok {
			return nil, fmt.Errorf("%w: %q has rows %d and %d", ErrDuplicate, w, first, i)
		}
		v.index[w] = i
	}
	return v, nil
}

// FromRows makes Vectors of a row a word; it copies the rows. All must have the
// length of the first, and there must be one.
func FromRows(words []string, rows [][]float32) (*Vectors, error) {
	if len(rows) == 0 {
		return nil, fmt.Errorf("%w: no rows", ErrShape)
	}
	dim := len(rows[0])
	data := make([]float32, 0, len(rows)*dim)
	for i, row := range rows {
		if len(row) != dim {
			return nil, fmt.Errorf("%w: row %d has %d numbers, want %d as in row 0", ErrShape, i, len(row), dim)
		}
		data = append(data, row...)
	}
	return New(slices.Clone(words), data, dim)
}

func checkDim(dim int) error {
	if dim < 1 || dim > maxDim {
		return fmt.Errorf("%w: dimension %d, want 1 … %d", ErrShape, dim, maxDim)
	}
	return nil
}

// Len is the number of words n.
func (v *Vectors) Len() int { return len(v.words) }

// Dim is the number of numbers in a row, D.
func (v *Vectors) Dim() int { return v.dim }

// Words returns a copy of the words in the order of their rows.
func (v *Vectors) Words() []string { return slices.Clone(v.words) }

// Index returns the number of a word's row; ok is false, and i is -1, for a word
// that is not in the table.
func (v *Vectors) Index(word string) (i int, ok bool) {
	if i, ok = v.index[word]; ok {
		return i, true
	}
	return -1, false
}

// Row returns the vector of a word. It is part of the table: read it only.
func (v *Vectors) Row(word string) (row []float32, ok bool) {
	i, ok := v.index[word]
	if !ok {
		return nil, false
	}
	return v.row(i), true
}

// Unit returns the vector of a word divided by its length, zeros where it has none. The
// first call makes the unit vectors of the whole table. Read it only.
func (v *Vectors) Unit(word string) (row []float32, ok bool) {
	i, ok := v.index[word]
	if !ok {
		return nil, false
	}
	return v.unitRow(i), true
}

// At returns word and vector of row i; ok is false outside 0 … Len()-1. The vector
// is part of the table: read it only.
func (v *Vectors) At(i int) (word string, row []float32, ok bool) {
	if i < 0 || i >= len(v.words) {
		return "", nil, false
	}
	return v.words[i], v.row(i), true
}

// All yields each word with its vector, in the order of the rows. The vectors are
// part of the table: read them only.
func (v *Vectors) All() iter.Seq2[string, []float32] {
	return func(yield func(string, []float32) bool) {
		for i, w := range v.words {
			if !yield(w, v.row(i)) {
				return
			}
		}
	}
}

// Select returns the vectors of some words, in their order, as a table of their own; it
// copies them. Errors: [ErrUnknown], which names all unknown words, and [ErrDuplicate].
func (v *Vectors) Select(words []string) (*Vectors, error) {
	rows, err := v.rowsOf(words)
	if err != nil {
		return nil, err
	}
	data := make([]float32, 0, len(rows)*v.dim)
	for _, i := range rows {
		data = append(data, v.row(i)...)
	}
	return New(slices.Clone(words), data, max(v.dim, 1)) // the zero table has no dimension, and no words
}

// Data returns the whole table, n × D in row-major order, to be read only.
func (v *Vectors) Data() []float32 { return v.data }

// row is capped, so that an append cannot reach the next row.
func (v *Vectors) row(i int) []float32 {
	return v.data[i*v.dim : (i+1)*v.dim : (i+1)*v.dim]
}
