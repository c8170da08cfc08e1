package torchfile

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
)

// maxPickle is the largest pickle that is read. A tensor takes some 150 bytes of
// it: BERT-large's has under 100 kB.
const maxPickle = 4 << 20

// maxSharing is how many times the bytes of the file all tensors together may
// take to read. Tied weights are there twice.
const maxSharing = 4

// File is a file of torch.save that has been opened.
type File struct {
	tensors  map[string]*tensor
	names    []string // in the order of the dict
	storages map[string]section
	closer   io.Closer
}

// section holds the elements of a storage.
type section struct {
	*io.SectionReader
	sum *uint32 // CRC-32 of the whole, where the file has one
}

// Open reads the names and shapes of a state dict. Elements are read when they are asked for.
func Open(r io.ReaderAt, size int64) (*File, error) {
	f := &File{tensors: map[string]*tensor{}, storages: map[string]section{}}
	read := f.archive
	if head := make([]byte, len(magic)); size >= int64(len(magic)) {
		if _, err := r.ReadAt(head, 0); err == nil && bytes.Equal(head, magic) {
			read = f.stream
		}
	}
	dict, err := read(r, size)
	if err != nil {
		return nil, err
	}
	if err := f.collect(dict); err != nil {
		return nil, err
	}
	return f, f.check(size)
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

// nested are the names under which programs of training keep the state dict beside
// what else they save.
var nested = []string{"state_dict", "model_state_dict", "model"}

// collect takes the tensors out of the dict, or out of one within it.
func (f *File) collect(v any) error {
	d, ok := v.(*dict)
	if !ok {
		return fmt.Errorf("%w: it holds %s, want a dict of tensors", ErrPickle, describe(v))
	}
	for i, key := range d.keys {
		name, _ := key.(string)
		if inner, ok := d.values[i].(*dict); ok && slices.Contains(nested, name) {
			d = inner
			break
		}
	}
	for i, key := range d.keys {
		t, ok := d.values[i].(*tensor)
		if !ok {
			continue // numbers and texts beside the tensors
		}
		name, ok := key.(string)
		if !ok {
			return fmt.Errorf("%w: a key is %s, want a name", ErrPickle, describe(key))
		}
		if _, twice := f.tensors[name]; twice {
			return fmt.Errorf("%w: %.100q twice", ErrTensor, name)
		}
		f.tensors[name], f.names = t, append(f.names, name)
	}
	return nil
}

// check holds the tensors of floats against the bytes that are there.
func (f *File) check(size int64) error {
	left := maxSharing * size
	for _, name := range f.names {
		t := f.tensors[name]
		if !t.dtype.float || t.count == 0 {
			continue
		}
		s, ok := f.storages[t.key]
		if !ok {
			return fmt.Errorf("%w: %.100q: the file has no storage %.100q", ErrTensor, name, t.key)
		}
		if int64(t.len) > size || int64(t.len*t.dtype.size) != s.Size() { // the first keeps the product small
			return fmt.Errorf("%w: %.100q: a storage of %d %s, the file has %d bytes", ErrTensor, name, t.len, t.dtype.name, s.Size())
		}
		if left -= int64(max(t.count, t.span) * t.dtype.size); left < 0 {
			return fmt.Errorf("%w: the tensors up to %.100q have over %d times the %d bytes of the file", ErrTensor, name, maxSharing, size)
		}
	}
	return nil
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
