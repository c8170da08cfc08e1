package bert

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Document is a text as its sentences, in order. Pre-training takes pairs of
// passages from one.
type Document []string

// maxSentence is the longest line of a corpus in bytes.
const maxSentence = 16 << 20

// ReadCorpus reads documents: a sentence a line, an empty line between two
// documents, UTF-8. It is the form that BERT's own program reads.
func ReadCorpus(r io.Reader) ([]Document, error) {
	var out []Document
	var d Document
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 64<<10), maxSentence)
	line := 0
	for sc.Scan() {
		line++
		s := strings.TrimSpace(sc.Text())
		if !utf8.ValidString(s) {
			return nil, fmt.Errorf("%w: line %d is not UTF-8", ErrCorpus, line)
		}
		if s != "" {
			d = append(d, s)
		} else if d != nil {
			out, d = append(out, d), nil
		}
	}
	if err := sc.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return nil, fmt.Errorf("%w: line %d has over %d bytes", ErrCorpus, line+1, maxSentence)
		}
		return nil, fmt.Errorf("reading a corpus: %w", err)
	}
	if d != nil {
		out = append(out, d)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: no sentence", ErrCorpus)
	}
	return out, nil
}

// sentences yields all sentences of a corpus.
func sentences(corpus []Document) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, d := range corpus {
			for _, s := range d {
				if !yield(s) {
					return
				}
			}
		}
	}
}
