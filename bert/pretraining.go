package bert

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
)

// pretraining is the graph from pieces to what the heads read.
type pretraining struct {
	in             Input
	at             Rows           // the hidden places, and [CLS] for pairs
	masked         *gorgonia.Node // rows of the hidden places (m, H)
	labels         *gorgonia.Node // (m)
	hidden         *gorgonia.Node // which rows of at are hidden places; this and the rest: nil without pairs
	pairs, follows *gorgonia.Node // logits (batch, 2) and numbers (batch)
}

func (m *Model) pretraining(g *verso.Graph, nextSentence bool) *pretraining {
	t := &pretraining{in: NewInput(g, "text"), at: rowsInput(g, "rows"), labels: g.Input("labels", tensor.Int, 1)}
	last := m.encoder.ForwardAt(g, t.in, t.at).Last // (m, H), or (batch + m, H)
	t.masked = last.Rows
	if nextSentence {
		t.hidden, t.follows = g.Input("hidden", tensor.Int, 1), g.Input("follows", tensor.Int, 1)
		t.masked = verso.TakeRows(g, last.Rows, t.hidden)      // (m, H)
		t.pairs = m.next.Forward(g, m.pooler.Forward(g, last)) // (batch, 2)
	}
	return t
}

func (t *pretraining) loss(g *verso.Graph, head *MaskedWords) *gorgonia.Node {
	words := head.Loss(g, t.masked, t.labels)
	if t.pairs == nil {
		return words
	}
	return verso.Add(g, words, verso.CrossEntropy(g, t.pairs, t.follows, verso.DefaultCrossEntropyConfig()))
}

func (t *pretraining) feed(m *verso.Machine, batch []instance) error {
	var ids, types, wanted [][]int
	var hidden, labels, follows []int
	row := 0
	for _, e := range batch {
		id, typ := e.input()
		ids, types = append(ids, id), append(types, typ)
		var rows []int
		if t.pairs != nil {
			rows = append(rows, 0) // [CLS]
		}
		for k, place := range e.places {
			hidden = append(hidden, row+len(rows))
			rows, labels = append(rows, int(place)), append(labels, int(e.labels[k]))
		}
		row += len(rows)
		wanted, follows = append(wanted, rows), append(follows, e.follows)
	}
	if len(labels) == 0 {
		hidden, labels = []int{-1}, []int{verso.DefaultCrossEntropyConfig().IgnoreIndex}
	}
	if err := t.in.Feed(m, ids, types); err != nil {
		return err
	}
	if err := feedRows(m, t.at, ids, wanted); err != nil {
		return err
	}
	if err := m.FeedInts(t.labels, labels); err != nil || t.pairs == nil {
		return err
	}
	if err := m.FeedInts(t.hidden, hidden); err != nil {
		return err
	}
	return m.FeedInts(t.follows, follows)
}
