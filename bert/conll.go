package bert

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// TaggedSentence is words and the tag of each.
type TaggedSentence struct {
	Words, Tags []string
}

// Tags returns the tags of sentences in alphabetical order, each once.
func Tags(sentences []TaggedSentence) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range sentences {
		for _, tag := range s.Tags {
			if !seen[tag] {
				seen[tag] = true
				out = append(out, tag)
			}
		}
	}
	slices.Sort(out)
	return out
}

// ReadCoNLL reads tagged sentences in the form of the shared tasks of CoNLL, UTF-8:
// a word a line, in columns apart by blanks, of which the first is the word and the
// last its tag; an empty line ends a sentence. Lines that begin with "-DOCSTART-"
// are passed over. A line of a single column is [ErrExamples], and so is a file
// without a word.
func ReadCoNLL(r io.Reader) ([]TaggedSentence, error) {
	var out []TaggedSentence
	var s TaggedSentence
	finish := func() {
		if len(s.Words) > 0 {
			out = append(out, s)
		}
		s = TaggedSentence{}
	}
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 4096), maxColumns)
	line := 0
	for sc.Scan() {
		line++
		if !utf8.Valid(sc.Bytes()) {
			return nil, fmt.Errorf("%w: line %d is not UTF-8", ErrExamples, line)
		}
		columns := strings.FieldsFunc(sc.Text(), func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\ufeff' && line == 1 })
		switch {
		case len(columns) == 0:
			finish()
		case columns[0] == "-DOCSTART-":
		case len(columns) == 1:
			return nil, fmt.Errorf("%w: line %d: want a word and a tag, got %.60q", ErrExamples, line, columns[0])
		default:
			s.Words, s.Tags = append(s.Words, columns[0]), append(s.Tags, columns[len(columns)-1])
		}
	}
	if err := sc.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return nil, fmt.Errorf("%w: line %d has over %d bytes", ErrExamples, line+1, maxColumns)
		}
		return nil, fmt.Errorf("reading tagged sentences: %w", err)
	}
	finish()
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: no tagged word", ErrExamples)
	}
	return out, nil
}

// maxColumns is the longest line of tagged words in bytes.
const maxColumns = 1 << 20
