package vocab

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// ReadWordCounts reads the list of words of the C programs: GloVe's vocab.txt, and what
// word2vec writes with -save-vocab. A line is a word, a blank and a count:
//
//	the 12
//	cat 3
//
// The words keep the order of the file, in so far as cfg keeps them at all ([New]): with
// the zero [Config] the id of a word is the number of its line, from 0, as GloVe's file
// of co-occurrences has it. Blanks at the ends of lines, empty lines and CRLF are taken.
// Errors name the line: [ErrFormat], [ErrCount], [ErrTooLong]; those of [New] the word.
func ReadWordCounts(r io.Reader, cfg Config) (*Vocabulary, error) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, maxLine)
	var words []string
	var counts []int64
	line := 0
	for in.Scan() {
		line++
		fields := bytes.FieldsFunc(in.Bytes(), isBlank)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 {
			return nil, fmt.Errorf("line %d: %w: %d fields, want a word and a count: %.40q", line, ErrFormat, len(fields), in.Text())
		}
		count, err := parseCount(string(fields[1]), string(fields[0]))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		words, counts = append(words, string(fields[0])), append(counts, count)
	}
	switch err := scanError(in); {
	case errors.Is(err, ErrTooLong):
		return nil, fmt.Errorf("line %d: %w", line+1, err)
	case err != nil:
		return nil, fmt.Errorf("vocab: read: %w", err)
	}
	return New(words, counts, cfg)
}

// isBlank tells what parts fields in the C programs, which read with scanf's %s. Wider
// blanks of Unicode stand within words there.
func isBlank(c rune) bool { return strings.ContainsRune(" \t\r\v\f", c) }

// WriteWordCounts writes the list of words that [ReadWordCounts] reads, special words
// among them. A word that is empty or holds a blank cannot be written ([ErrFormat]).
func (v *Vocabulary) WriteWordCounts(w io.Writer) error {
	var b []byte
	for id, word := range v.words {
		if word == "" || strings.ContainsFunc(word, func(c rune) bool { return isBlank(c) || c == '\n' }) {
			return fmt.Errorf("%w: word %d, %.40q, has no place in a list of words and counts", ErrFormat, id, word)
		}
		b = append(append(b, word...), ' ')
		b = append(strconv.AppendInt(b, v.counts[id], 10), '\n')
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("vocab: write: %w", err)
	}
	return nil
}
