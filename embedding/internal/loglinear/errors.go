package loglinear

import "errors"

var (
	// ErrConfig signifies settings that make no sense.
	ErrConfig = errors.New("loglinear: bad settings")
	// ErrCounts signifies counts that no distribution or tree can be made of.
	ErrCounts = errors.New("loglinear: bad counts")
	// ErrRow signifies an id that is no row of its table.
	ErrRow = errors.New("loglinear: no such row")
	// ErrPosition signifies a place in training that the corpus does not have.
	ErrPosition = errors.New("loglinear: no such position")
	// ErrNotFinite signifies tables that hold NaN or infinite numbers: a rate that is too high.
	ErrNotFinite = errors.New("loglinear: not finite")
)
