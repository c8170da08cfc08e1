package verso

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/internal/safetensors"
)

// SaveParams writes a model as one safetensors file: every parameter under its
// name (relative to the scope of ps), shape and precision, and the metadata, in
// which a model's configuration and vocabulary travel. Python reads it in one
// line. The same model gives the same bytes.
func SaveParams(w io.Writer, ps *Params, metadata map[string]string) error {
	if err := ps.Err(); err != nil {
		return err
	}
	return safetensors.Write(w, paramTensors(ps, ""), metadata)
}

// SaveParamsFile writes a model to the file at path, by [SaveParams]: to a
// temporary file in the same folder, synced, then renamed, so that a reader
// sees the old file or the new one and never a part.
func SaveParamsFile(path string, ps *Params, metadata map[string]string) error {
	if err := ps.Err(); err != nil {
		return err
	}
	return safetensors.WriteFile(path, paramTensors(ps, ""), metadata)
}

// LoadParams reads a file of [SaveParams] into ps and returns the metadata. File
// and model must have the same names, shapes and precision, and all numbers must be
// finite: otherwise the error wraps [ErrFile] and says what is missing, unexpected
// or of another shape, and no parameter is changed. Tensors of integers, which
// PyTorch keeps beside the weights, are passed over. For a part of a model see
// [ModelFile.LoadMatching].
func LoadParams(r io.Reader, ps *Params) (map[string]string, error) {
	f, err := ReadModelFile(r)
	if err != nil {
		return nil, err
	}
	return f.Metadata, f.LoadInto(ps)
}

// LoadParamsFile reads the file at path by [LoadParams].
func LoadParamsFile(path string, ps *Params) (map[string]string, error) {
	f, err := OpenModelFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Metadata, f.LoadInto(ps)
}

// ModelFile is a model file of which the metadata has been read: build the model
// that the metadata describes over [ModelFile.Params], or fill one that there is
// by [ModelFile.LoadInto].
type ModelFile struct {
	Metadata map[string]string // never nil
	file     *safetensors.File
}

