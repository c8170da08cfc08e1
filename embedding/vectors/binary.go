package vectors

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// ReadWord2VecBinary reads word2vec's binary form, with a newline after each row, as
// the C program writes it, or without, as gensim does. It reads no further than the
// rows of the header need, and then wants r to end, unless Limit stopped it before.
// Errors name the row, counted from 1: [ErrHeader], [ErrRow], [ErrInvalidUTF8], and
// [ErrTruncated].
func ReadWord2VecBinary(r io.Reader, opts Options) (*Vectors, error) {
	return readBinary(bufio.NewReaderSize(r, 1<<16), opts, unsized)
}

func readBinary(in *bufio.Reader, opts Options, size int64) (*Vectors, error) {
	if err := opts.validate(); err != nil {
		return nil, err
	}
	rows, dim, err := readHeader(in, opts)
	if err != nil {
		return nil, err
	}
	b := newBuilder(opts, rows, dim, size, 4)
	raw := make([]byte, 4*dim)
	var name []byte
	for b.read < rows && !b.full() {
		if name, err = readName(in, name[:0]); err != nil {
			return nil, rowError(b.read+1, rows, err)
		}
		row, err := b.next(name)
		if err != nil {
			return nil, rowError(b.read, rows, err)
		}
		if row == nil {
			_, err = in.Discard(len(raw))
		} else {
			_, err = io.ReadFull(in, raw)
		}
		if err != nil {
			return nil, rowError(b.read, rows, err)
		}
		for j := range row {
			row[j] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*j:]))
		}
	}
	if !b.full() {
		if err := wantEnd(in, rows); err != nil {
			return nil, err
		}
	}
	return b.v, nil
}

// readName reads the word up to its blank, which it takes away. Newlines in front
// are the end of the row before.
func readName(in *bufio.Reader, name []byte) ([]byte, error) {
	for {
		part, err := in.ReadSlice(' ')
		name = append(name, part...)
		switch {
		case err == nil:
			return bytes.TrimLeft(name[:len(name)-1], "\n"), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(name) > maxWord:
			return nil, fmt.Errorf("%w: no blank ends the word in %d bytes", ErrRow, len(name))
		}
	}
}

// rowError names the row of a binary file. A file may not end inside the rows that
// its header promises.
func rowError(row, rows int, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = ErrTruncated
	}
	return fmt.Errorf("row %d of %d: %w", row, rows, err)
}

// wantEnd checks that nothing but white space follows the last row: a header that
// promises too few rows would lose the others.
func wantEnd(in *bufio.Reader, rows int) error {
	for {
		c, err := in.ReadByte()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("vectors: read: %w", err)
		}
		if c != '\n' && c != '\r' && c != ' ' && c != '\t' {
			return fmt.Errorf("%w: more follows after the %d rows it promises; a Limit of %[2]d reads these", ErrHeader, rows)
		}
	}
}
