package conv1d

import "errors"

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrVariant signifies a name that is none of Kim's variants.
	ErrVariant = errors.New("unknown variant")
	// ErrTokenizer signifies a name that is none of the tokenizers.
	ErrTokenizer = errors.New("unknown tokenizer")
	// ErrVectors signifies a variant that wants pretrained vectors and got none, or the other way round.
	ErrVectors = errors.New("word vectors do not fit the variant")
	// ErrClass signifies a class that the model does not know.
	ErrClass = errors.New("unknown class")
	// ErrExamples signifies training examples that no classifier can learn from.
	ErrExamples = errors.New("bad training examples")
)
