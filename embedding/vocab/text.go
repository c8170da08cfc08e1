package vocab

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// The text form, one line a word in the order of the ids:
//
//	verso-vocabulary 1 words=3 special=2 pad=0 unk=1
//	<pad>	0
//	<unk>	7
//	the	12
//
// Word and count are parted by a tab. The header's pad and unk are absent where there is none; the first `special` words
// are the special ones.
const magic = "verso-vocabulary"

// Write writes the vocabulary as text: a header with the version, the sizes and
// the special words, then "word TAB count" a line. Read gives back the same
// vocabulary, whatever characters its words hold.
func (v *Vocabulary) Write(w io.Writer) error {
	text, err := v.MarshalText()
	if err != nil {
		return err
	}
	if _, err = w.Write(text); err != nil {
		return fmt.Errorf("vocab: write: %w", err)
	}
	return nil
}

// MarshalText returns the bytes that [Vocabulary.Write] writes, so that a
// vocabulary can travel as a string inside another file.
func (v *Vocabulary) MarshalText() ([]byte, error) {
	b := fmt.Appendf(nil, "%s %d words=%d special=%d", magic, version, len(v.words), v.special)
	if id, ok := v.Pad(); ok {
		b = fmt.Appendf(b, " pad=%d", id)
	}
	if id, ok := v.Unk(); ok {
		b = fmt.Appendf(b, " unk=%d", id)
	}
	b = append(b, '\n')
	for id, w := range v.words {
		b = append(b, escaper.Replace(w)...)
		b = append(b, '\t')
		b = strconv.AppendInt(b, v.counts[id], 10)
		b = append(b, '\n')
	}
	return b, nil
}

// UnmarshalText replaces the vocabulary by the one in text; on error it stays as
// it was. Not to be called while others read the vocabulary.
func (v *Vocabulary) UnmarshalText(text []byte) error {
	read, err := Read(bytes.NewReader(text))
	if err != nil {
		return err
	}
	*v = *read
	return nil
}

// Read reads what [Vocabulary.Write] wrote, to the end of r. Memory grows with
// what is read, never with what the header promises. Lines may end in CRLF. Counts
// need not fall, so that a file can be edited by hand. Errors name the line:
// [ErrFormat], [ErrCount], [ErrDuplicate], [ErrInvalidUTF8], [ErrTooLong].
func Read(r io.Reader) (*Vocabulary, error) {
	words, special, pad, unk := -1, -1, -1, -1
	var v *Vocabulary
	err := readForm(r, magic, map[string]*int{"words": &words, "special": &special, "pad": &pad, "unk": &unk},
		func(header string) error {
			if words < 0 || special < 0 || special > words || pad >= special || unk >= special {
				return fmt.Errorf("%w: header wants words ≥ special > pad, unk: %.80q", ErrFormat, header)
			}
			v = newVocabulary(0, special)
			v.pad, v.unk = pad, unk
			return nil
		},
		func(line string) error {
			if v.Len() == words {
				return fmt.Errorf("%w: more than the %d words of the header", ErrFormat, words)
			}
			word, count, err := parseLine(line)
			if err != nil {
				return err
			}
			return v.add(word, count)
		})
	if err != nil {
		return nil, err
	}
	if v.Len() != words {
		return nil, fmt.Errorf("%w: %d words, the header promises %d", ErrFormat, v.Len(), words)
	}
	return v, nil
}

// parseLine reads "word TAB count".
func parseLine(s string) (string, int64, error) {
	escaped, digits, ok := strings.Cut(s, "\t")
	if !ok {
		return "", 0, fmt.Errorf("%w: no tab in %.40q", ErrFormat, s)
	}
	word, err := unescape(escaped)
	if err != nil {
		return "", 0, err
	}
	count, err := parseCount(digits, escaped)
	return word, count, err
}

func parseCount(digits, word string) (int64, error) {
	count, err := strconv.ParseUint(digits, 10, 63)
	if err != nil {
		return 0, fmt.Errorf("%w: %.40q after %.40q, want 0 … %d", ErrCount, digits, word, int64(math.MaxInt64))
	}
	return int64(count), nil
}
