package embedding

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// OneHot makes of every id the vector of N numbers with a 1 at its place and 0
// elsewhere:
//
//	ids (total) → y (total, N),  y_t[i] = 1 where i = id_t, else 0
//
// It has no parameters and no gradient. A [verso.Linear] without bias over it
// gives the same numbers and gradients as an [Embedding] whose table is the
// transposed weight.
//
// Cost: N numbers a word.
type OneHot struct {
	N     int          // number of words, at least 1
	Dtype tensor.Dtype // of the vectors; the zero value means tensor.Float32
}

// Forward maps the words of a batch to a sequence of their vectors, (total, N).
// An id outside 0 … N−1 is [verso.ErrInput] when the graph runs.
func (o OneHot) Forward(g *verso.Graph, t verso.Tokens) verso.Sequence {
	return verso.Sequence{Rows: o.Vectors(g, t.IDs), Lengths: t.Lengths}
}

// Vectors maps ids of any shape (…) to their vectors (…, N).
func (o OneHot) Vectors(g *verso.Graph, ids *gorgonia.Node) *gorgonia.Node {
	spec := op.OneHot(o.N)
	if o.Dtype == tensor.Float64 {
		spec.F32 = nil
	}
	return g.Apply("one-hot", spec, ids)
}
