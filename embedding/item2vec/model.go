package item2vec

import (
	"fmt"
	"io"
	"slices"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Model is what was learned: for each item its vector u and the vector c that it has as company. It does not change, so
// many goroutines may use one.
type Model struct {
	rows             *course.Model
	index            map[string]int
	vectors, company func() *vectors.Vectors
}

// own is what a model knows of its training beside the plan.
type own struct {
	Company int `json:"company"`
}

// newModel has no model without rows.
func newModel(rows *course.Model, err error) (*Model, error) {
	if rows == nil {
		return nil, err
	}
	m := &Model{
		rows: rows, index: make(map[string]int, len(rows.Names)),
		vectors: rows.Table(rows.Names, rows.Tables.In, 0), company: rows.Table(rows.Names, rows.Tables.Out, 0),
	}
	for i, name := range rows.Names {
		m.index[name] = i
	}
	return m, err
}

// Vectors returns the vectors of the items, by falling count: a copy, made at the first call.
func (m *Model) Vectors() *vectors.Vectors { return m.vectors() }

// CompanyVectors returns the vectors c: u_i · c_j is the higher the more j is expected in a set with i. They are a copy, made at the
// first call.
func (m *Model) CompanyVectors() *vectors.Vectors { return m.company() }

// Score returns u_i · c_j, the higher the more the model expects item j in a set with item i. Unknown items are [ErrItem].
func (m *Model) Score(item, company string) (float64, error) {
	i, ok := m.index[item]
	if !ok {
		return 0, fmt.Errorf("%w: %q", ErrItem, item)
	}
	j, ok := m.index[company]
	if !ok {
		return 0, fmt.Errorf("%w: %q", ErrItem, company)
	}
	return float64(kernel.Dot(m.rows.Tables.Input(i), m.rows.Tables.Target(j))), nil
}

// Dim is the number of numbers in a vector, D.
func (m *Model) Dim() int { return m.rows.Plan.Dim }

// Counts returns in how many sets each item was, in the order of the vectors.
func (m *Model) Counts() []int64 { return slices.Clone(m.rows.Counts) }

// Done tells whether training came to its end.
func (m *Model) Done() bool { return m.rows.Done() }

// Save writes the model, and where its training stands, as one safetensors file. The same model gives the same bytes.
func (m *Model) Save(w io.Writer) error { return kind.Save(w, m.rows) }

// SaveFile writes the model to the file at path, whole or not at all.
func (m *Model) SaveFile(path string) error { return kind.SaveFile(path, m.rows) }

// Load reads a model written by [Model.Save], or a checkpoint. What is no such file is [ErrFile].
func Load(r io.Reader) (*Model, error) { return loaded(kind.Load(r, nil)) }

// LoadFile reads the model in the file at path.
func LoadFile(path string) (*Model, error) { return loaded(kind.LoadFile(path, nil)) }

func loaded(rows *course.Model, err error) (*Model, error) {
	if err == nil {
		err = kind.CheckSizes(rows)
	}
	if err != nil {
		return nil, err
	}
	return newModel(rows, nil)
}
