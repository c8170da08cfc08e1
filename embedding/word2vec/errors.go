package word2vec

import (
	"errors"

	"github.com/seed6481993f/verso/embedding/internal/course"
)

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrConfig signifies a setting out of its range.
	ErrConfig = errors.New("word2vec: bad config")
	// ErrCorpus signifies a corpus that no model can learn from, or not the one that training began with.
	ErrCorpus = errors.New("word2vec: bad corpus")
	// ErrFile signifies a file that is no model, or a model of another training.
	ErrFile = errors.New("word2vec: bad file")
	// ErrNotFinite signifies vectors that are NaN or infinite: a rate that is too high.
	ErrNotFinite = errors.New("word2vec: not finite")
	// ErrWord signifies a word that the model does not know.
	ErrWord = errors.New("word2vec: unknown word")
)

var kind = course.Kind{Name: "word2vec", ErrConfig: ErrConfig, ErrCorpus: ErrCorpus, ErrFile: ErrFile, ErrNotFinite: ErrNotFinite}
