package vocab

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The text forms of this package begin with a header, "NAME VERSION field=number …", and go on line by line, in fields
// parted by tabs. In a field a backslash, a tab, a line feed and a carriage return are written as \\, \t, \n and \r.
const (
	version = 1
	maxLine = 2*maxWord + 64 // every byte of a word escaped, a tab and a number
)

var (
	escaper   = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
	unescaped = map[byte]byte{'\\': '\\', 't': '\t', 'n': '\n', 'r': '\r'}
)

// readForm reads the form of that name to the end of r: the numbers of the header into fields, which must be -1 before and
// of which those that are not there stay so, then it calls begin, and line for each line. Errors name the line.
func readForm(r io.Reader, name string, fields map[string]*int, begin func(header string) error, line func(s string) error) error {
	in := bufio.NewScanner(r)
	in.Buffer(nil, maxLine)
	in.Split(splitLines)
	if !in.Scan() {
		return fmt.Errorf("line 1: %w", cmp.Or(scanError(in), ErrFormat))
	}
	err := parseHeader(in.Text(), name, fields)
	if err == nil {
		err = begin(in.Text())
	}
	number := 1
	for ; err == nil && in.Scan(); number++ {
		err = line(in.Text())
	}
	if err == nil {
		if err = scanError(in); err == nil {
			return nil
		}
		number++
	}
	return fmt.Errorf("line %d: %w", number, err)
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

// parseHeader reads the first line. An unknown version or field is an error: a later version may mean something that this
// one would get wrong.
func parseHeader(s, name string, fields map[string]*int) error {
	words := strings.Fields(s)
	if len(words) < 2 || words[0] != name {
		return fmt.Errorf("%w: header %.40q does not start with %q", ErrFormat, s, name)
	}
	if words[1] != strconv.Itoa(version) {
		return fmt.Errorf("%w: version %.20q, want %d", ErrFormat, words[1], version)
	}
	for _, f := range words[2:] {
		key, value, _ := strings.Cut(f, "=")
		n, err := strconv.ParseUint(value, 10, 31)
		if fields[key] == nil || *fields[key] >= 0 || err != nil {
			return fmt.Errorf("%w: header field %.40q", ErrFormat, f)
		}
		*fields[key] = int(n)
	}
	return nil
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
