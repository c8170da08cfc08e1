package safetensors

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
)

// A File is a safetensors file that has been read, or can be. Its methods may be called from many goroutines, as far as
// the io.ReaderAt under it allows.
type File struct {
	Metadata map[string]string // never nil

	infos  []Info         // in the order of the data
	index  map[string]int // by name
	data   io.ReaderAt
	base   int64 // where the data begins
	closer io.Closer
}

// Read reads a whole file, which must end with its last tensor. It holds the data once, in memory.
func Read(r io.Reader) (*File, error) {
	f, _, size, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	data, err := readAll(r, size)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %d bytes of tensors: %w", size, err)
	}
	switch _, err := io.ReadFull(r, make([]byte, 1)); err {
	case io.EOF:
	case nil:
		return nil, fmt.Errorf("safetensors: %w", ErrTrailing)
	default:
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	f.data = bytes.NewReader(data)
	return f, nil
}

// Open reads the header of a file of the given size. Tensors are read from r when they are asked for.
func Open(r io.ReaderAt, size int64) (*File, error) {
	f, headerSize, dataSize, err := readHeader(io.NewSectionReader(r, 0, size))
	if err != nil {
		return nil, err
	}
	switch given := size - headerSize; {
	case given < dataSize:
		return nil, fmt.Errorf("safetensors: %d bytes of tensors wanted, %d given: %w", dataSize, given, ErrTruncated)
	case given > dataSize:
		return nil, fmt.Errorf("safetensors: %d bytes of tensors wanted, %d given: %w", dataSize, given, ErrTrailing)
	}
	f.data, f.base = r, headerSize
	return f, nil
}

// OpenFile opens the file at path; see Open. The caller closes it.
func OpenFile(path string) (*File, error) {
	osFile, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	stat, err := osFile.Stat()
	if err != nil {
		osFile.Close()
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	f, err := Open(osFile, stat.Size())
	if err != nil {
		osFile.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.closer = osFile
	return f, nil
}

// Close closes what OpenFile opened; on other Files it does nothing.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Tensors returns what the file holds, in the order of the data.
func (f *File) Tensors() []Info { return slices.Clone(f.infos) }

// Info returns what the file holds under a name, or ErrNotFound.
func (f *File) Info(name string) (Info, error) {
	i, ok := f.index[name]
	if !ok {
		return Info{}, fmt.Errorf("safetensors: tensor %s: %w", clip(name), ErrNotFound)
	}
	return f.infos[i], nil
}

// Has tells whether the file holds a tensor of that name.
func (f *File) Has(name string) bool { _, ok := f.index[name]; return ok }

// Bytes returns the elements of a tensor as they stand in the file.
func (f *File) Bytes(name string) ([]byte, error) {
	info, err := f.Info(name)
	if err != nil {
		return nil, err
	}
	data, err := readAll(f.section(info), info.end-info.begin)
	if err != nil {
		return nil, fmt.Errorf("safetensors: tensor %s: %w", clip(name), err)
	}
	return data, nil
}

// Float32s returns the elements of a tensor of F64, F32, F16 or BF16 (ErrConvert for others). F64 is rounded.
func (f *File) Float32s(name string) ([]float32, error) { return all(f, name, ReadFloats[float32]) }

// Float64s returns the elements of a tensor of F64, F32, F16 or BF16 (ErrConvert for others), exactly.
func (f *File) Float64s(name string) ([]float64, error) { return all(f, name, ReadFloats[float64]) }

// Int64s returns the elements of a tensor of I64, I32 or U8 (ErrConvert for others).
func (f *File) Int64s(name string) ([]int64, error) { return all(f, name, readInts) }

// Bools returns the elements of a tensor of BOOL (ErrConvert for others): true where the byte is not 0.
func (f *File) Bools(name string) ([]bool, error) { return all(f, name, readBools) }

// all reads a tensor into a new slice.
func all[T any](f *File, name string, read func(*File, string, []T) error) ([]T, error) {
	info, err := f.Info(name)
	if err != nil {
		return nil, err
	}
	values := make([]T, info.Len()) // no larger than the file, whose size has been checked, times 8
	if err := read(f, name, values); err != nil {
		return nil, err
	}
	return values, nil
}

func (f *File) section(info Info) io.Reader {
	return io.NewSectionReader(f.data, f.base+info.begin, info.end-info.begin)
}
