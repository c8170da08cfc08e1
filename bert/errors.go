package bert

import "errors"

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrCheckpoint signifies a folder or file of weights that lacks something or does not fit its configuration.
	ErrCheckpoint = errors.New("bad checkpoint")
	// ErrHead signifies a question to a model without the head that would answer it.
	ErrHead = errors.New("the model has no such head")
	// ErrVocabulary signifies a vocabulary of another size than the model's table of words.
	ErrVocabulary = errors.New("vocabulary does not fit the model")
	// ErrMask signifies a text without a masked word where one is asked for.
	ErrMask = errors.New("no masked word")
	// ErrExamples signifies training examples that cannot be learned from.
	ErrExamples = errors.New("bad training examples")
	// ErrClass signifies a class that the model does not know.
	ErrClass = errors.New("unknown class")
	// ErrCorpus signifies a corpus that gives no training example.
	ErrCorpus = errors.New("bad corpus")
)
