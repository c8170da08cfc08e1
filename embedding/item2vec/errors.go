package item2vec

import (
	"errors"

	"github.com/seed6481993f/verso/embedding/internal/course"
)

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrConfig signifies a setting out of its range.
	ErrConfig = errors.New("item2vec: bad config")
	// ErrSets signifies sets that no model can learn from.
	ErrSets = errors.New("item2vec: nothing to learn from")
	// ErrFile signifies a file that is no model or no checkpoint of this training.
	ErrFile = errors.New("item2vec: bad file")
	// ErrNotFinite signifies vectors that are NaN or infinite: a rate that is too high.
	ErrNotFinite = errors.New("item2vec: not finite")
	// ErrItem signifies an item that the model does not know.
	ErrItem = errors.New("item2vec: unknown item")
)

var kind = course.Kind{Name: "item2vec", ErrConfig: ErrConfig, ErrCorpus: ErrSets, ErrFile: ErrFile, ErrNotFinite: ErrNotFinite}
