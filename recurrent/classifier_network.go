package recurrent

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/gorgonia"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// classifierNetwork is the layers of a [Classifier]. Parameters: "emb.weight";
// "convs.I.weight" and "convs.I.bias" for each width; "rnn.weight_ih_l0" and so
// on; "fc.weight", "fc.bias".
type classifierNetwork struct {
	table   *embedding.Embedding
	convs   []*conv1d.Conv1D
	layer   Layer
	pooling Pooling
	dropout float64
	fc      *verso.Linear
}

func newClassifierNetwork(ps *verso.Params, c ClassifierConfig, table *embedding.Embedding, classes int) *classifierNetwork {
	n := &classifierNetwork{table: table, pooling: c.Pooling, dropout: c.Dropout}
	same := conv1d.DefaultConvConfig()
	same.Padding = conv1d.Same // a row for each word, so that several widths stand side by side
	for i, k := range c.ConvWidths {
		n.convs = append(n.convs, conv1d.NewConv1D(ps.Scope("convs").Scope(fmt.Sprint(i)), c.Dim, c.ConvMaps, k, same))
	}
	r := Config{Layers: c.Layers, Bidirectional: c.Bidirectional, Bias: true, Dropout: c.Dropout}
	n.layer = c.Cell.layer(ps.Scope("rnn"), c.read(), c.Hidden, r)
	n.fc = verso.NewLinear(ps.Scope("fc"), n.layer.Features(), classes)
	return n
}

// read is the width of the rows that the recurrent net reads.
func (c ClassifierConfig) read() int {
	if len(c.ConvWidths) == 0 {
		return c.Dim
	}
	return len(c.ConvWidths) * c.ConvMaps
}

// newClassifierTable makes the table of word vectors: the pretrained ones, where
// there are any, with 0 for words without, else random ones.
func newClassifierTable(ps *verso.Params, c ClassifierConfig, words *vocab.Vocabulary, vecs *vectors.Vectors) *embedding.Embedding {
	e := embedding.DefaultConfig()
	e.Frozen = c.Frozen
	if vecs == nil {
		e.Init = func(rng *rand.Rand, shape []int, out []float64) {
			verso.Normal(0, wordSpread)(rng, shape, out)
			if id, ok := words.Unk(); ok {
				clear(out[id*c.Dim : (id+1)*c.Dim]) // it has no part in training: let it say nothing
			}
		}
		return embedding.New(ps, words.Len(), c.Dim, e)
	}
	e.Init = verso.Zeros()
	table, _ := embedding.FromPretrained(ps, words, vecs, e)
	return table
}

// wordSpread is the standard deviation of word vectors before training, about
// that of published GloVe vectors.
const wordSpread = 0.5

// forward puts the model into a graph and returns the logits (batch, classes).
func (n *classifierNetwork) forward(g *verso.Graph, t verso.Tokens) *gorgonia.Node {
	x := n.table.Forward(g, t) // (total, dim)
	x.Rows = drop(g, n.dropout, x.Rows)
	if len(n.convs) > 0 {
		var maps []*gorgonia.Node
		for _, c := range n.convs {
			maps = append(maps, verso.ReLU.Forward(g, c.Forward(g, x).Rows)) // (total, maps)
		}
		x.Rows = verso.Concat(g, 1, maps...) // (total, widths·maps)
	}
	y, s := n.layer.Forward(g, x, State{}) // (total, features)
	var row *gorgonia.Node                 // (batch, features)
	switch n.pooling {
	case PoolLast:
		row = Final(g, n.layer, s)
	case PoolMean:
		row = verso.MeanOverTime(g, y)
	default:
		row = verso.MaxOverTime(g, y)
	}
	return n.fc.Forward(g, drop(g, n.dropout, row))
}
