package torchfile

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/internal/kernel"
)

// dtype is the type of a storage's elements; the zero size marks those that are
// listed but cannot be read as floats.
type dtype struct {
	name string
	size int
}

var dtypes = map[global]dtype{
	"torch FloatStorage":    {"float32", 4},
	"torch DoubleStorage":   {"float64", 8},
	"torch HalfStorage":     {"float16", 2},
	"torch BFloat16Storage": {"bfloat16", 2},
	"torch LongStorage":     {"int64", 0},
	"torch IntStorage":      {"int32", 0},
	"torch ShortStorage":    {"int16", 0},
	"torch CharStorage":     {"int8", 0},
	"torch ByteStorage":     {"uint8", 0},
	"torch BoolStorage":     {"bool", 0},
}

// maxPickle is the largest pickle that is read: names and shapes of a model with
// many thousand parameters take some megabytes.
const maxPickle = 64 << 20

// File is an archive of torch.save that has been opened.
type File struct {
	tensors map[string]*tensor
	names   []string // in the order of the dict
	entries map[string]*zip.File
	closer  io.Closer
}

// Open reads the names and shapes of a state dict. Elements are read when they are asked for.
func Open(r io.ReaderAt, size int64) (*File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w (a file of before PyTorch 1.6 must be saved again)", ErrFormat, err)
	}
	f := &File{tensors: map[string]*tensor{}, entries: map[string]*zip.File{}}
	var pickle *zip.File
	prefix := ""
	for _, e := range z.File {
		if name, ok := strings.CutSuffix(e.Name, "data.pkl"); ok && pickle == nil && (name == "" || strings.HasSuffix(name, "/")) {
			pickle, prefix = e, name
		}
	}
	if pickle == nil {
		return nil, fmt.Errorf("%w: no entry data.pkl", ErrFormat)
	}
	for _, e := range z.File {
		if key, ok := strings.CutPrefix(e.Name, prefix+"data/"); ok {
			f.entries[key] = e
		}
		if e.Name == prefix+"byteorder" {
			if order, err := contents(e, 16); err != nil || strings.TrimSpace(string(order)) != "little" {
				return nil, fmt.Errorf("%w: byte order %.16q, want little", ErrFormat, order)
			}
		}
	}
	code, err := contents(pickle, maxPickle)
	if err != nil {
		return nil, fmt.Errorf("%w: data.pkl: %w", ErrFormat, err)
	}
	v, err := run(code)
	if err != nil {
		return nil, fmt.Errorf("data.pkl: %w", err)
	}
	return f, f.collect(v)
}

// OpenFile opens the file at path; close it.
func OpenFile(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	stat, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	f, err := Open(file, stat.Size())
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.closer = file
	return f, nil
}

// Close closes what [OpenFile] opened.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// contents reads an entry of at most so many bytes, as they come.
func contents(e *zip.File, most int64) ([]byte, error) {
	if e.Method != zip.Store {
		return nil, fmt.Errorf("%w: entry %.100q is compressed, which torch.save does not do", ErrFormat, e.Name)
	}
	r, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(b)) > most {
		return b[:most], fmt.Errorf("over %d bytes", most)
	}
	return b, err
}

// collect takes the tensors out of the dict, or out of its "state_dict" or "model".
func (f *File) collect(v any) error {
	d, ok := v.(*dict)
	if !ok {
		return fmt.Errorf("%w: it holds %T, want a dict of tensors", ErrPickle, v)
	}
	for i, key := range d.keys {
		name, ok := key.(string)
		if !ok {
			return fmt.Errorf("%w: a key of type %T, want a name", ErrPickle, key)
		}
		if inner, ok := d.values[i].(*dict); ok && inner != d && len(f.tensors) == 0 && (name == "state_dict" || name == "model") {
			return f.collect(&dict{inner.keys, tensorsOnly(inner.values)})
		}
		t, ok := d.values[i].(*tensor)
		if !ok {
			continue // numbers and texts beside the tensors
		}
		if _, twice := f.tensors[name]; twice {
			return fmt.Errorf("%w: %.100q twice", ErrTensor, name)
		}
		f.tensors[name], f.names = t, append(f.names, name)
	}
	return nil
}

