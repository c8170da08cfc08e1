package embedding

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// Config holds the options of an [Embedding]. It is taken literally: start from
// [DefaultConfig].
type Config struct {
	// PadRow is a row that starts at zero and never learns; default −1: none.
	PadRow int
	// MaxNorm, where it is above 0, limits the norm of the rows that are looked
	// up, as PyTorch's max_norm: a row above it is rescaled to it in the table
	// itself before it is copied, row ← row·MaxNorm/(norm + 10⁻⁷). This happens
	// while training; in evaluation the copy is rescaled and the table is only
	// read. The gradient does not go through the norm. Default 0: no limit.
	MaxNorm float64
	// NormType is the order p of that norm, (Σ|x_i|^p)^(1/p); default 2, and
	// math.Inf(1) is the largest magnitude.
	NormType float64
	// ScaleGradByFreq divides the gradient of each row by the number of times
	// its id occurs in the batch; default false.
	ScaleGradByFreq bool
	// Frozen keeps the table as it is: it gets no gradient. Default false.
	Frozen bool
	// Init draws the rows of [New], and of [FromPretrained] those of words
	// without a vector. Default nil: N(0, 1) as PyTorch, and with pretrained
	// vectors U(−a, a) of their variance.
	Init verso.Init
}

// DefaultConfig returns no padding row, no limit on norms, plain gradients and a
// table that learns.
func DefaultConfig() Config { return Config{PadRow: -1, NormType: 2} }

func (c Config) validate(rows int) error {
	switch {
	case c.PadRow < -1 || c.PadRow >= rows:
		return fmt.Errorf("%w: the padding row of a table of %d rows wants one of them or -1, got %d", verso.ErrConfig, rows, c.PadRow)
	case math.IsNaN(c.MaxNorm) || c.MaxNorm < 0:
		return fmt.Errorf("%w: MaxNorm wants at least 0, got %v", verso.ErrConfig, c.MaxNorm)
	case c.MaxNorm > 0 && !(c.NormType > 0):
		return fmt.Errorf("%w: NormType wants more than 0, got %v", verso.ErrConfig, c.NormType)
	}
	return nil
}

// Embedding is a table of vectors that are looked up by number:
//
//	y_t = table[id_t],  ids (total) → y (total, dim)
//
// It equals a linear layer without bias over one-hot vectors; see the package
// comment. The gradient of the table is kept for the rows of the batch alone,
// so a step costs what the batch costs, whatever the number of words.
//
// It may stand in any number of graphs, which may run at the same time as long
// as none of them changes the table: with MaxNorm, graphs in training change it
// while they run; they take turns in this layer, but no other may then read the
// table.
type Embedding struct {
	Weight *verso.Param // "weight" (rows, dim)

	rows, dim int
	lookup    op.LookupConfig
}

// New adds the table "weight" (rows, dim) to ps. A wrong option is kept by ps
// as [verso.ErrConfig].
func New(ps *verso.Params, rows, dim int, cfg Config) *Embedding {
	init := cfg.Init
	if init == nil {
		init = verso.Normal(0, 1)
	}
	return newEmbedding(ps, rows, dim, cfg, init)
}

func newEmbedding(ps *verso.Params, rows, dim int, cfg Config, init verso.Init) *Embedding {
	if err := cfg.validate(rows); err != nil {
		ps.Fail(err)
		cfg = DefaultConfig()
	}
	e := &Embedding{
		rows: rows, dim: dim,
		Weight: ps.NewTable("weight", padded(init, cfg.PadRow), rows, dim),
		lookup: op.LookupConfig{PadRow: cfg.PadRow, ScaleByFrequency: cfg.ScaleGradByFreq},
	}
	if cfg.MaxNorm > 0 {
		e.lookup.Renorm = &op.Renorm{MaxNorm: cfg.MaxNorm, P: cfg.NormType}
	}
	e.Weight.ZeroRow = cfg.PadRow
	e.Weight.Freeze(cfg.Frozen)
	return e
}

// padded zeroes the padding row after init.
func padded(init verso.Init, row int) verso.Init {
	if row < 0 {
		return init
	}
	return initFunc(init, func(_, width int, out []float64) {
		clear(out[row*width : (row+1)*width])
	})
}

// Rows returns the number of rows of the table.
func (e *Embedding) Rows() int { return e.rows }

// Dim returns the width of a row.
func (e *Embedding) Dim() int { return e.dim }

// Forward maps the words of a batch to a sequence of their rows, (total, dim).
// An id outside the table is [verso.ErrInput] when the graph runs.
func (e *Embedding) Forward(g *verso.Graph, t verso.Tokens) verso.Sequence {
	return verso.Sequence{Rows: e.Lookup(g, t.IDs), Lengths: t.Lengths}
}

// Lookup maps ids of any shape (…) to their rows (…, dim).
func (e *Embedding) Lookup(g *verso.Graph, ids *gorgonia.Node) *gorgonia.Node {
	c := e.lookup
	c.Mode = g.Mode()
	return g.Apply("embedding", op.Lookup(c), ids, g.Param(e.Weight))
}
