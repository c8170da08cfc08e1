package course

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/internal/safetensors"
)

// Model is what was learned of named rows, and how: all that is needed to use it, and to go on.
type Model struct {
	Plan     Plan
	Names    []string // of the inputs, or of the first of them; all differ
	Tags     []string // of the inputs behind those; all differ
	Counts   []int64  // of the targets, or none
	Tables   *loglinear.Tables[float32]
	Position loglinear.Position // where its training stands

	own    json.RawMessage // the package's own settings
	corpus string          // a fingerprint
}

// Done tells whether training came to its end.
func (m *Model) Done() bool { return m.Position.Epoch >= m.Plan.Epochs }

// Vectors copies n rows from the first on of a table, under names.
func (m *Model) Vectors(names []string, table []float32, first int) *vectors.Vectors {
	d, stride := m.Tables.Dim, m.Tables.Stride
	rows := make([]float32, len(names)*d)
	for i := range names {
		copy(rows[i*d:(i+1)*d], table[(first+i)*stride:])
	}
	v, err := vectors.New(slices.Clone(names), rows, d)
	if err != nil {
		return &vectors.Vectors{} // never: names differ, and there is a row for each
	}
	return v
}

// Table is [Model.Vectors] made when it is first asked for, and kept, for models that do not change.
func (m *Model) Table(names []string, table []float32, first int) func() *vectors.Vectors {
	return sync.OnceValue(func() *vectors.Vectors { return m.Vectors(names, table, first) })
}

// A file is safetensors: "in" (inputs, D) and "out" (targets, D), the counts, and the names as their bytes one after another and where each of
// them ends. Plan, position and the package's own settings are JSON in the metadata.
type head struct {
	Version  int                `json:"version"`
	Training json.RawMessage    `json:"training"`
	Position loglinear.Position `json:"position"`
}

const version = 2

// training is what two models must have in common for one to go on where the other stands.
type training struct {
	Plan   Plan            `json:"plan"`
	Own    json.RawMessage `json:"own"`
	Corpus string          `json:"corpus"`
}

func (m *Model) training() (json.RawMessage, error) {
	t := training{m.Plan, m.own, m.corpus}
	t.Plan.Blocks = max(1, t.Plan.Blocks)
	return json.Marshal(t)
}

func (k *Kind) key() string { return "verso." + k.Name }

func (k *Kind) encode(m *Model) ([]safetensors.Tensor, map[string]string, error) {
	t, err := m.training()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", k.Name, err)
	}
	h, err := json.Marshal(head{version, t, m.Position})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", k.Name, err)
	}
	table := func(name string, x []float32) safetensors.Tensor {
		dense := m.Tables.Dense(x)
		return safetensors.Tensor{Name: name, DType: safetensors.F32, Shape: []int{len(dense) / m.Tables.Dim, m.Tables.Dim}, Values: dense}
	}
	tensors := []safetensors.Tensor{table("in", m.Tables.In), table("out", m.Tables.Out), integers("counts", m.Counts)}
	tensors = append(tensors, names("names", m.Names)...)
	return append(tensors, names("tags", m.Tags)...), map[string]string{k.key(): string(h)}, nil
}

func integers(name string, x []int64) safetensors.Tensor {
	return safetensors.Tensor{Name: name, DType: safetensors.I64, Shape: []int{len(x)}, Values: x}
}

// names describes any bytes, and any number of them: a header of JSON has bounds for both.
func names(name string, list []string) []safetensors.Tensor {
	var text []byte
	ends := make([]int64, len(list))
	for i, s := range list {
		text = append(text, s...)
		ends[i] = int64(len(text))
	}
	return []safetensors.Tensor{
		{Name: name, DType: safetensors.U8, Shape: []int{len(text)}, Values: text}, integers(name+".ends", ends),
	}
}

// Save writes the model as one safetensors file. The same model gives the same bytes.
func (k *Kind) Save(w io.Writer, m *Model) error {
	tensors, metadata, err := k.encode(m)
	if err != nil {
		return err
	}
	if err := safetensors.Write(w, tensors, metadata); err != nil {
		return fmt.Errorf("%s: %w", k.Name, err)
	}
	return nil
}

// SaveFile writes the file at path, whole or not at all.
func (k *Kind) SaveFile(path string, m *Model) error {
	tensors, metadata, err := k.encode(m)
	if err != nil {
		return err
	}
	if err := safetensors.WriteFile(path, tensors, metadata); err != nil {
		return fmt.Errorf("%s: %w", k.Name, err)
	}
	return nil
}

// Load reads a model that Save of the same kind has written, and into own, unless it is nil, the package's own settings. What is no such file is
// the kind's ErrFile.
func (k *Kind) Load(r io.Reader, own any) (*Model, error) {
	f, err := safetensors.Read(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", k.ErrFile, err)
	}
	return k.decode(f, own)
}

