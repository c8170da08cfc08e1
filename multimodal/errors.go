package multimodal

import "errors"

// Errors that callers may want to tell apart with errors.Is. Settings out of
// their range wrap verso.ErrConfig, model files verso.ErrFile.
var (
	// ErrShape signifies numbers, names or sizes that do not fit each other.
	ErrShape = errors.New("multimodal: sizes do not fit")
	// ErrFile signifies a file of features or of an index that is not what its format wants.
	ErrFile = errors.New("multimodal: bad file")
	// ErrID signifies a name that is unknown, empty, or there twice.
	ErrID = errors.New("multimodal: bad id")
	// ErrNotFinite signifies a feature that is NaN or infinite.
	ErrNotFinite = errors.New("multimodal: number is not finite")
	// ErrCaptions signifies captions that no model can learn from.
	ErrCaptions = errors.New("multimodal: bad captions")
	// ErrVectors signifies a model that wants word vectors and got none, or others than its own.
	ErrVectors = errors.New("multimodal: word vectors do not fit")
)
