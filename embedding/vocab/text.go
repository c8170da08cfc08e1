package vocab

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
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
// Word and count are parted by a tab. In a word a backslash, a tab, a line feed
// and a carriage return are written as \\, \t, \n and \r. The header's pad and unk
// are absent where there is none; the first `special` words are the special ones.
const (
	magic   = "verso-vocabulary"
	version = 1
	maxLine = 2*maxWord + 64 // every byte escaped, a tab and a count
)

var (
	escaper   = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
	unescaped = map[byte]byte{'\\': '\\', 't': '\t', 'n': '\n', 'r': '\r'}
)

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
	in := bufio.NewScanner(r)
	in.Buffer(nil, maxLine)
	in.Split(splitLines)
	if !in.Scan() {
		return nil, fmt.Errorf("line 1: %w", cmp.Or(scanError(in), ErrFormat))
	}
	h, err := parseHeader(in.Text())
	if err != nil {
		return nil, fmt.Errorf("line 1: %w", err)
	}
	v := newVocabulary(0, h.special)
	v.pad, v.unk = h.pad, h.unk
	line := 2
	for ; in.Scan(); line++ {
		if v.Len() == h.words {
			return nil, fmt.Errorf("line %d: %w: more than the %d words of the header", line, ErrFormat, h.words)
		}
		word, count, err := parseLine(in.Text())
		if err == nil {
			err = v.add(word, count)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	if err := scanError(in); err != nil {
		return nil, fmt.Errorf("line %d: %w", line, err)
	}
	if v.Len() != h.words {
		return nil, fmt.Errorf("%w: %d words, the header promises %d", ErrFormat, v.Len(), h.words)
	}
	return v, nil
}

func scanError(in *bufio.Scanner) error {
	if err := in.Err(); !errors.Is(err, bufio.ErrTooLong) {
		return err
	}
	return fmt.Errorf("%w: the line has more than %d bytes", ErrTooLong, maxLine)
}

// splitLines is bufio.ScanLines, but the last line must end too: else a file cut
// in the middle of a count would pass.
func splitLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, bytes.TrimSuffix(data[:i], []byte{'\r'}), nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, fmt.Errorf("%w: the last line has no end: %w", ErrFormat, io.ErrUnexpectedEOF)
	}
	return 0, nil, nil
}

type header struct{ words, special, pad, unk int }

// parseHeader reads the first line. An unknown version or field is an error: a
// later version may mean something that this one would get wrong.
func parseHeader(s string) (header, error) {
	h := header{words: -1, special: -1, pad: -1, unk: -1}
	fields := strings.Fields(s)
	if len(fields) < 2 || fields[0] != magic {
		return h, fmt.Errorf("%w: header %.40q does not start with %q", ErrFormat, s, magic)
	}
	if fields[1] != strconv.Itoa(version) {
		return h, fmt.Errorf("%w: version %.20q, want %d", ErrFormat, fields[1], version)
	}
	into := map[string]*int{"words": &h.words, "special": &h.special, "pad": &h.pad, "unk": &h.unk}
	for _, f := range fields[2:] {
		key, value, _ := strings.Cut(f, "=")
		n, err := strconv.ParseUint(value, 10, 31)
		if into[key] == nil || *into[key] >= 0 || err != nil {
			return h, fmt.Errorf("%w: header field %.40q", ErrFormat, f)
		}
		*into[key] = int(n)
	}
	if h.words < 0 || h.special < 0 || h.special > h.words || h.pad >= h.special || h.unk >= h.special {
		return h, fmt.Errorf("%w: header wants words ≥ special > pad, unk: %.80q", ErrFormat, s)
	}
	return h, nil
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

func unescape(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b = append(b, s[i])
			continue
		}
		i++
		if i == len(s) || unescaped[s[i]] == 0 {
			return "", fmt.Errorf(`%w: escape in %.40q, want \\, \t, \n or \r`, ErrFormat, s)
		}
		b = append(b, unescaped[s[i]])
	}
	return string(b), nil
}
