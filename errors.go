package verso

import (
	"errors"

	"github.com/seed6481993f/verso/internal/op"
)

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrShape signifies sizes that do not fit: the message names the wanted and the given.
	ErrShape = op.ErrShape
	// ErrInput signifies an id, a label or a length out of its range.
	ErrInput = op.ErrInput
	// ErrPanic signifies a panic inside an operation: a fault of this library, or of the
	// memory that it was given.
	ErrPanic = op.ErrPanic
	// ErrDuplicateParam signifies two parameters of one name in one set.
	ErrDuplicateParam = errors.New("duplicate parameter name")
	// ErrGraph signifies a node that does not belong to the graph it is used in.
	ErrGraph = errors.New("wrong graph")
	// ErrNotFinite signifies numbers that are NaN or infinite: a loss or a gradient, at
	// which training stops, or what a prediction would be made of.
	ErrNotFinite = errors.New("not finite")
	// ErrConfig signifies a configuration value outside its range.
	ErrConfig = errors.New("bad configuration")
	// ErrData signifies a data set that cannot be trained on.
	ErrData = errors.New("bad data set")
	// ErrCheckpoint signifies a checkpoint of another model or another configuration.
	ErrCheckpoint = errors.New("checkpoint does not fit")
	// ErrFile signifies a model file that lacks something or does not fit the model.
	ErrFile = errors.New("bad model file")
)
