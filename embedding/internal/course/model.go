package course

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"unicode/utf8"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/internal/safetensors"
)

// Model is named rows: what was learned of n inputs, and the table of their targets, so that learning can be gone on with.
type Model struct {
	Names   []string `json:"names"` // of the inputs, or of the first of them; all differ
	Counts  []int64  `json:"counts"`
	Dim     int      `json:"dim"`
	Inputs  int      `json:"inputs"`
	Targets int      `json:"targets"`

	In  []float32 `json:"-"` // (Inputs, Dim)
	Out []float32 `json:"-"` // (Targets, Dim)
}

// Of makes a model of tables.
func Of(t *loglinear.Tables[float32], names []string, counts []int64) Model {
	return Model{
		Names: names, Counts: counts, Dim: t.Dim, Inputs: t.Inputs(), Targets: t.Targets(),
		In: t.Dense(t.In), Out: t.Dense(t.Out),
	}
}

// Row returns input row i, to be read only.
func (m *Model) Row(i int) []float32 { return m.In[i*m.Dim : (i+1)*m.Dim : (i+1)*m.Dim] }

// head is the JSON in the metadata of a model's file.
type head struct {
	Version int             `json:"version"`
	Model   *Model          `json:"model"`
	Extra   json.RawMessage `json:"extra,omitempty"`
}

func (m *Model) encode(kind string, extra any) ([]safetensors.Tensor, map[string]string, error) {
	for i, name := range m.Names {
		if !utf8.ValidString(name) {
			return nil, nil, fmt.Errorf("name %d is not UTF-8: %.80q", i, name)
		}
	}
	raw, err := json.Marshal(extra)
	if err != nil {
		return nil, nil, err
	}
	h, err := json.Marshal(head{1, m, raw})
	if err != nil {
		return nil, nil, err
	}
	return pair(m.In, m.Out, m.Dim), map[string]string{kind: string(h)}, nil
}

// Save writes a safetensors file: tensors in and out, and names, counts and extra as JSON in the metadata under kind.
func (m *Model) Save(w io.Writer, kind string, extra any) error {
	tensors, metadata, err := m.encode(kind, extra)
	if err != nil {
		return err
	}
	return safetensors.Write(w, tensors, metadata)
}

// SaveFile writes the file at path, whole or not at all.
func (m *Model) SaveFile(path, kind string, extra any) error {
	tensors, metadata, err := m.encode(kind, extra)
	if err != nil {
		return err
	}
	return safetensors.WriteFile(path, tensors, metadata)
}

// Load reads a file that Save has written under the same kind.
func Load(r io.Reader, kind string, extra any) (*Model, error) {
	f, err := safetensors.Read(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return decode(f, kind, extra)
}

// LoadFile reads the file at path.
func LoadFile(path, kind string, extra any) (*Model, error) {
	f, err := safetensors.OpenFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	defer f.Close()
	m, err := decode(f, kind, extra)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func decode(f *safetensors.File, kind string, extra any) (*Model, error) {
	var h head
	if err := json.Unmarshal([]byte(f.Metadata[kind]), &h); err != nil {
		return nil, fmt.Errorf("%w: no model of %s: %w", ErrFile, kind, err)
	}
	m := h.Model
	if h.Version != 1 || m == nil {
		return nil, fmt.Errorf("%w: version %d of %s, want 1 and a model", ErrFile, h.Version, kind)
	}
	if m.Dim < 1 || m.Dim > 1<<20 || m.Inputs < 1 || m.Targets < 0 || len(m.Names) > m.Inputs || len(m.Counts) > len(m.Names) {
		return nil, fmt.Errorf("%w: %d names, %d counts, %d inputs, %d targets, dimension %d do not fit", ErrFile,
			len(m.Names), len(m.Counts), m.Inputs, m.Targets, m.Dim)
	}
	seen := make(map[string]bool, len(m.Names))
	for _, name := range m.Names {
		if seen[name] {
			return nil, fmt.Errorf("%w: the name %.80q comes twice", ErrFile, name)
		}
		seen[name] = true
	}
	for i, n := range m.Counts {
		if n < 0 {
			return nil, fmt.Errorf("%w: count %d of %.80q", ErrFile, n, m.Names[i])
		}
	}
	if extra != nil {
		if err := json.Unmarshal(h.Extra, extra); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFile, err)
		}
	}
	var err error
	if m.In, err = rows(f, "in", m.Inputs, m.Dim); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	if m.Out, err = rows(f, "out", m.Targets, m.Dim); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return m, nil
}

// Print is a fingerprint of a corpus and its names.
func Print(c *loglinear.Corpus, names []string) string {
	h := fnv.New64a()
	for _, name := range names {
		_, _ = h.Write([]byte(name)) // never fails
		_, _ = h.Write([]byte{0})
	}
	var b [4]byte
	for _, ids := range c.All() {
		for _, id := range ids {
			binary.LittleEndian.PutUint32(b[:], uint32(id))
			_, _ = h.Write(b[:])
		}
		_, _ = h.Write([]byte("end"))
	}
	return fmt.Sprintf("%016x", h.Sum64())
}
