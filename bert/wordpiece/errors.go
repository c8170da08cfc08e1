package wordpiece

import "errors"

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrVocabulary signifies a vocabulary that lacks a special token, holds a token twice or is not text.
	ErrVocabulary = errors.New("bad vocabulary")
	// ErrConfig signifies an option outside its range.
	ErrConfig = errors.New("bad configuration")
	// ErrLength signifies a limit on tokens that leaves no room for a text.
	ErrLength = errors.New("too few tokens allowed")
	// ErrID signifies a number that is none of the vocabulary's.
	ErrID = errors.New("unknown token number")
)
