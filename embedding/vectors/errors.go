package vectors

import (
	"errors"
	"fmt"
	"io"
)

var (
	// ErrShape signifies words and numbers that do not fit each other.
	ErrShape = errors.New("vectors: sizes do not fit")
	// ErrDuplicate signifies a word that appears twice where it may appear once.
	ErrDuplicate = errors.New("vectors: duplicate word")
	// ErrHeader signifies a first line that no file of the format has, or one that
	// does not agree with the rows.
	ErrHeader = errors.New("vectors: bad header")
	// ErrRow signifies a row that is not a word and as many numbers as wanted.
	ErrRow = errors.New("vectors: bad row")
	// ErrTruncated signifies a file that ends before its last row. It is an
	// [io.ErrUnexpectedEOF].
	ErrTruncated = fmt.Errorf("vectors: file is cut off: %w", io.ErrUnexpectedEOF)
	// ErrInvalidUTF8 signifies a word that is not valid UTF-8; see [UTF8Policy].
	ErrInvalidUTF8 = errors.New("vectors: word is not valid UTF-8")
	// ErrWord signifies a word that the format to be written cannot carry.
	ErrWord = errors.New("vectors: word does not fit the format")
	// ErrOptions signifies [Options] that make no sense.
	ErrOptions = errors.New("vectors: bad options")
	// ErrUnknown signifies words that are not in the table; the error names them all.
	ErrUnknown = errors.New("vectors: unknown words")
	// ErrQuery signifies a question that has no answer: of no words, of a vector without a
	// direction, or for the best 0 of something.
	ErrQuery = errors.New("vectors: bad query")
	// ErrLine signifies a line of an evaluation file that is not as the format wants it.
	ErrLine = errors.New("vectors: bad line")
)
