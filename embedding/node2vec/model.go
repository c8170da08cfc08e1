package node2vec

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/seed6481993f/verso/embedding/internal/course"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// Model is what was learned: a vector z_u for each node, and the vectors c_v that it was learned against. It does not
// change, so many goroutines may use one.
type Model struct {
	rows  course.Model
	index map[string]int
}

const kind = "verso.node2vec"

func newModel(rows course.Model) *Model {
	m := &Model{rows, make(map[string]int, len(rows.Names))}
	for i, name := range rows.Names {
		m.index[name] = i
	}
	return m
}

// Vectors returns the vectors of the nodes, in the order of [Graph.Nodes]. It copies them.
func (m *Model) Vectors() *vectors.Vectors {
	v, err := vectors.New(slices.Clone(m.rows.Names), slices.Clone(m.rows.In), m.rows.Dim)
	if err != nil {
		return &vectors.Vectors{} // never: names differ and sizes fit
	}
	return v
}

// Dim is the number of numbers in a vector, D.
func (m *Model) Dim() int { return m.rows.Dim }

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
	sum := 0.0
	for k, x := range m.rows.Row(i) {
		sum += float64(x) * float64(m.rows.Out[j*m.rows.Dim+k])
	}
	return sum, nil
}

// Save writes the model as one safetensors file. The same model gives the same bytes.
func (m *Model) Save(w io.Writer) error { return wrap(m.rows.Save(w, kind, nil)) }

// SaveFile writes the model to the file at path, whole or not at all.
func (m *Model) SaveFile(path string) error { return wrap(m.rows.SaveFile(path, kind, nil)) }

// Load reads a model written by [Model.Save]. What is no such file is [ErrFile].
func Load(r io.Reader) (*Model, error) { return loaded(course.Load(r, kind, nil)) }

// LoadFile reads the model in the file at path.
func LoadFile(path string) (*Model, error) { return loaded(course.LoadFile(path, kind, nil)) }

func loaded(rows *course.Model, err error) (*Model, error) {
	if err == nil && rows.Targets != rows.Inputs {
		err = fmt.Errorf("%w: %d nodes and %d targets", course.ErrFile, rows.Inputs, rows.Targets)
	}
	if err != nil {
		return nil, wrap(err)
	}
	return newModel(*rows), nil
}

func wrap(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, course.ErrFile):
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	return fmt.Errorf("node2vec: %w", err)
}
