package npy

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// magic begins every file.
const magic = "\x93NUMPY"

// Limits on what a header may say; NumPy itself refuses more than 32 axes.
const (
	maxHeader = 1 << 16
	maxAxes   = 32
)

// header is what a file says of its numbers.
type header struct {
	size      int  // bytes a number: 2, 4 or 8
	bigEndian bool // byte order
	columns   bool // the first axis runs fastest, as in Fortran, and not the last
	shape     []int
}

// readHeader reads up to the first number.
func readHeader(r io.Reader) (header, error) {
	var h header
	start := make([]byte, len(magic)+4)
	if _, err := io.ReadFull(r, start); err != nil {
		return h, fmt.Errorf("%w: %w", ErrHeader, unexpected(err))
	}
	if string(start[:len(magic)]) != magic {
		return h, fmt.Errorf("%w: the file begins with %q, want %q", ErrHeader, start[:len(magic)], magic)
	}
	length := uint32(start[8]) | uint32(start[9])<<8
	switch major := start[6]; major {
	case 1:
	case 2, 3:
		var more [2]byte
		if _, err := io.ReadFull(r, more[:]); err != nil {
			return h, fmt.Errorf("%w: %w", ErrHeader, unexpected(err))
		}
		length |= uint32(more[0])<<16 | uint32(more[1])<<24
	default:
		return h, fmt.Errorf("%w: version %d, want 1, 2 or 3", ErrHeader, major)
	}
	if length > maxHeader {
		return h, fmt.Errorf("%w: %d bytes of header, want at most %d", ErrHeader, length, maxHeader)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, fmt.Errorf("%w: %w", ErrHeader, unexpected(err))
	}
	return parseHeader(string(text))
}

// parseHeader reads the dict.
func parseHeader(text string) (h header, err error) {
	d, err := parseDict(text)
	if err != nil {
		return h, fmt.Errorf("%w: %w: %.200q", ErrHeader, err, text)
	}
	descr := d["descr"]
	kinds := map[string]int{"f2": 2, "f4": 4, "f8": 8}
	if len(descr) == 3 && (descr[0] == '<' || descr[0] == '>') {
		h.size, h.bigEndian = kinds[descr[1:]], descr[0] == '>'
	}
	if h.size == 0 {
		return h, fmt.Errorf("%w: numbers of type %.40q, want float16, float32 or float64", ErrHeader, descr)
	}
	switch d["fortran_order"] {
	case "False":
	case "True":
		h.columns = true
	default:
		return h, fmt.Errorf("%w: fortran_order is %.40q", ErrHeader, d["fortran_order"])
	}
	shape, ok := d["shape"]
	if !ok {
		return h, fmt.Errorf("%w: no shape", ErrHeader)
	}
	h.shape, err = parseShape(shape)
	return h, err
}

// parseDict splits {'key': value, …} where a value is a string, a word or a
// tuple of numbers.
func parseDict(text string) (map[string]string, error) {
	text = strings.TrimSpace(text)
	inner, ok := strings.CutPrefix(text, "{")
	if inner, ok2 := strings.CutSuffix(inner, "}"); ok && ok2 {
		text = inner
	} else {
		return nil, fmt.Errorf("no {…}")
	}
	d := map[string]string{}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimLeft(text, ", ") {
		key, rest, ok := quoted(text)
		rest, ok2 := strings.CutPrefix(strings.TrimSpace(rest), ":")
		if !ok || !ok2 {
			return nil, fmt.Errorf("no 'key': at %.20q", text)
		}
		rest = strings.TrimSpace(rest)
		var value string
		switch {
		case strings.HasPrefix(rest, "'") || strings.HasPrefix(rest, `"`):
			value, text, ok = quoted(rest)
		case strings.HasPrefix(rest, "("):
			value, text, ok = strings.Cut(rest[1:], ")")
		default:
			value, text, _ = strings.Cut(rest, ",")
			value = strings.TrimSpace(value)
		}
		if _, twice := d[key]; !ok || twice {
			return nil, fmt.Errorf("no value of %.20q", key)
		}
		d[key] = value
	}
	return d, nil
}

// quoted takes a string in single or double quotes off the front.
func quoted(text string) (value, rest string, ok bool) {
	if text == "" || text[0] != '\'' && text[0] != '"' {
		return "", text, false
	}
	return strings.Cut(text[1:], text[:1])
}

// maxNumbers is how many numbers a shape may claim.
const maxNumbers = min(1<<47, math.MaxInt)

// parseShape reads "3, 4", "3," or "", and "3L, 4L" as Python 2 wrote on Windows,
// and checks that the product is no overflow.
func parseShape(text string) ([]int, error) {
	shape, total := []int{}, 1
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSuffix(strings.TrimSpace(part), "L")
		if part == "" {
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%w: shape (%.40s)", ErrHeader, text)
		}
		if len(shape) == maxAxes || n > 0 && total > maxNumbers/n {
			return nil, fmt.Errorf("%w: shape (%.40s) has too many numbers", ErrHeader, text)
		}
		if n > 0 {
			total *= n
		}
		shape = append(shape, n)
	}
	return shape, nil
}

// unexpected makes the end of a file within something an error that says so.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
