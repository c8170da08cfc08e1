package recurrent

import "errors"

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrCell signifies a layer that cannot go step by step: it reads sequences
	// backwards too, or its numbers are not float32.
	ErrCell = errors.New("layer has no cell")
	// ErrState signifies states that do not fit a layer or a batch.
	ErrState = errors.New("state does not fit")
)
