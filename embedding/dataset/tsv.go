package dataset

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// Errors of reading, wrapped with the line.
var (
	// ErrForm signifies a line without a tab or without a class.
	ErrForm = errors.New("want a class, a tab and a text")
	// ErrUTF8 signifies bytes that are not UTF-8.
	ErrUTF8 = errors.New("not valid UTF-8")
	// ErrEmpty signifies a file without a single example.
	ErrEmpty = errors.New("no examples")
	// ErrLine signifies a line longer than [MaxLine].
	ErrLine = errors.New("line too long")
)

// MaxLine is the longest line in bytes that is read.
const MaxLine = 16 << 20

// Example is a text and its class.
type Example struct {
	Class string
	Text  string
}

// ReadTSV reads examples, one a line: class, tab, text. Lines end in "\n" or
// "\r\n"; empty lines are passed over. It fails on a line without a tab, an
// empty class, bytes that are not UTF-8, and where there is no example at all;
// the error names the line.
func ReadTSV(r io.Reader) ([]Example, error) {
	var out []Example
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 64<<10), MaxLine)
	line := 0
	for sc.Scan() {
		line++
		s := strings.TrimSuffix(sc.Text(), "\r")
		if line == 1 {
			s = strings.TrimPrefix(s, "\ufeff") // a byte order mark
		}
		if s == "" {
			continue
		}
		if !utf8.ValidString(s) {
			return nil, fmt.Errorf("line %d: %w", line, ErrUTF8)
		}
		class, text, ok := strings.Cut(s, "\t")
		if class = strings.TrimSpace(class); !ok || class == "" {
			return nil, fmt.Errorf("line %d: %w, got %q", line, ErrForm, clip(s))
		}
		out = append(out, Example{Class: class, Text: text})
	}
	if err := sc.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return nil, fmt.Errorf("line %d: %w: over %d bytes", line+1, ErrLine, MaxLine)
		}
		return nil, fmt.Errorf("line %d: %w", line+1, err)
	}
	if len(out) == 0 {
		return nil, ErrEmpty
	}
	return out, nil
}

// clip shortens a line for an error message.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// LoadTSV reads a file, through gzip where its name ends in ".gz".
func LoadTSV(path string) ([]Example, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		defer z.Close()
		r = z
	}
	out, err := ReadTSV(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

// Classes returns the classes of the examples in alphabetical order, each once.
func Classes(examples []Example) []string {
	var out []string
	for _, e := range examples {
		out = append(out, e.Class)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Pick returns the examples of the given numbers.
func Pick(examples []Example, numbers []int) []Example {
	out := make([]Example, len(numbers))
	for i, n := range numbers {
		out[i] = examples[n]
	}
	return out
}
