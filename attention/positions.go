package attention

import (
	"fmt"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// AddSinusoid adds to each row a signal of its place t in its sequence, the same
// for every sequence, of n features:
//
//	y_t[2i] = x_t[2i] + sin(t/10000^(2i/n)),  y_t[2i+1] = x_t[2i+1] + cos(t/10000^(2i/n))
//
// Source: Vaswani et al. 2017, section 3.5.
func AddSinusoid(g *verso.Graph, s verso.Sequence) verso.Sequence {
	s.Rows = apply(g, "positions", []*gorgonia.Node{s.Rows, s.Lengths})(op.SinusoidalPositions(s.Features()))
	return s
}

// Sinusoid returns the signals of [AddSinusoid] for the places 0 … length − 1,
// (length, features) row by row; none unless both are above 0.
func Sinusoid(length, features int) []float64 {
	if length < 1 || features < 1 {
		return nil
	}
	out := make([]float64, length*features)
	for t := range length {
		op.Sinusoid(t, out[t*features:(t+1)*features])
	}
	return out
}

// SinusoidAt writes the signal of one place over row.
func SinusoidAt(place int, row []float32) { op.Sinusoid(place, row) }

// LearnedPositions adds to each row a vector of its place that is learned:
//
//	y_t = x_t + table[t]
//
// Source: Gehring et al. 2017, Convolutional sequence to sequence learning,
// section 3.1; BERT does the same.
type LearnedPositions struct {
	Weight *verso.Param // "weight" (limit, features)
}

// NewLearnedPositions adds the table "weight", drawn from N(0, 0.02²) as BERT's,
// for sequences of at most limit rows.
func NewLearnedPositions(ps *verso.Params, limit, features int) *LearnedPositions {
	if limit < 1 {
		ps.Fail(fmt.Errorf("%w: positions want a limit of at least 1, got %d", verso.ErrConfig, limit))
	}
	return &LearnedPositions{Weight: ps.NewTable("weight", verso.Normal(0, 0.02), max(1, limit), features)}
}

// Forward returns rows of the same sizes. A sequence of more rows than the limit
// is a [verso.ErrInput] when the graph runs.
func (p *LearnedPositions) Forward(g *verso.Graph, s verso.Sequence) verso.Sequence {
	s.Rows = g.Apply("positions", op.LearnedPositions(), s.Rows, s.Lengths, g.Param(p.Weight)) // (total, features)
	return s
}
