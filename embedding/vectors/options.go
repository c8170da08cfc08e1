package vectors

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// UTF8Policy says what a reader does with a word that is not valid UTF-8, such as
// the C program writes when it cuts a long word in the middle of a character.
type UTF8Policy int

const (
	// UTF8Strict returns [ErrInvalidUTF8].
	UTF8Strict UTF8Policy = iota
	// UTF8Replace puts U+FFFD in the place of each run of invalid bytes.
	UTF8Replace
	// UTF8Drop takes the invalid bytes out of the word.
	UTF8Drop
	// UTF8Keep leaves the bytes as they are.
	UTF8Keep
)

// Options says what a reader keeps of a file. The zero value keeps everything and
// takes only valid UTF-8.
type Options struct {
	// Limit is the number of rows to read, from the first on; in most files those
	// are the most frequent words. 0 reads all.
	Limit int
	// Keep, if set, tells which words to keep; it is asked in the order of the file.
	// Rows that are left out count for Limit, take no memory, and their numbers are
	// not looked at.
	Keep func(word string) bool
	// InvalidUTF8 says what to do with words that are not valid UTF-8.
	InvalidUTF8 UTF8Policy
	// Dim is the D that the file must have. 0 takes any. For GloVe text, where D is
	// written nowhere, it settles which of the fields are numbers.
	Dim int
}

func (o Options) validate() error {
	switch {
	case o.Limit < 0:
		return fmt.Errorf("%w: Limit %d, want 0 or more", ErrOptions, o.Limit)
	case o.Dim < 0 || o.Dim > maxDim:
		return fmt.Errorf("%w: Dim %d, want 0 … %d", ErrOptions, o.Dim, maxDim)
	case o.InvalidUTF8 < UTF8Strict || o.InvalidUTF8 > UTF8Keep:
		return fmt.Errorf("%w: InvalidUTF8 %d", ErrOptions, o.InvalidUTF8)
	}
	return nil
}

// word applies the policy for invalid UTF-8.
func (o Options) word(raw []byte) (string, error) {
	if len(raw) > maxWord {
		return "", fmt.Errorf("%w: a word of %d bytes, limit %d", ErrRow, len(raw), maxWord)
	}
	if o.InvalidUTF8 == UTF8Keep || utf8.Valid(raw) {
		return string(raw), nil
	}
	switch o.InvalidUTF8 {
	case UTF8Replace:
		return strings.ToValidUTF8(string(raw), "\ufffd"), nil
	case UTF8Drop:
		return strings.ToValidUTF8(string(raw), ""), nil
	default:
		return "", fmt.Errorf("%w: %q", ErrInvalidUTF8, raw)
	}
}
