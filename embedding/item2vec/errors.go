package item2vec

import "errors"

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrConfig signifies a setting out of its range.
	ErrConfig = errors.New("item2vec: bad config")
	// ErrSets signifies sets that no model can learn from.
	ErrSets = errors.New("item2vec: nothing to learn from")
	// ErrFile signifies a file that is no model or no checkpoint of this training.
	ErrFile = errors.New("item2vec: bad file")
)
