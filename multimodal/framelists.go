package multimodal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// ReadFrameLists reads the ids of the frames of each video, [Videos].Of, from a
// video2frames.txt, the file that Dual Encoding's program reads: a dictionary of
// lists as Python writes it,
//
//	{'video1': ['video1_0', 'video1_1'], 'video2': ['video2_0']}
//
// A video that is named twice is an error.
func ReadFrameLists(r io.Reader) (map[string][]string, error) {
	p := &pythonReader{in: bufio.NewReader(r)}
	lists := map[string][]string{}
	err := p.items('{', '}', func() error {
		id, err := p.text()
		if err != nil {
			return err
		}
		if _, twice := lists[id]; twice {
			return fmt.Errorf("%w: %.60q is there twice", ErrID, id)
		}
		if err := p.want(':'); err != nil {
			return err
		}
		lists[id] = []string{}
		return p.items('[', ']', func() error {
			frame, err := p.text()
			lists[id] = append(lists[id], frame)
			return err
		})
	})
	if err == nil {
		if c, end := p.next(); !errors.Is(end, io.EOF) {
			err = fmt.Errorf("%q after the dictionary", c)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: at byte %d: %w", ErrFile, p.at, err)
	}
	return lists, nil
}

// LoadFrameLists reads the file at path by [ReadFrameLists].
func LoadFrameLists(path string) (map[string][]string, error) { return load(path, ReadFrameLists) }

// pythonReader reads strings and brackets of Python.
type pythonReader struct {
	in *bufio.Reader
	at int64 // bytes read
}

func (p *pythonReader) rune() (rune, error) {
	c, n, err := p.in.ReadRune()
	p.at += int64(n)
	return c, err
}

// next reads the next character that is no white space.
func (p *pythonReader) next() (rune, error) {
	for {
		if c, err := p.rune(); err != nil || !unicode.IsSpace(c) {
			return c, err
		}
	}
}

// back unreads one character.
func (p *pythonReader) back(c rune) {
	_ = p.in.UnreadRune() // it was read just now
	p.at -= int64(len(string(c)))
}

func (p *pythonReader) want(what rune) error {
	switch c, err := p.next(); {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("want %q: %w", what, io.ErrUnexpectedEOF)
	case err != nil:
		return err
	case c != what:
		return fmt.Errorf("want %q, got %q", what, c)
	}
	return nil
}

// items reads what stands between two brackets, parted by commas, of which one may
// come last.
func (p *pythonReader) items(open, shut rune, item func() error) error {
	if err := p.want(open); err != nil {
		return err
	}
	for first := true; ; first = false {
		c, err := p.next()
		if err == nil && c == ',' && !first {
			c, err = p.next()
		} else if err == nil && c != shut && !first {
			return fmt.Errorf("want ',' or %q, got %q", shut, c)
		}
		switch {
		case errors.Is(err, io.EOF):
			return fmt.Errorf("want %q: %w", shut, io.ErrUnexpectedEOF)
		case err != nil:
			return err
		case c == shut:
			return nil
		}
		p.back(c)
		if err := item(); err != nil {
			return err
		}
	}
}

// text reads a string: '…' or "…", of Python 2 also u'…'.
func (p *pythonReader) text() (string, error) {
	quote, err := p.next()
	if err == nil && quote == 'u' {
		quote, err = p.rune()
	}
	if err == nil && quote != '\'' && quote != '"' {
		return "", fmt.Errorf("want a string, got %q", quote)
	}
	var s strings.Builder
	for err == nil {
		var c rune
		switch c, err = p.rune(); {
		case err != nil:
		case c == quote:
			return s.String(), nil
		case c == '\\':
			if c, err = p.escaped(); err == nil {
				s.WriteRune(c)
			}
		case s.Len() > maxID:
			return "", fmt.Errorf("a string of more than %d bytes", maxID)
		default:
			s.WriteRune(c)
		}
	}
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("within a string: %w", io.ErrUnexpectedEOF)
	}
	return "", err
}

// escaped reads what comes after a backslash.
func (p *pythonReader) escaped() (rune, error) {
	c, err := p.rune()
	if err != nil {
		return 0, err
	}
	digits, ok := map[rune]int{'x': 2, 'u': 4, 'U': 8}[c]
	if !ok {
		if plain, ok := map[rune]rune{'\\': '\\', '\'': '\'', '"': '"', 'n': '\n', 't': '\t', 'r': '\r'}[c]; ok {
			return plain, nil
		}
		return 0, fmt.Errorf(`no escape is \%c`, c)
	}
	hex := make([]rune, digits)
	for i := range hex {
		if hex[i], err = p.rune(); err != nil {
			return 0, err
		}
	}
	n, err := strconv.ParseUint(string(hex), 16, 32)
	if err != nil || n > unicode.MaxRune {
		return 0, fmt.Errorf(`no character is \%c%s`, c, string(hex))
	}
	return rune(n), nil
}
