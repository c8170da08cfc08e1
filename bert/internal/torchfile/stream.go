package torchfile

import (
	"encoding/binary"
	"fmt"
	"io"
)

// magic is the first of the five pickles of the form of before PyTorch 1.6.
var magic = []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.")

// protocol is the second pickle's number.
const protocol = 1001

// stream reads the form of before PyTorch 1.6 and returns its dict.
func (f *File) stream(r io.ReaderAt, size int64) (any, error) {
	at := int64(len(magic))
	code, err := io.ReadAll(io.NewSectionReader(r, at, min(maxPickle, size-at)))
	if err != nil {
		return nil, err
	}
	var values [4]any // protocol, facts, dict, keys
	var storages map[string]*storage
	for i := range values {
		m := &machine{code: code}
		if values[i], err = m.run(); err != nil {
			return nil, fmt.Errorf("pickle %d of 5, which begins at byte %d: %w", i+2, at, err)
		}
		if i == 2 {
			storages = m.storages
		}
		code, at = code[m.at:], at+int64(m.at)
	}
	if values[0] != protocol {
		return nil, fmt.Errorf("%w: protocol %s, want %d", ErrFormat, describe(values[0]), protocol)
	}
	if facts, ok := values[1].(*dict); !ok || facts.get("little_endian") != true {
		return nil, fmt.Errorf("%w: its bytes are not in little-endian order", ErrFormat)
	}
	keys, ok := values[3].(*list)
	if !ok {
		return nil, fmt.Errorf("%w: the keys of the storages are %s, want a list", ErrPickle, describe(values[3]))
	}
	for _, k := range keys.items {
		key, _ := k.(string)
		s, ok := storages[key]
		if !ok {
			return nil, fmt.Errorf("%w: %s is the key of no storage", ErrPickle, describe(k))
		}
		if at, err = f.section(r, at, size, s); err != nil {
			return nil, fmt.Errorf("storage %.100q: %w", key, err)
		}
	}
	return values[2], nil
}

// section finds the elements of a storage, which begin at at, and returns where they end.
func (f *File) section(r io.ReaderAt, at, size int64, s *storage) (end int64, err error) {
	var count [8]byte
	if _, err := r.ReadAt(count[:], at); err != nil {
		return 0, fmt.Errorf("%w: the file ends: %w", ErrFormat, err)
	}
	at += int64(len(count))
	if n := binary.LittleEndian.Uint64(count[:]); n != uint64(s.len) {
		return 0, fmt.Errorf("%w: the dict has %d elements, the file %d", ErrTensor, s.len, n)
	}
	if left := size - at; int64(s.len) > left/int64(s.dtype.size) {
		return 0, fmt.Errorf("%w: %d %s wanted, %d bytes left", ErrFormat, s.len, s.dtype.name, left)
	}
	bytes := int64(s.len * s.dtype.size)
	f.storages[s.key] = section{io.NewSectionReader(r, at, bytes), nil}
	return at + bytes, nil
}
