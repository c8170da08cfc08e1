package glove

import "errors"

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrConfig signifies a setting out of its range.
	ErrConfig = errors.New("glove: bad config")
	// ErrCorpus signifies a corpus or counts that no model can learn from.
	ErrCorpus = errors.New("glove: nothing to learn from")
	// ErrCounts signifies a co-occurrence that cannot be: a word outside the vocabulary, a count that is not above 0.
	ErrCounts = errors.New("glove: bad co-occurrences")
	// ErrFile signifies a file that is no model or no checkpoint of this training.
	ErrFile = errors.New("glove: bad file")
	// ErrNotFinite signifies a residual or a weight that is NaN or infinite: a rate that is too high.
	ErrNotFinite = errors.New("glove: not finite")
	// ErrWord signifies a word that the model does not know.
	ErrWord = errors.New("glove: unknown word")
)
