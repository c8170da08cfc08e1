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
	"unicode"
	"unicode/utf8"

	"github.com/seed6481993f/verso/internal/atomicfile"
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
		if class = trim(class); !ok || class == "" {
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

// trim takes blanks off a class, and byte order marks, which are left where files with them are put together.
func trim(class string) string {
	return strings.TrimFunc(class, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' })
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

// WriteTSV writes examples as [ReadTSV] reads them. A class that is empty, has blanks at its
// ends or holds a tab or a line feed, a text with a line feed or a carriage return at its end,
// and lines that would be too long, cannot be written; nor can no examples at all. The error
// names the example, counted from 0.
func WriteTSV(w io.Writer, examples []Example) error {
	if len(examples) == 0 {
		return ErrEmpty
	}
	out := bufio.NewWriter(w)
	for i, e := range examples {
		if err := e.check(); err != nil {
			return fmt.Errorf("example %d: %w: %q", i, err, clip(e.Class+"\t"+e.Text))
		}
		if _, err := out.WriteString(e.Class + "\t" + e.Text + "\n"); err != nil {
			return fmt.Errorf("dataset: write: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("dataset: write: %w", err)
	}
	return nil
}

// check tells whether the example can be written as a line.
func (e Example) check() error {
	switch {
	case e.Class == "" || e.Class != trim(e.Class) || strings.ContainsAny(e.Class, "\t\n"),
		strings.Contains(e.Text, "\n") || strings.HasSuffix(e.Text, "\r"):
		return ErrForm
	case !utf8.ValidString(e.Class) || !utf8.ValidString(e.Text):
		return ErrUTF8
	case len(e.Class)+len(e.Text)+2 > MaxLine:
		return ErrLine
	}
	return nil
}

// SaveTSV writes a file as [WriteTSV] does, through gzip where its name ends in ".gz". The
// file appears whole or not at all.
func SaveTSV(path string, examples []Example) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		if !strings.HasSuffix(path, ".gz") {
			return WriteTSV(w, examples)
		}
		z := gzip.NewWriter(w)
		if err := WriteTSV(z, examples); err != nil {
			return err
		}
		return z.Close()
	})
}

// Pick returns the examples of the given numbers, each of which must be 0 …
// len(examples)-1: as an index of a slice, another panics.
func Pick(examples []Example, numbers []int) []Example {
	out := make([]Example, len(numbers))
	for i, n := range numbers {
		out[i] = examples[n]
	}
	return out
}
