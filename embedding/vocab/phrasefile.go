package vocab

import (
	"bytes"
	"encoding"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed6481993f/verso/internal/atomicfile"
)

var (
	_ encoding.TextMarshaler   = (*Phrases)(nil)
	_ encoding.TextUnmarshaler = (*Phrases)(nil)
)

// The text form: the delimiter, the connectors, then a line a phrase, score and words.
//
//	verso-phrases 1 phrases=2 connectors=1
//	_
//	of
//	31.5	new	york
//	12.25	bank	of	america
const phrasesName = "verso-phrases"

// MarshalText returns the bytes that [Phrases.Write] writes, so that phrases can travel as a
// string inside another file.
func (p *Phrases) MarshalText() ([]byte, error) {
	b := fmt.Appendf(nil, "%s %d phrases=%d connectors=%d\n", phrasesName, version, len(p.keys), len(p.connectors))
	for _, w := range append([]string{p.delimiter}, p.connectors...) {
		if !utf8.ValidString(w) {
			return nil, fmt.Errorf("%w: %q", ErrInvalidUTF8, w)
		}
		if len(w) > maxWord {
			return nil, fmt.Errorf("%w: %d bytes, limit %d: %.20q…", ErrTooLong, len(w), maxWord, w)
		}
		b = append(append(b, escaper.Replace(w)...), '\n')
	}
	for words, score := range p.All() {
		b = strconv.AppendFloat(b, score, 'g', -1, 64)
		for _, w := range words {
			b = append(append(b, '\t'), escaper.Replace(w)...)
		}
		b = append(b, '\n')
	}
	return b, nil
}

// Write writes the phrases as text. [ReadPhrases] gives back the same, whatever characters
// their words hold.
func (p *Phrases) Write(w io.Writer) error {
	text, err := p.MarshalText()
	if err != nil {
		return err
	}
	if _, err = w.Write(text); err != nil {
		return fmt.Errorf("vocab: write: %w", err)
	}
	return nil
}

// UnmarshalText replaces the phrases by those in text; on error they stay as they were. Not
// to be called while others use them.
func (p *Phrases) UnmarshalText(text []byte) error {
	read, err := ReadPhrases(bytes.NewReader(text))
	if err != nil {
		return err
	}
	*p = *read
	return nil
}

// ReadPhrases reads what [Phrases.Write] wrote, to the end of r. Memory grows with what is
// read, never with what the header promises. Errors name the line: [ErrFormat],
// [ErrDuplicate], [ErrInvalidUTF8], [ErrTooLong].
func ReadPhrases(r io.Reader) (*Phrases, error) {
	phrases, connectors := -1, -1
	var head []string // delimiter and connectors
	var p *Phrases
	err := readForm(r, phrasesName, map[string]*int{"phrases": &phrases, "connectors": &connectors},
		func(header string) error {
			if phrases < 0 || connectors < 0 {
				return fmt.Errorf("%w: header wants phrases and connectors: %.80q", ErrFormat, header)
			}
			return nil
		},
		func(line string) error {
			if len(head) <= connectors {
				w, err := unescape(line)
				if err == nil && (!utf8.ValidString(w) || len(w) > maxWord) {
					err = fmt.Errorf("%w: delimiter or connector %.40q", ErrFormat, line)
				}
				if head = append(head, w); len(head) == connectors+1 {
					p = newPhrases(head[0], head[1:])
				}
				return err
			}
			if p.Len() == phrases {
				return fmt.Errorf("%w: more than the %d phrases of the header", ErrFormat, phrases)
			}
			return p.addLine(line)
		})
	if err != nil {
		return nil, err
	}
	if p == nil || p.Len() != phrases {
		return nil, fmt.Errorf("%w: the file ends before the %d connectors and %d phrases that the header promises", ErrFormat, connectors, phrases)
	}
	p.sort()
	return p, nil
}

// addLine reads "score TAB word TAB word …".
func (p *Phrases) addLine(line string) error {
	fields := strings.Split(line, "\t")
	score, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return fmt.Errorf("%w: score %.40q", ErrFormat, fields[0])
	}
	words := fields[1:]
	for i, w := range words {
		if words[i], err = unescape(w); err != nil {
			return err
		}
	}
	return p.add(words, score)
}

// SaveFile writes the phrases to a file as [Vocabulary.SaveFile] does.
func (p *Phrases) SaveFile(path string) error { return atomicfile.Write(path, p.Write) }

// LoadPhrases reads a file as [ReadPhrases] does.
func LoadPhrases(path string) (*Phrases, error) { return load(path, ReadPhrases) }
