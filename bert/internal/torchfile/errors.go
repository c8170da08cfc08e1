package torchfile

import "errors"

// Errors of reading, wrapped with what was wanted and given.
var (
	// ErrFormat signifies a file that torch.save did not write.
	ErrFormat = errors.New("no file of torch.save")
	// ErrPickle signifies a pickle that is broken or does more than a state dict needs.
	ErrPickle = errors.New("bad pickle")
	// ErrTensor signifies a tensor that does not fit its storage, or of an unknown type.
	ErrTensor = errors.New("bad tensor")
	// ErrNotFound signifies a name that the file does not hold.
	ErrNotFound = errors.New("no such tensor")
)
