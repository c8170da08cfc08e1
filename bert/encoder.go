package bert

import (
	"fmt"
	"strconv"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
)

// Input is a ragged batch of word pieces in a graph.
type Input struct {
	Tokens verso.Tokens   // ids (total) and lengths (batch)
	Types  *gorgonia.Node // (total), which text of a sequence a piece is of; nil: the first
	// Mask (total) is 0 for pieces that no other may attend to; nil: none. A
	// batch needs no padding, so few want one. A sequence without a single 1
	// attends to nothing; Hugging Face's attends to everything then.
	Mask *gorgonia.Node
	// Weights asks for the attention weights, which costs their memory.
	Weights bool
}

// NewInput adds the inputs of ids, lengths and types; feed them with [Input.Feed].
func NewInput(g *verso.Graph, name string) Input {
	return Input{Tokens: g.Tokens(name), Types: g.Input(name+".types", tensor.Int, 1)}
}

// Feed binds a batch of ids and their types, which may be kept until the next one.
// Types may be nil where in has no node for them. Sequences of another length than
// their types are [verso.ErrData].
func (in Input) Feed(m *verso.Machine, ids, types [][]int) error {
	if err := sameLengths(ids, types, in.Types != nil); err != nil {
		return err
	}
	if err := m.FeedTokens(in.Tokens, ids); err != nil || in.Types == nil {
		return err
	}
	flat, _, err := verso.Flatten(types)
	if err != nil {
		return err
	}
	if len(flat) == 0 {
		flat = append(flat, 0)
	}
	return m.FeedInts(in.Types, flat)
}

// sameLengths compares types with ids. Without a node for types none are wanted.
func sameLengths(ids, types [][]int, wanted bool) error {
	if !wanted {
		if len(types) > 0 {
			return fmt.Errorf("%w: types of %d sequences for an input that has none", verso.ErrData, len(types))
		}
		return nil
	}
	if len(types) != len(ids) {
		return fmt.Errorf("%w: want types of %d sequences, got %d", verso.ErrData, len(ids), len(types))
	}
	for i := range ids {
		if len(types[i]) != len(ids[i]) {
			return fmt.Errorf("%w: sequence %d: want %d types, got %d", verso.ErrData, i, len(ids[i]), len(types[i]))
		}
	}
	return nil
}

// Rows are rows of a batch at which something is wanted: their numbers in it, in
// rising order, and how many each sequence has. A row of another sequence is
// [verso.ErrInput] when the graph runs.
type Rows struct {
	Numbers *gorgonia.Node // (m)
	Lengths *gorgonia.Node // (batch)
}

// Output is what an [Encoder] makes of a batch.
type Output struct {
	// Last is the last layer: at all rows, or at those that were asked for.
	Last verso.Sequence
	// Hidden are the embeddings and what each layer made of them, L+1 nodes
	// (total, H); the last is Last.Rows.
	Hidden []*gorgonia.Node
	// Weights are the attention weights of each layer, where they were asked for:
	// sequence after sequence, (A, queries, keys) each.
	Weights []attention.Weights
}

// Encoder is BERT without heads: embeddings and L layers. Parameters have Hugging
// Face's names from "embeddings" and "encoder" on.
type Encoder struct {
	cfg        Config
	embeddings *embeddings
	layers     []*layer
}

// NewEncoder adds the encoder to ps, with weights of a truncated normal
// distribution. A wrong configuration is kept by ps as [verso.ErrConfig].
func NewEncoder(ps *verso.Params, c Config) *Encoder {
	if err := c.validate(); err != nil {
		ps.Fail(err)
		c = Config{VocabSize: 1, Hidden: 1, Layers: 1, Heads: 1, Intermediate: 1, Positions: 1, Types: 1, Activation: "gelu"}
	}
	e := &Encoder{cfg: c, embeddings: newEmbeddings(ps.Scope("embeddings"), c)}
	for i := range c.Layers {
		if ps.Err() != nil {
			break // the rest would be thrown away
		}
		e.layers = append(e.layers, newLayer(ps.Scope("encoder").Scope("layer").Scope(strconv.Itoa(i)), c))
	}
	return e
}

// Config returns the settings.
func (e *Encoder) Config() Config { return e.cfg }

// Forward puts the encoder into a graph.
func (e *Encoder) Forward(g *verso.Graph, in Input) Output { return e.forward(g, in, nil) }

// ForwardAt computes the last layer at some rows alone, which attend to all rows
// as ever: the same numbers at less cost, where a head reads few of them. With 15
// of 100 rows, a sixth of the work of a model of four layers is saved.
func (e *Encoder) ForwardAt(g *verso.Graph, in Input, at Rows) Output {
	at.Numbers = within(g, at, in.Tokens.Lengths)
	return e.forward(g, in, &at)
}

// ForwardFirst is [Encoder.ForwardAt] for the first row of each sequence, that of [CLS].
func (e *Encoder) ForwardFirst(g *verso.Graph, in Input) Output {
	l := in.Tokens.Lengths
	return e.forward(g, in, &Rows{Numbers: firstRows(g, l), Lengths: atMostOne(g, l)})
}

func (e *Encoder) forward(g *verso.Graph, in Input, at *Rows) (o Output) {
	o.Last = verso.Sequence{Rows: e.embeddings.forward(g, in), Lengths: in.Tokens.Lengths}
	o.Hidden = append(o.Hidden, o.Last.Rows)
	for i, l := range e.layers {
		rows := at
		if i < len(e.layers)-1 {
			rows = nil
		}
		var w attention.Weights
		o.Last, w = l.forward(g, o.Last, in.Mask, rows, in.Weights)
		o.Hidden = append(o.Hidden, o.Last.Rows)
		if in.Weights {
			o.Weights = append(o.Weights, w)
		}
	}
	return o
}
