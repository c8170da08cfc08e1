package main

import (
	"math/rand/v2"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert"
)

const batch, length, share = 16, 128, 15

func config() bert.Config {
	c := bert.MiniConfig()
	c.HiddenDropout, c.AttentionDropout = 0, 0
	return c
}

// ids draws the batch.
func ids(r *rand.Rand, pieces int) (ids, types [][]int) {
	ids, types = make([][]int, batch), make([][]int, batch)
	for i := range ids {
		ids[i], types[i] = make([]int, length), make([]int, length)
		for j := range ids[i] {
			ids[i][j] = r.IntN(pieces)
		}
	}
	return ids, types
}

// pretrain returns a function that makes steps of pre-training.
func pretrain(all bool) (func(steps int) error, error) {
	c := config()
	r := rand.New(rand.NewPCG(1, 1))
	words, types := ids(r, c.VocabSize)
	ps := verso.NewParams(1)
	e := bert.NewEncoder(ps.Scope("bert"), c)
	pooler := bert.NewPooler(ps.Scope("bert").Scope("pooler"), c)
	masked := bert.NewMaskedWords(ps.Scope("cls").Scope("predictions"), e)
	next := bert.NewNextSentence(ps.Scope("cls").Scope("seq_relationship"), c)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	places := r.Perm(batch * length)[:batch*length*share/100]
	slices.Sort(places)
	labels, follows := make([]int, len(places)), make([]int, batch)
	for i := range labels {
		labels[i] = r.IntN(c.VocabSize)
	}
	for i := range follows {
		follows[i] = r.IntN(2)
	}
	// The rows that are read: the first of each sequence, and the hidden ones.
	var numbers, hidden []int
	lengths := make([]int, batch)
	for i := range batch {
		numbers = append(numbers, i*length)
		lengths[i]++
		for _, p := range places {
			if p/length == i {
				hidden = append(hidden, len(numbers))
				numbers = append(numbers, p)
				lengths[i]++
			}
		}
	}
	g := verso.NewGraph(1)
	ints := func(name string) *gorgonia.Node { return g.Input(name, tensor.Int, 1) }
	in, at, rows := bert.NewInput(g, "text"), bert.Rows{Numbers: ints("numbers"), Lengths: ints("lengths")}, ints("rows")
	want, pairs := ints("labels"), ints("follows")
	var last verso.Sequence
	if all {
		last, hidden = e.Forward(g, in).Last, places
	} else {
		last = e.ForwardAt(g, in, at).Last
	}
	x := masked.Loss(g, verso.TakeRows(g, last.Rows, rows), want)
	y := verso.CrossEntropy(g, next.Forward(g, pooler.Forward(g, last)), pairs, verso.DefaultCrossEntropyConfig())
	m, err := g.Compile(verso.Add(g, x, y))
	if err != nil {
		return nil, err
	}
	optimiser := verso.Adam(verso.DefaultAdamConfig())
	step := func() error {
		if err := in.Feed(m, words, types); err != nil {
			return err
		}
		for _, f := range []struct {
			n *gorgonia.Node
			x []int
		}{{at.Numbers, numbers}, {at.Lengths, lengths}, {rows, hidden}, {want, labels}, {pairs, follows}} {
			if err := m.FeedInts(f.n, f.x); err != nil {
				return err
			}
		}
		if err := m.Run(); err != nil {
			return err
		}
		return optimiser.Step(1e-4, m.Gradients())
	}
	return func(steps int) error {
		for range steps {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// encode returns a function that makes steps of the encoder alone.
func encode() (func(steps int) error, error) {
	c := config()
	words, types := ids(rand.New(rand.NewPCG(1, 1)), c.VocabSize)
	ps := verso.NewParams(1)
	e := bert.NewEncoder(ps, c)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	g := verso.NewGraph(1)
	in := bert.NewInput(g, "text")
	e.Forward(g, in)
	m, err := g.Compile(nil)
	if err != nil {
		return nil, err
	}
	return func(steps int) error {
		for range steps {
			if err := in.Feed(m, words, types); err != nil {
				return err
			}
			if err := m.Run(); err != nil {
				return err
			}
		}
		return nil
	}, nil
}