// ReadModelFile reads a whole file from a stream. Memory is taken as bytes
// arrive, never for what the file merely claims.
func ReadModelFile(r io.Reader) (*ModelFile, error) {
	f, err := safetensors.Read(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return &ModelFile{Metadata: f.Metadata, file: f}, nil
}

// OpenModelFile opens the file at path and reads its head alone; the weights are
// read when parameters are made of them. Close it after that.
func OpenModelFile(path string) (*ModelFile, error) {
	f, err := safetensors.OpenFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return &ModelFile{Metadata: f.Metadata, file: f}, nil
}

// Close closes what [OpenModelFile] opened.
func (f *ModelFile) Close() error { return f.file.Close() }

// Names returns the names of the file's tensors, sorted.
func (f *ModelFile) Names() []string {
	var names []string
	for _, t := range f.file.Tensors() {
		names = append(names, t.Name)
	}
	slices.Sort(names)
	return names
}

// Shape returns the sizes of the tensor of that name.
func (f *ModelFile) Shape(name string) (shape []int, ok bool) {
	t, err := f.file.Info(name)
	return slices.Clone(t.Shape), err == nil
}

// Float32s returns the elements of a float32 tensor row by row.
func (f *ModelFile) Float32s(name string) ([]float32, error) {
	if err := f.wantType(name, safetensors.F32); err != nil {
		return nil, err
	}
	return f.file.Float32s(name)
}

// Float64s returns the elements of a float64 tensor row by row.
func (f *ModelFile) Float64s(name string) ([]float64, error) {
	if err := f.wantType(name, safetensors.F64); err != nil {
		return nil, err
	}
	return f.file.Float64s(name)
}

// integers reports whether a tensor holds no floating-point numbers: a count or
// positions that other programs keep beside the weights.
func (f *ModelFile) integers(name string) bool {
	t, err := f.file.Info(name)
	return err == nil && !slices.Contains([]safetensors.DType{safetensors.F16, safetensors.BF16, safetensors.F32, safetensors.F64}, t.DType)
}

func (f *ModelFile) numbers(name string) bool { return !f.integers(name) }

func (f *ModelFile) wantType(name string, want safetensors.DType) error {
	if t, err := f.file.Info(name); err == nil && t.DType != want {
		return fmt.Errorf("tensor %q: want %s, the file has %s", name, want, t.DType)
	}
	return nil // what is missing is found when it is read
}

// Params returns an empty set of parameters that take their values from the file
// as they are made, by [ParamsFrom]. [ModelFile.Complete] then says whether the
// model wanted all that the file holds.
func (f *ModelFile) Params() *Params { return ParamsFrom(f) }

// Complete returns an [ErrFile] that names the tensors of the file that ps has no
// parameters for.
func (f *ModelFile) Complete(ps *Params) error {
	if err := ps.Err(); err != nil {
		return err
	}
	if err := fits(f.file, paramTensors(ps, ""), f.numbers); err != nil {
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	return nil
}

// LoadInto copies the weights into ps, by the rules of [LoadParams].
func (f *ModelFile) LoadInto(ps *Params) error {
	if err := ps.Err(); err != nil {
		return err
	}
	wanted := paramTensors(ps, "")
	if err := fits(f.file, wanted, f.numbers); err != nil {
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	values, err := readTensors(f.file, wanted)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	for i, w := range wanted {
		if err := finiteValues(w.Name, values[i]); err != nil {
			return err
		}
	}
	for i, p := range ps.All() {
		_ = p.Set(values[i]) // of p's length: the shapes are equal
	}
	return nil
}

// finiteValues is [wantFinite] of a slice of either precision.
func finiteValues(name string, values any) error {
	if x, ok := values.([]float64); ok {
		return wantFinite(name, x)
	}
	x, _ := values.([]float32)
	return wantFinite(name, x)
}

// paramTensors describes the parameters of ps for a file. Values are shared, not copied.
func paramTensors(ps *Params, prefix string) []safetensors.Tensor {
	var ts []safetensors.Tensor
	for _, p := range ps.All() {
		t := floatTensor(prefix+strings.TrimPrefix(p.name, ps.prefix), p.value.Data())
		t.Shape = p.Shape()
		ts = append(ts, t)
	}
	return ts
}

// floatTensor describes a vector of float32 or float64.
func floatTensor(name string, values any) safetensors.Tensor {
	switch x := values.(type) {
	case []float32:
		return safetensors.Tensor{Name: name, DType: safetensors.F32, Shape: []int{len(x)}, Values: x}
	case []float64:
		return safetensors.Tensor{Name: name, DType: safetensors.F64, Shape: []int{len(x)}, Values: x}
	}
	return safetensors.Tensor{Name: name, Values: values} // of a type that safetensors refuses with the name
}

// fits compares what a file holds with what is wanted; tensors of other names
// than ours(name) are let pass.
func fits(f *safetensors.File, wanted []safetensors.Tensor, ours func(name string) bool) error {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	known := map[string]bool{}
	for _, w := range wanted {
		known[w.Name] = true
		info, err := f.Info(w.Name)
		switch {
		case err != nil:
			fault("tensor %q is missing", w.Name)
		case info.DType != w.DType || !slices.Equal(info.Shape, w.Shape):
			fault("tensor %q: wanted %s %v, the file has %s %v", w.Name, w.DType, w.Shape, info.DType, info.Shape)
		}
	}
	for _, info := range f.Tensors() {
		if ours(info.Name) && !known[info.Name] {
			fault("tensor %.100q is unexpected", info.Name)
		}
	}
	if len(faults) == 0 {
		return nil
	}
	const most = 8
	if n := len(faults) - most; n > 0 {
		faults = append(faults[:most], fmt.Sprintf("and %d more", n))
	}
	return errors.New(strings.Join(faults, "; "))
}

// readTensors reads the tensors that are wanted, each as []float32 or []float64.
func readTensors(f *safetensors.File, wanted []safetensors.Tensor) ([]any, error) {
	values := make([]any, len(wanted))
	for i, w := range wanted {
		var err error
		if w.DType == safetensors.F32 {
			values[i], err = f.Float32s(w.Name)
		} else {
			values[i], err = f.Float64s(w.Name)
		}
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}
