package glove

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode"
	"unicode/utf8"
)

// tokens yields the words of a corpus, each with whether a sentence ends with it. A sentence may have any length: nobody
// needs the whole of it at a time.
type tokens iter.Seq2[string, bool]

// looks is how many words are read between two looks at the context.
const looks = 1 << 16

// each calls f for every word.
func (t tokens) each(ctx context.Context, f func(word string, last bool)) error {
	n := 0
	for word, last := range t {
		if n++; n%looks == 0 && ctx.Err() != nil {
			break
		}
		f(word, last)
	}
	return ctx.Err()
}

// sentences are the words of a corpus that is cut up already.
func sentences(corpus iter.Seq[[]string]) tokens {
	return func(yield func(string, bool) bool) {
		for sentence := range corpus {
			for i, word := range sentence {
				if !yield(word, i == len(sentence)-1) {
					return
				}
			}
		}
	}
}

// text is a corpus of a sentence a line, words between blanks, that can be gone over again.
type text struct {
	from io.ReadSeeker
	err  error // of the reading
}

// newText reads r into memory if it cannot be rewound.
func newText(r io.Reader) (*text, error) {
	if s, ok := r.(io.ReadSeeker); ok {
		if _, err := s.Seek(0, io.SeekCurrent); err == nil { // a pipe is a file that cannot
			return &text{from: s}, nil
		}
	}
	all, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("glove: reading: %w", err)
	}
	return &text{from: bytes.NewReader(all)}, nil
}

// tokens reads from here on, and comes back to here.
func (t *text) tokens(yield func(string, bool) bool) {
	start, err := t.from.Seek(0, io.SeekCurrent)
	if err != nil {
		t.err = err
		return
	}
	in := bufio.NewScanner(t.from)
	in.Split(wordsAndEnds)
	word, going := "", true // held back until it is known what follows
	for going && in.Scan() {
		switch end := in.Bytes()[0] == '\n'; {
		case word == "" && end:
		case word == "":
			word = in.Text()
		case end:
			going, word = yield(word, true), ""
		default:
			going, word = yield(word, false), in.Text()
		}
	}
	if going && word != "" {
		yield(word, true)
	}
	if t.err = in.Err(); errors.Is(t.err, bufio.ErrTooLong) {
		t.err = fmt.Errorf("%w: a word of more than %d bytes", ErrCorpus, bufio.MaxScanTokenSize)
	}
	if _, err := t.from.Seek(start, io.SeekStart); t.err == nil {
		t.err = err
	}
}

// wordsAndEnds is bufio.ScanWords, but a line feed is a token too.
func wordsAndEnds(data []byte, atEOF bool) (advance int, token []byte, err error) {
	start := 0
	for start < len(data) {
		r, size := utf8.DecodeRune(data[start:])
		if r == '\n' {
			return start + 1, data[start : start+1], nil
		}
		if !unicode.IsSpace(r) {
			break
		}
		start += size
	}
	if end := bytes.IndexFunc(data[start:], unicode.IsSpace); end >= 0 {
		return start + end, data[start : start+end], nil
	}
	if atEOF && start < len(data) {
		return len(data), data[start:], nil
	}
	return start, nil, nil
}
