package node2vec

import (
	"fmt"
	"io"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/internal/kernel"
)

// Model is what was learned: a vector z_u for each node, and the vectors c_v that it was learned against. It does not
// change, so many goroutines may use one.
type Model struct {
	rows    *course.Model
	index   map[string]int
	vectors func() *vectors.Vectors
}

// own is what a model knows of its training beside the plan.
type own struct {
	Window      int  `json:"window"`
	FixedWindow bool `json:"fixed_window"`
}

// newModel has no model without rows.
func newModel(rows *course.Model, err error) (*Model, error) {
	if rows == nil {
		return nil, err
	}
	m := &Model{rows, make(map[string]int, len(rows.Names)), rows.Table(rows.Names, rows.Tables.In, 0)}
	for i, name := range rows.Names {
		m.index[name] = i
	}
	return m, err
}

// Vectors returns the vectors of the nodes, in the order of [Graph.Nodes]: a copy, made at the first call.
func (m *Model) Vectors() *vectors.Vectors { return m.vectors() }

// Dim is the number of numbers in a vector, D.
func (m *Model) Dim() int { return m.rows.Plan.Dim }

// Done tells whether training came to its end.
func (m *Model) Done() bool { return m.rows.Done() }

// Score returns z_u · c_v, the higher the more the model expects v near u on a walk. Unknown nodes are [ErrNode].
func (m *Model) Score(u, v string) (float64, error) {
	i, ok := m.index[u]
	if !ok {
		return 0, fmt.Errorf("%w: %q", ErrNode, u)
	}
	j, ok := m.index[v]
	if !ok {
		return 0, fmt.Errorf("%w: %q", ErrNode, v)
	}
	return float64(kernel.Dot(m.rows.Tables.Input(i), m.rows.Tables.Target(j))), nil
}

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
