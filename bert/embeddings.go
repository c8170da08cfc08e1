package bert

import (
	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// embeddings turn word pieces into rows:
//
//	x_t = LayerNorm(word[id_t] + position[t] + type[type_t])      (total, H)
//
// The tables are ordinary parameters with dense gradients: the masked-word head
// multiplies by the whole table of words, and BERT's optimiser moves all rows at
// every step.
type embeddings struct {
	word, position, typ *verso.Param // "word_embeddings.weight" (V, H), "position_embeddings.weight", "token_type_embeddings.weight"
	norm                *verso.LayerNorm
	dropout             verso.Dropout
}

func newEmbeddings(ps *verso.Params, c Config) *embeddings {
	first := verso.TruncatedNormal(0, c.InitializerRange)
	return &embeddings{
		word:     ps.New("word_embeddings.weight", first, c.VocabSize, c.Hidden),
		position: ps.New("position_embeddings.weight", first, c.Positions, c.Hidden),
		typ:      ps.New("token_type_embeddings.weight", first, c.Types, c.Hidden),
		norm:     verso.NewLayerNorm(ps.Scope("LayerNorm"), c.LayerNormEps, c.Hidden),
		dropout:  verso.Dropout{P: c.HiddenDropout},
	}
}

func (e *embeddings) forward(g *verso.Graph, in Input) *gorgonia.Node {
	place := positions(g, in.Tokens.Lengths, e.position.Shape()[0])
	typ := in.Types
	if typ == nil {
		typ = zeros(g, in.Tokens.IDs)
	}
	x := verso.Add(g, e.rows(g, in.Tokens.IDs, e.word), e.rows(g, place, e.position), e.rows(g, typ, e.typ)) // (total, H)
	return dropped(g, e.dropout, e.norm.Forward(g, x))
}

func (e *embeddings) rows(g *verso.Graph, ids *gorgonia.Node, table *verso.Param) *gorgonia.Node {
	return g.Apply("embeddings", op.Lookup(op.LookupConfig{PadRow: -1, Mode: g.Mode()}), ids, g.Param(table))
}

// zeros returns as many zeros as there are ids.
func zeros(g *verso.Graph, ids *gorgonia.Node) *gorgonia.Node {
	return g.ApplyInt("types", op.IntSpec{Name: "types", F: func(out []int, in ...[]int) ([]int, error) {
		for range in[0] {
			out = append(out, 0)
		}
		return out, nil
	}}, ids)
}

// dropped adds dropout, and no node where nothing falls.
func dropped(g *verso.Graph, d verso.Dropout, x *gorgonia.Node) *gorgonia.Node {
	if d.P == 0 {
		return x
	}
	return d.Forward(g, x)
}

// newLinear is a [verso.Linear] with BERT's first values.
func newLinear(ps *verso.Params, c Config, in, out int) *verso.Linear {
	return &verso.Linear{
		Weight: ps.New("weight", verso.TruncatedNormal(0, c.InitializerRange), out, in),
		Bias:   ps.New("bias", verso.Zeros(), out),
	}
}
