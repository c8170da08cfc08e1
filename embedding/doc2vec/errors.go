package doc2vec

import (
	"errors"

	"github.com/seed6481993f/verso/embedding/internal/course"
)

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrConfig signifies a setting out of its range.
	ErrConfig = errors.New("doc2vec: bad config")
	// ErrCorpus signifies documents that no model can learn from.
	ErrCorpus = errors.New("doc2vec: nothing to learn from")
	// ErrFile signifies a file that is no model or no checkpoint of this training.
	ErrFile = errors.New("doc2vec: bad file")
	// ErrNotFinite signifies vectors that are NaN or infinite: a rate that is too high.
	ErrNotFinite = errors.New("doc2vec: not finite")
)

var kind = course.Kind{Name: "doc2vec", ErrConfig: ErrConfig, ErrCorpus: ErrCorpus, ErrFile: ErrFile, ErrNotFinite: ErrNotFinite}
