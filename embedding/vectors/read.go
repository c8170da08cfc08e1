package vectors

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// peeked is how much of a file is looked at to find out its form.
const peeked = 64 << 10

// fastTextMagic begins fastText's .bin files, which hold more than vectors.
var fastTextMagic = []byte{0xba, 0x16, 0x4f, 0x2f}

// Read reads word vectors of any of the forms, gzipped or not: what starts with a
// line of two whole numbers is word2vec's, binary unless its first row is a word
// and numbers in text; all else is GloVe's. A GloVe file of dimension 1 whose first
// word is a number looks like word2vec's: use [ReadGloVe].
func Read(r io.Reader, opts Options) (*Vectors, error) {
	return read(r, opts, unsized)
}

// LoadFile reads a file as [Read] does.
func LoadFile(path string, opts Options) (*Vectors, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("vectors: %w", err)
	}
	defer f.Close()
	var size int64 = unsized
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	v, err := read(f, opts, size)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

// read finds out the form. A file that is not zipped holds size bytes, or else size
// is what may be taken on trust.
func read(r io.Reader, opts Options, size int64) (*Vectors, error) {
	in := bufio.NewReaderSize(r, peeked)
	start, err := in.Peek(in.Size())
	if bytes.HasPrefix(start, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("vectors: %w", err)
		}
		defer unzipped.Close()
		in, size = bufio.NewReaderSize(unzipped, peeked), unsized
		start, _ = in.Peek(in.Size()) // an error comes again when the rows are read
	} else if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("vectors: read: %w", err)
	}
	line, rest, _ := bytes.Cut(start, []byte("\n"))
	_, dim, err := parseHeader(line)
	switch {
	case bytes.HasPrefix(start, fastTextMagic):
		return nil, fmt.Errorf("%w: it is a model of fastText, which package fasttext reads", ErrHeader)
	case err != nil:
		return readGloVe(in, opts)
	case looksLikeText(rest, dim):
		return readText(in, opts, size)
	default:
		return readBinary(in, opts, size)
	}
}

// looksLikeText tells whether the first row is text, as far as it was peeked.
func looksLikeText(rows []byte, dim int) bool {
	line, _, whole := bytes.Cut(rows, []byte("\n"))
	if !whole && len(line) >= peeked/2 { // a row so wide that its end was not seen
		fields := bytes.Fields(line)
		seen := line[:lastField(line)]
		return len(fields) > 2 && countNumbers(seen) == len(fields)-2
	}
	_, numbers, err := splitRow(bytes.TrimRight(line, " \t\r"), dim)
	return err == nil && countNumbers(append([]byte("word "), numbers...)) == dim
}