// tensorsOnly keeps one level of nesting the last.
func tensorsOnly(values []any) []any {
	out := slices.Clone(values)
	for i, v := range out {
		if _, ok := v.(*tensor); !ok {
			out[i] = nil
		}
	}
	return out
}

// Names returns the names of the tensors in the order of the dict.
func (f *File) Names() []string { return slices.Clone(f.names) }

// Shape returns the sizes of a tensor's axes.
func (f *File) Shape(name string) (shape []int, ok bool) {
	t, ok := f.tensors[name]
	if !ok {
		return nil, false
	}
	return slices.Clone(t.shape), true
}

// Float32s returns the elements of a tensor of floats, row by row; float64 is rounded.
func (f *File) Float32s(name string) ([]float32, error) { return floats[float32](f, name) }

// Float64s returns the elements of a tensor of floats, row by row, exactly.
func (f *File) Float64s(name string) ([]float64, error) { return floats[float64](f, name) }

func floats[T float32 | float64](f *File, name string) ([]T, error) {
	t, ok := f.tensors[name]
	if !ok {
		return nil, fmt.Errorf("%w: %.100q", ErrNotFound, name)
	}
	if t.dtype.size == 0 {
		return nil, fmt.Errorf("%w: %.100q is %s, want floats", ErrTensor, name, t.dtype.name)
	}
	for _, n := range t.shape {
		if n == 0 {
			return []T{}, nil
		}
	}
	e, ok := f.entries[t.key]
	if !ok {
		return nil, fmt.Errorf("%w: %.100q: the archive has no storage %.100q", ErrTensor, name, t.key)
	}
	if t.len > math.MaxInt/8 || e.UncompressedSize64 != uint64(t.len*t.dtype.size) {
		return nil, fmt.Errorf("%w: %.100q: a storage of %d %s, the archive has %d bytes", ErrTensor, name, t.len, t.dtype.name, e.UncompressedSize64)
	}
	b, err := contents(e, int64(t.len*t.dtype.size))
	if err != nil {
		return nil, fmt.Errorf("%w: %.100q: %w", ErrTensor, name, err)
	}
	if len(b) != t.len*t.dtype.size {
		return nil, fmt.Errorf("%w: %.100q: %d bytes wanted, %d there", ErrTensor, name, t.len*t.dtype.size, len(b))
	}
	return gather(t, decode[T](t.dtype, b)), nil
}

// gather picks the view's elements, row by row, from those of its storage.
func gather[T float32 | float64](t *tensor, storage []T) []T {
	count := 1
	for _, n := range t.shape {
		count *= n
	}
	out := make([]T, 0, count)
	index := make([]int, len(t.shape))
	for at := t.offset; ; {
		out = append(out, storage[at])
		k := len(index) - 1
		for ; k >= 0; k-- {
			at += t.strides[k]
			if index[k]++; index[k] < t.shape[k] {
				break
			}
			at -= index[k] * t.strides[k]
			index[k] = 0
		}
		if k < 0 {
			return out
		}
	}
}

// decode reads the elements of a storage.
func decode[T float32 | float64](d dtype, b []byte) []T {
	out := make([]T, len(b)/d.size)
	switch d.name {
	case "float64":
		for i := range out {
			out[i] = T(math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])))
		}
	case "float16":
		widen(out, b, kernel.Float16ToFloat32)
	case "bfloat16":
		widen(out, b, kernel.BFloat16ToFloat32)
	default:
		for i := range out {
			out[i] = T(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
		}
	}
	return out
}

// widen reads elements of two bytes.
func widen[T float32 | float64](out []T, b []byte, convert func(dst []float32, src []uint16)) {
	half, wide := make([]uint16, len(out)), make([]float32, len(out))
	for i := range half {
		half[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	convert(wide, half)
	for i, v := range wide {
		out[i] = T(v)
	}
}
