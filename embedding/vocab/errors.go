package vocab

import "errors"

var (
	// ErrConfig signifies a [Config] that no vocabulary can satisfy.
	ErrConfig = errors.New("vocab: bad config")
	// ErrCount signifies a count that is negative or too large to add up.
	ErrCount = errors.New("vocab: bad count")
	// ErrDuplicate signifies a word that appears twice where it may appear once.
	ErrDuplicate = errors.New("vocab: duplicate word")
	// ErrFormat signifies a file that is not a vocabulary of a known version.
	ErrFormat = errors.New("vocab: malformed vocabulary file")
	// ErrInvalidUTF8 signifies a word that is not valid UTF-8.
	ErrInvalidUTF8 = errors.New("vocab: word is not valid UTF-8")
	// ErrRange signifies an id outside 0 … n-1.
	ErrRange = errors.New("vocab: id out of range")
	// ErrShape signifies sizes that do not fit each other.
	ErrShape = errors.New("vocab: sizes do not fit")
	// ErrTooLong signifies a word or a line longer than the limit.
	ErrTooLong = errors.New("vocab: word too long")
)
