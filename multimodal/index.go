package multimodal

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/seed6481993f/verso/internal/kernel"
	"github.com/seed6481993f/verso/internal/safetensors"
)

// Index answers which of a number of vectors are nearest to a query by cosine,
// exactly: it looks at all of them. It does not change once made, so many
// goroutines may search one.
//
// Cost: n·D products a query, bounded by memory bandwidth; 4·n·D bytes.
type Index struct {
	ids  []string
	rows []float32 // of length 1, or 0
	dim  int
}

// Hit is one answer of an [Index].
type Hit struct {
	ID    string
	Row   int     // of the index
	Score float32 // cosine, from −1 to 1
}

// NewIndex makes an index of rows that follow one another in data, one for each
// id. It copies the rows and gives them length 1; a row of zeros has the cosine 0
// with everything.
func NewIndex(ids []string, data []float32, dim int) (*Index, error) {
	f, err := NewFeatures(slices.Clone(ids), slices.Clone(data), dim)
	if err != nil {
		return nil, err
	}
	x := &Index{ids: f.ids, rows: f.data, dim: dim}
	units(x.rows, dim)
	return x, nil
}

// unit gives a row the length 1, unless it is all zero.
func unit(row []float32) {
	norm := math.Sqrt(kernel.SumSquares(row))
	if norm > 0 && norm < 1e-30 { // 1/norm may be beyond float32
		kernel.Scale(1e30, row)
		norm = math.Sqrt(kernel.SumSquares(row))
	}
	if norm > 0 {
		kernel.Scale(float32(1/norm), row)
	}
}

// Len returns the number of rows.
func (x *Index) Len() int { return len(x.ids) }

// Dim returns the width of a row.
func (x *Index) Dim() int { return x.dim }

// IDs returns the names of the rows, in their order.
func (x *Index) IDs() []string { return slices.Clone(x.ids) }

// Search returns the k rows with the largest cosine to the query, largest first;
// of equal ones the lower row comes first. It returns fewer where there are fewer.
func (x *Index) Search(query []float32, k int) ([]Hit, error) {
	if len(query) != x.dim {
		return nil, fmt.Errorf("%w: the index wants queries of %d numbers, got %d", ErrShape, x.dim, len(query))
	}
	if k < 1 {
		return nil, fmt.Errorf("%w: at least 1 answer can be asked for, got %d", ErrShape, k)
	}
	q := slices.Clone(query)
	unit(q)
	for i, v := range q {
		if math.IsNaN(float64(v)) {
			return nil, fmt.Errorf("%w: %v in column %d of the query", ErrNotFinite, query[i], i)
		}
	}
	matches := kernel.TopK(min(k, x.Len()), q, x.rows, nil)
	hits := make([]Hit, len(matches))
	for i, m := range matches {
		hits[i] = Hit{ID: x.ids[m.Row], Row: m.Row, Score: m.Score}
	}
	return hits, nil
}

// Scores returns the cosines of queries, row by row, with all rows:
// (queries·dim) → (queries·n), in the order that [Rank] wants.
func (x *Index) Scores(queries []float32) ([]float32, error) {
	if len(queries)%x.dim != 0 {
		return nil, fmt.Errorf("%w: the index wants queries of %d numbers, got %d in all", ErrShape, x.dim, len(queries))
	}
	q := slices.Clone(queries)
	units(q, x.dim)
	return products(q, x.rows, x.dim), nil
}

// units gives each row the length 1.
func units(rows []float32, dim int) {
	for i := 0; i < len(rows); i += dim {
		unit(rows[i : i+dim])
	}
}

// products are those of each row of a with each row of b.
func products(a, b []float32, dim int) []float32 {
	n, m := len(a)/dim, len(b)/dim
	y := make([]float32, n*m)
	if len(y) > 0 {
		kernel.Gemm(false, true, n, m, dim, 1, a, dim, b, dim, 0, y, m)
	}
	return y
}

// indexKind names an index in a file's metadata, indexRows its tensor.
const (
	indexKind = "verso index 1"
	indexRows = "rows"
)

// lengthTolerance is how far from 1 the length of a row in a file may be.
const lengthTolerance = 1e-3

// Save writes the index as one safetensors file: the rows as the tensor "rows",
// the ids in the metadata.
func (x *Index) Save(w io.Writer) error {
	t, meta, err := x.tensors()
	if err != nil {
		return err
	}
	return safetensors.Write(w, t, meta)
}

// SaveFile writes the index to the file at path, whole or not at all.
func (x *Index) SaveFile(path string) error {
	t, meta, err := x.tensors()
	if err != nil {
		return err
	}
	return safetensors.WriteFile(path, t, meta)
}

func (x *Index) tensors() ([]safetensors.Tensor, map[string]string, error) {
	ids, err := json.Marshal(x.ids)
	if err != nil {
		return nil, nil, fmt.Errorf("ids: %w", err)
	}
	t := safetensors.Tensor{Name: indexRows, DType: safetensors.F32, Shape: []int{len(x.ids), x.dim}, Values: x.rows}
	return []safetensors.Tensor{t}, map[string]string{"model": indexKind, "ids": string(ids)}, nil
}

// LoadIndex reads an index that [Index.Save] wrote.
func LoadIndex(r io.Reader) (*Index, error) {
	f, err := safetensors.Read(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return indexFrom(f)
}

// LoadIndexFile reads an index from the file at path.
func LoadIndexFile(path string) (*Index, error) {
	f, err := safetensors.OpenFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	defer f.Close()
	x, err := indexFrom(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return x, nil
}

func indexFrom(f *safetensors.File) (*Index, error) {
	if f.Metadata["model"] != indexKind {
		return nil, fmt.Errorf("%w: it holds %.40q, want %q", ErrFile, f.Metadata["model"], indexKind)
	}
	var ids []string
	if err := json.Unmarshal([]byte(f.Metadata["ids"]), &ids); err != nil {
		return nil, fmt.Errorf("%w: ids: %w", ErrFile, err)
	}
	info, err := f.Info(indexRows)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	if len(info.Shape) != 2 || info.Shape[0] != len(ids) {
		return nil, fmt.Errorf("%w: %d ids, the rows are %v", ErrFile, len(ids), info.Shape)
	}
	rows, err := f.Float32s(indexRows)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	table, err := NewFeatures(ids, rows, info.Shape[1])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	for i := range ids {
		n := math.Sqrt(kernel.SumSquares(rows[i*table.dim : (i+1)*table.dim]))
		if n != 0 && math.Abs(n-1) > lengthTolerance {
			return nil, fmt.Errorf("%w: row %d, %q, wants the length 1, or 0, got %v", ErrFile, i, ids[i], n)
		}
	}
	return &Index{ids: table.ids, rows: table.data, dim: table.dim}, nil
}
