package torchfile

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"
)

// archive reads the form of since PyTorch 1.6 and returns its dict.
func (f *File) archive(r io.ReaderAt, size int64) (any, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
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
			if f.storages[key], err = entry(r, size, e); err != nil {
				return nil, err
			}
		}
		if e.Name == prefix+"byteorder" {
			if order, err := contents(r, size, e, 16); err != nil || strings.TrimSpace(string(order)) != "little" {
				return nil, fmt.Errorf("%w: byte order %.16q, want little", ErrFormat, order)
			}
		}
	}
	code, err := contents(r, size, pickle, maxPickle)
	if err != nil {
		return nil, err
	}
	v, err := (&machine{code: code}).run()
	if err != nil {
		return nil, fmt.Errorf("data.pkl: %w", err)
	}
	return v, nil
}

// entry finds the bytes of an entry, which must stand in the file as they are.
func entry(r io.ReaderAt, size int64, e *zip.File) (section, error) {
	if e.Method != zip.Store {
		return section{}, fmt.Errorf("%w: entry %.100q is compressed, which torch.save does not do", ErrFormat, e.Name)
	}
	at, err := e.DataOffset()
	if err != nil {
		return section{}, fmt.Errorf("%w: entry %.100q: %w", ErrFormat, e.Name, err)
	}
	if n := e.UncompressedSize64; n != e.CompressedSize64 || at > size || n > uint64(size-at) {
		return section{}, fmt.Errorf("%w: entry %.100q of %d bytes, stored as %d, at %d of %d", ErrFormat, e.Name, n, e.CompressedSize64, at, size)
	}
	return section{io.NewSectionReader(r, at, int64(e.UncompressedSize64)), &e.CRC32}, nil
}

// contents returns the bytes of an entry, of which there may be so many.
func contents(r io.ReaderAt, size int64, e *zip.File, most int) ([]byte, error) {
	s, err := entry(r, size, e)
	if err != nil {
		return nil, err
	}
	if s.Size() > int64(most) {
		return nil, fmt.Errorf("%w: entry %.100q of %d bytes, want at most %d", ErrFormat, e.Name, s.Size(), most)
	}
	return s.read(0, int(s.Size()))
}
