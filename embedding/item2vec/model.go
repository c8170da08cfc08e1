package item2vec

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// Model is what was learned: for each item its vector u and the vector c that it has as company. It does not change, so
// many goroutines may use one.
type Model struct{ rows course.Model }

const kind = "verso.item2vec"

// Vectors returns the vectors of the items, by falling count. It copies them.
func (m *Model) Vectors() *vectors.Vectors { return m.copied(m.rows.In) }

// CompanyVectors returns the vectors c: u_i · c_j is the higher the more j is expected in a set with i. It copies them.
func (m *Model) CompanyVectors() *vectors.Vectors { return m.copied(m.rows.Out) }

// copied cannot fail: names differ and sizes fit.
func (m *Model) copied(rows []float32) *vectors.Vectors {
	v, err := vectors.New(slices.Clone(m.rows.Names), slices.Clone(rows), m.rows.Dim)
	if err != nil {
		return &vectors.Vectors{}
	}
	return v
}

// Dim is the number of numbers in a vector, D.
func (m *Model) Dim() int { return m.rows.Dim }

// Counts returns in how many sets each item was, in the order of the vectors.
func (m *Model) Counts() []int64 { return slices.Clone(m.rows.Counts) }

// Save writes the model as one safetensors file. The same model gives the same bytes.
func (m *Model) Save(w io.Writer) error { return wrap(m.rows.Save(w, kind, nil)) }

// SaveFile writes the model to the file at path, whole or not at all.
func (m *Model) SaveFile(path string) error { return wrap(m.rows.SaveFile(path, kind, nil)) }

// Load reads a model written by [Model.Save]. What is no such file is [ErrFile].
func Load(r io.Reader) (*Model, error) { return loaded(course.Load(r, kind, nil)) }

// LoadFile reads the model in the file at path.
func LoadFile(path string) (*Model, error) { return loaded(course.LoadFile(path, kind, nil)) }

func loaded(rows *course.Model, err error) (*Model, error) {
	if err == nil && (rows.Targets != rows.Inputs || len(rows.Names) != rows.Inputs || len(rows.Counts) != rows.Inputs) {
		err = fmt.Errorf("%w: %d items, %d names, %d counts, %d targets", course.ErrFile, rows.Inputs, len(rows.Names), len(rows.Counts), rows.Targets)
	}
	if err != nil {
		return nil, wrap(err)
	}
	return &Model{*rows}, nil
}

func wrap(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, course.ErrFile):
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	return fmt.Errorf("item2vec: %w", err)
}
