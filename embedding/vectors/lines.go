package vectors

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// longest is the longest line of an evaluation file, in bytes.
const longest = 1 << 20

// eachLine calls f with each line that holds more than blanks, without them at its ends
// in so far as they are no tabs. Errors name the line, counted from 1.
func eachLine(r io.Reader, f func(line string) error) error {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 1<<16), longest)
	number := 0
	for in.Scan() {
		number++
		line := strings.Trim(in.Text(), " \r")
		if number == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		if !utf8.ValidString(line) {
			return fmt.Errorf("line %d: %w: not valid UTF-8: %.40q", number, ErrLine, line)
		}
		if err := f(line); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("line %d: %w: more than %d bytes", number+1, ErrLine, longest)
	case err != nil:
		return fmt.Errorf("vectors: read: %w", err)
	}
	return nil
}

// load opens a file, gzipped if its name ends in ".gz", for a reader; errors name it.
func load[T any](path string, read func(io.Reader) (T, error)) (T, error) {
	var none T
	f, err := os.Open(path)
	if err != nil {
		return none, fmt.Errorf("vectors: %w", err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return none, fmt.Errorf("%s: vectors: %w", path, err)
		}
	}
	got, err := read(r)
	if err != nil {
		return none, fmt.Errorf("%s: %w", path, err)
	}
	return got, nil
}
