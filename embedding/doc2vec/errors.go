package doc2vec

import "errors"

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrConfig signifies a setting out of its range.
	ErrConfig = errors.New("doc2vec: bad config")
	// ErrCorpus signifies documents that no model can learn from.
	ErrCorpus = errors.New("doc2vec: nothing to learn from")
	// ErrFile signifies a file that is no model or no checkpoint of this training.
	ErrFile = errors.New("doc2vec: bad file")
)
