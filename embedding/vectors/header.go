package vectors

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

const maxHeader = 64 // bytes of the line "n D"

// readHeader reads the line "n D". Nothing is allocated for what it promises.
func readHeader(in *bufio.Reader, opts Options) (rows, dim int, err error) {
	line, err := in.Peek(maxHeader)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, fmt.Errorf("vectors: read: %w", err)
	}
	end := bytes.IndexByte(line, '\n')
	if end < 0 {
		return 0, 0, fmt.Errorf("%w: %.40q, want \"words dimension\"", ErrHeader, line)
	}
	rows, dim, err = parseHeader(line[:end])
	if err != nil {
		return 0, 0, err
	}
	if opts.Dim != 0 && opts.Dim != dim {
		return 0, 0, fmt.Errorf("%w: dimension %d, want %d", ErrHeader, dim, opts.Dim)
	}
	_, err = in.Discard(end + 1)
	return rows, dim, err
}

func parseHeader(line []byte) (rows, dim int, err error) {
	fields := bytes.Fields(line)
	if len(fields) != 2 {
		return 0, 0, fmt.Errorf("%w: %.40q, want \"words dimension\"", ErrHeader, line)
	}
	n, err := strconv.ParseUint(string(fields[0]), 10, strconv.IntSize-1)
	if err != nil {
		return 0, 0, fmt.Errorf("%w: %.40q words", ErrHeader, fields[0])
	}
	d, err := strconv.ParseUint(string(fields[1]), 10, 31)
	if err != nil || d < 1 || d > maxDim {
		return 0, 0, fmt.Errorf("%w: dimension %.40q, want 1 … %d", ErrHeader, fields[1], maxDim)
	}
	return int(n), int(d), nil
}