// LoadFile reads the file at path.
func (k *Kind) LoadFile(path string, own any) (*Model, error) {
	f, err := safetensors.OpenFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", k.ErrFile, err)
	}
	defer f.Close()
	m, err := k.decode(f, own)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func (k *Kind) decode(f *safetensors.File, own any) (*Model, error) {
	bad := func(err error) (*Model, error) { return nil, fmt.Errorf("%w: %w", k.ErrFile, err) }
	m, err := k.head(f, own)
	if err != nil {
		return bad(err)
	}
	if m.Names, err = readNames(f, "names"); err != nil {
		return bad(err)
	}
	if m.Tags, err = readNames(f, "tags"); err != nil {
		return bad(err)
	}
	if m.Counts, err = f.Int64s("counts"); err != nil {
		return bad(err)
	}
	for i, n := range m.Counts {
		if n < 0 {
			return bad(fmt.Errorf("count %d is %d", i, n))
		}
	}
	if m.Tables, err = readTables(f, m.Plan.Dim); err != nil {
		return bad(err)
	}
	if named := len(m.Names) + len(m.Tags); named > m.Tables.Inputs() {
		return bad(fmt.Errorf("%d names and tags for %d inputs", named, m.Tables.Inputs()))
	}
	return m, nil
}

func (k *Kind) head(f *safetensors.File, own any) (*Model, error) {
	var h head
	if err := json.Unmarshal([]byte(f.Metadata[k.key()]), &h); err != nil {
		return nil, fmt.Errorf("no model of %s: %w", k.Name, err)
	}
	if h.Version != version {
		return nil, fmt.Errorf("version %d, want %d", h.Version, version)
	}
	var t training
	if err := json.Unmarshal(h.Training, &t); err != nil {
		return nil, fmt.Errorf("how it was trained: %w", err)
	}
	if err := k.Check(&t.Plan); err != nil {
		return nil, err
	}
	if own != nil {
		if err := json.Unmarshal(t.Own, own); err != nil {
			return nil, fmt.Errorf("how it was trained: %w", err)
		}
	}
	if h.Position.Epoch < 0 || h.Position.Epoch > t.Plan.Epochs || h.Position.Block < 0 {
		return nil, fmt.Errorf("impossible position %+v", h.Position)
	}
	return &Model{Plan: t.Plan, Position: h.Position, own: t.Own, corpus: t.Corpus}, nil
}

// CheckSizes tells whether the tables of a loaded model, each of whose names is a target with its count, have the rows that its plan asks for.
func (k *Kind) CheckSizes(m *Model) error {
	n, t := len(m.Names), m.Tables
	if n < 1 || len(m.Counts) != n || t.Inputs() != n+len(m.Tags) || t.Targets() != m.Plan.Rows(n) {
		return fmt.Errorf("%w: %d names, %d tags, %d counts, %d inputs, %d targets do not fit", k.ErrFile, n, len(m.Tags), len(m.Counts),
			t.Inputs(), t.Targets())
	}
	return nil
}

// readTables looks at the shapes before it takes memory.
func readTables(f *safetensors.File, dim int) (*loglinear.Tables[float32], error) {
	var rows [2]int
	parts := [2]string{"in", "out"}
	for i, name := range parts {
		info, err := f.Info(name)
		if err != nil {
			return nil, err
		}
		if info.DType != safetensors.F32 || len(info.Shape) != 2 || info.Shape[1] != dim {
			return nil, fmt.Errorf("tensor %q: wanted F32 [n %d], the file has %s %v", name, dim, info.DType, info.Shape)
		}
		rows[i] = info.Shape[0]
	}
	t, err := loglinear.NewTables[float32](rows[0], rows[1], dim)
	if err != nil {
		return nil, err
	}
	for i, table := range [2][]float32{t.In, t.Out} {
		x, err := f.Float32s(parts[i])
		if err != nil {
			return nil, err
		}
		for r := range rows[i] {
			copy(table[r*t.Stride:], x[r*dim:(r+1)*dim])
		}
	}
	return t, t.Finite()
}

func readNames(f *safetensors.File, name string) ([]string, error) {
	ends, err := f.Int64s(name + ".ends")
	if err != nil {
		return nil, err
	}
	if info, err := f.Info(name); err != nil || info.DType != safetensors.U8 {
		return nil, fmt.Errorf("tensor %q: wanted U8, the file has %s: %w", name, info.DType, err)
	}
	raw, err := f.Bytes(name)
	if err != nil {
		return nil, err
	}
	text := string(raw)
	list, seen, start := make([]string, len(ends)), make(map[string]bool, len(ends)), int64(0)
	for i, end := range ends {
		if end < start || end > int64(len(text)) {
			return nil, fmt.Errorf("%s: number %d ends at byte %d, want %d … %d", name, i, end, start, len(text))
		}
		list[i] = text[start:end]
		if seen[list[i]] {
			return nil, fmt.Errorf("%s: %.80q comes twice", name, list[i])
		}
		seen[list[i]] = true
		start = end
	}
	return list, nil
}
