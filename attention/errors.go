package attention

import "errors"

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrClass signifies a class that the model does not know.
	ErrClass = errors.New("unknown class")
	// ErrExamples signifies training examples that no model can learn from.
	ErrExamples = errors.New("bad training examples")
)
