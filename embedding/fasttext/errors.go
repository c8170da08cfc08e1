package fasttext

import (
	"errors"
	"fmt"
	"io"

	"github.com/seed6481993f/verso/embedding/internal/course"
)

var (
	// ErrFormat signifies a file that is no fastText model, or one of a version that is not known.
	ErrFormat = errors.New("fasttext: not a model file")
	// ErrQuantized signifies a quantised model (.ftz), which is not read; the .bin it was made from is.
	ErrQuantized = errors.New("fasttext: the model is quantised")
	// ErrTruncated signifies a file that ends too early. It is an [io.ErrUnexpectedEOF].
	ErrTruncated = fmt.Errorf("fasttext: file is cut off: %w", io.ErrUnexpectedEOF)
	// ErrArgs signifies settings that no model can have.
	ErrArgs = errors.New("fasttext: bad arguments")
	// ErrDictionary signifies a dictionary with a word twice, a negative count, or a label before a word.
	ErrDictionary = errors.New("fasttext: bad dictionary")
	// ErrShape signifies matrices that do not fit the dictionary and the settings.
	ErrShape = errors.New("fasttext: sizes do not fit")
	// ErrUnknown signifies a word that is not in the dictionary and has no n-grams in the model.
	ErrUnknown = errors.New("fasttext: unknown word")
	// ErrEmpty signifies a text of which the model knows nothing.
	ErrEmpty = errors.New("fasttext: no known word or n-gram")
	// ErrKind signifies a question that this kind of model does not answer, such as labels of word vectors.
	ErrKind = errors.New("fasttext: wrong kind of model")
	// ErrQuery signifies a question that makes no sense, such as the best 0 of something.
	ErrQuery = errors.New("fasttext: bad query")
	// ErrCorpus signifies a corpus that no model can learn from.
	ErrCorpus = errors.New("fasttext: nothing to learn from")
	// ErrNotFinite signifies vectors that are NaN or infinite: a rate that is too high.
	ErrNotFinite = errors.New("fasttext: not finite")
	// ErrCheckpoint signifies a file that is no checkpoint of the training that is to go on.
	ErrCheckpoint = errors.New("fasttext: bad checkpoint")
)

var kind = course.Kind{Name: "fasttext", ErrConfig: ErrArgs, ErrCorpus: ErrCorpus, ErrFile: ErrCheckpoint, ErrNotFinite: ErrNotFinite}
