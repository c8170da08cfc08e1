package vectors

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxLine bounds a line of text: 2^20 numbers of 31 characters each.
const maxLine = maxWord + 32*maxDim

// ReadWord2VecText reads word2vec's text form, which is fastText's .vec too: a line
// "n D", then a line a word. Blanks at the end of a line, empty lines and CRLF are
// taken. After the rows of the header it wants r to end, unless Limit stopped it
// before. Errors name the line, counted from 1: [ErrHeader], [ErrRow],
// [ErrInvalidUTF8]; [ErrTruncated] the first row that is missing.
func ReadWord2VecText(r io.Reader, opts Options) (*Vectors, error) {
	return readText(bufio.NewReaderSize(r, 1<<16), opts, unsized)
}

func readText(in *bufio.Reader, opts Options, size int64) (*Vectors, error) {
	if err := opts.validate(); err != nil {
		return nil, err
	}
	rows, dim, err := readHeader(in, opts)
	if err != nil {
		return nil, err
	}
	b := newBuilder(opts, rows, dim, size, 2) // a digit and a blank a number
	lines := lineReader{in: in, number: 1}
	for b.read < rows && !b.full() {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil, rowError(b.read+1, rows, err)
		}
		if err == nil {
			err = b.addLine(line)
		}
		if err != nil {
			return nil, lines.fail(err)
		}
	}
	if !b.full() {
		if err := wantEnd(in, rows); err != nil {
			return nil, err
		}
	}
	return b.v, nil
}

// ReadGloVe reads GloVe's text form: a line a word, no header. D is [Options.Dim]
// or, if that is 0, what the first line has: as many fields at its end as are
// numbers, but never the first field. Errors as in [ReadWord2VecText]; a file
// without a row is [ErrHeader] when Dim is 0.
func ReadGloVe(r io.Reader, opts Options) (*Vectors, error) {
	return readGloVe(bufio.NewReaderSize(r, 1<<16), opts)
}

func readGloVe(in *bufio.Reader, opts Options) (*Vectors, error) {
	if err := opts.validate(); err != nil {
		return nil, err
	}
	lines := lineReader{in: in}
	var b *builder
	if opts.Dim > 0 {
		b = newBuilder(opts, 0, opts.Dim, 0, 1)
	}
	for b == nil || !b.full() {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, lines.fail(err)
		}
		if b == nil {
			dim := countNumbers(line)
			if dim < 1 || dim > maxDim {
				return nil, lines.fail(fmt.Errorf("%w: %d numbers after a word, want 1 … %d: %.40q", ErrRow, dim, maxDim, line))
			}
			b = newBuilder(opts, 0, dim, 0, 1)
		}
		if err := b.addLine(line); err != nil {
			return nil, lines.fail(err)
		}
	}
	if b == nil {
		return nil, fmt.Errorf("%w: no rows", ErrHeader)
	}
	return b.v, nil
}

// lineReader reads the lines of a text that hold more than blanks.
type lineReader struct {
	in     *bufio.Reader
	buf    []byte
	number int // of the line read last, from 1
}

// next returns a line without the blanks at its end, valid until the next call.
func (l *lineReader) next() ([]byte, error) {
	for {
		l.number++
		l.buf = l.buf[:0]
		part, err := l.in.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) {
			if l.buf = append(l.buf, part...); len(l.buf) > maxLine {
				return nil, fmt.Errorf("%w: the line has more than %d bytes", ErrRow, maxLine)
			}
			part, err = l.in.ReadSlice('\n')
		}
		if len(l.buf) > 0 {
			l.buf = append(l.buf, part...)
			part = l.buf
		}
		if line := bytes.TrimRight(part, " \t\r\n"); len(line) > 0 && (err == nil || err == io.EOF) {
			return line, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (l *lineReader) fail(err error) error {
	return fmt.Errorf("line %d: %w", l.number, err)
}

// addLine reads "word x_1 … x_D".
func (b *builder) addLine(line []byte) error {
	name, numbers, err := splitRow(line, b.v.dim)
	if err != nil {
		return err
	}
	row, err := b.next(name)
	if err != nil {
		return err
	}
	for j := range row {
		var field []byte
		field, numbers = firstField(numbers)
		x, err := strconv.ParseFloat(string(field), 32)
		if err != nil {
			return fmt.Errorf("%w: number %d of %.40q is %.40q", ErrRow, j+1, name, field)
		}
		row[j] = float32(x)
	}
	return nil
}

// splitRow parts the last dim fields of a line from the word before them and the
// one blank between. The word may hold blanks, but a number after a blank in it
// means that the row is too wide.
func splitRow(line []byte, dim int) (name, numbers []byte, err error) {
	at := len(line)
	for range dim {
		at = lastField(line[:at])
	}
	if at == 0 {
		return nil, nil, fmt.Errorf("%w: %d fields, want a word and %d numbers: %.40q", ErrRow, len(bytes.Fields(line)), dim, line)
	}
	name, numbers = line[:at-1], line[at:]
	if numberAfterBlank(string(name)) {
		return nil, nil, fmt.Errorf("%w: more than %d numbers after a word: %.40q", ErrRow, dim, line)
	}
	return name, numbers, nil
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// lastField returns where the last field of s begins; 0 if there is none, or if no
// blank stands before it.
func lastField(s []byte) int {
	i := len(s)
	for i > 0 && isBlank(s[i-1]) {
		i--
	}
	for i > 0 && !isBlank(s[i-1]) {
		i--
	}
	return i
}

// firstField cuts the first field off s.
func firstField(s []byte) (field, rest []byte) {
	start := 0
	for start < len(s) && isBlank(s[start]) {
		start++
	}
	end := start
	for end < len(s) && !isBlank(s[end]) {
		end++
	}
	return s[start:end], s[end:]
}

// numberAfterBlank tells whether a word ends in a blank and a number in digits.
func numberAfterBlank(word string) bool {
	i := strings.LastIndexAny(word, " \t")
	return i >= 0 && strings.ContainsAny(word[i:], "0123456789") && isNumber(word[i+1:])
}

func isNumber(field string) bool {
	_, err := strconv.ParseFloat(field, 32)
	return err == nil
}

// countNumbers counts the fields at the end of a line that are numbers, the first
// field left out.
func countNumbers(line []byte) (n int) {
	for {
		at := lastField(line)
		if at == 0 || !isNumber(string(bytes.TrimRight(line[at:], " \t"))) {
			return n
		}
		n++
		line = line[:at]
	}
}
