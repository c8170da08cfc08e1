package node2vec

import (
	"errors"

	"github.com/seed6481993f/verso/embedding/internal/course"
)

// Errors that callers may want to tell apart with errors.Is.
var (
	// ErrConfig signifies a setting out of its range.
	ErrConfig = errors.New("node2vec: bad config")
	// ErrEdge signifies an edge that no graph can have: a weight that is not a finite number above 0, an empty name.
	ErrEdge = errors.New("node2vec: bad edge")
	// ErrFile signifies a file that is no model or no checkpoint of this training.
	ErrFile = errors.New("node2vec: bad file")
	// ErrNotFinite signifies vectors that are NaN or infinite: a rate that is too high.
	ErrNotFinite = errors.New("node2vec: not finite")
	// ErrFormat signifies a line that is no edge.
	ErrFormat = errors.New("node2vec: bad edge list")
	// ErrGraph signifies a graph that no walk can be made on.
	ErrGraph = errors.New("node2vec: bad graph")
	// ErrNode signifies a node that is not there.
	ErrNode = errors.New("node2vec: unknown node")
)

var kind = course.Kind{Name: "node2vec", ErrConfig: ErrConfig, ErrCorpus: ErrGraph, ErrFile: ErrFile, ErrNotFinite: ErrNotFinite}
