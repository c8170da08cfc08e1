package recurrent

import "errors"

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrCell signifies a layer that cannot go step by step: it reads sequences
	// backwards too, or its numbers are not float32.
	ErrCell = errors.New("layer has no cell")
	// ErrState signifies states that do not fit a layer or a batch.
	ErrState = errors.New("state does not fit")
	// ErrClass signifies a class that a classifier does not know.
	ErrClass = errors.New("unknown class")
	// ErrExamples signifies training examples that no classifier can learn from.
	ErrExamples = errors.New("bad training examples")
	// ErrToken signifies a token that a language model does not know.
	ErrToken = errors.New("unknown token")
	// ErrText signifies a text too short to learn from, to judge or to go on with.
	ErrText = errors.New("text is too short")
)
