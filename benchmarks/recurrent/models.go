package main

import (
	"math/rand/v2"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
	"github.com/seed6481993f/verso/recurrent"
)

const (
	batch, length, inputs, hidden = 32, 64, 128, 256
	words, width, texts, piece    = 10000, 200, 20, 20
)

// stepper returns a function that makes one step of a case of torch_recurrent.py.
func stepper(name string) (func() error, error) {
	model, how, _ := strings.Cut(name, "-")
	var optimizer verso.Optimizer
	rate := 1e-4
	switch how {
	case "adam":
		optimizer = verso.Adam(verso.DefaultAdamConfig())
	case "sgd":
		optimizer, rate = verso.SGD(verso.DefaultSGDConfig()), 1
	}
	ps, g := verso.NewParams(1), verso.NewGraph(1)
	g.SetTraining(optimizer != nil)
	build := classifier
	if model == "lm" {
		build = languageModel
	}
	loss, feed, err := build(ps, g, model, optimizer != nil)
	if err != nil {
		return nil, err
	}
	m, err := g.Compile(loss)
	if err != nil {
		return nil, err
	}
	if err := feed(m); err != nil {
		return nil, err
	}
	return func() error {
		if err := m.Run(); err != nil || optimizer == nil {
			return err
		}
		grads := m.Gradients()
		if model == "lm" {
			verso.ClipGradients(grads, 5.0/piece, 2)
		}
		return optimizer.Step(rate, grads)
	}, nil
}

// feeder gives a compiled model its inputs.
type feeder func(m *verso.Machine) error

func classifier(ps *verso.Params, g *verso.Graph, name string, train bool) (*gorgonia.Node, feeder, error) {
	kind, both := strings.CutPrefix(name, "bi")
	c := recurrent.DefaultConfig()
	c.Bidirectional = both
	var layer recurrent.Layer = recurrent.NewLSTM(ps.Scope("layer"), inputs, hidden, c)
	if kind == "gru" {
		layer = recurrent.NewGRU(ps.Scope("gru"), inputs, hidden, c)
	}
	output := verso.NewLinear(ps.Scope("output"), layer.Features(), 2)
	if ps.Err() != nil {
		return nil, nil, ps.Err()
	}
	x := g.Sequence("x", tensor.Float32, inputs)
	_, s := layer.Forward(g, x, recurrent.State{})
	var loss, classes *gorgonia.Node
	scores := output.Forward(g, recurrent.Final(g, layer, s))
	if train {
		classes = g.Input("classes", tensor.Int, 1)
		loss = verso.CrossEntropy(g, scores, classes, verso.DefaultCrossEntropyConfig())
	}
	return loss, func(m *verso.Machine) error {
		r := rand.New(rand.NewPCG(1, 1))
		rows := make([]float32, batch*length*inputs)
		for i := range rows {
			rows[i] = float32(r.NormFloat64())
		}
		if err := m.FeedSequence(x, rows, slices.Repeat([]int{length}, batch)); err != nil || !train {
			return err
		}
		return m.FeedInts(classes, numbers(r, batch, 2))
	}, nil
}

func languageModel(ps *verso.Params, g *verso.Graph, _ string, train bool) (*gorgonia.Node, feeder, error) {
	table := embedding.New(ps.Scope("table"), words, width, embedding.DefaultConfig())
	c := recurrent.DefaultConfig()
	c.Layers = 2
	layer := recurrent.NewLSTM(ps.Scope("layer"), width, width, c)
	output := verso.NewLinear(ps.Scope("output"), width, words)
	if ps.Err() != nil {
		return nil, nil, ps.Err()
	}
	ids := g.Tokens("words")
	x := table.Forward(g, ids)
	carry := recurrent.NewCarry(g, layer, "state")
	y, _ := layer.Forward(g, x, carry.State())
	var loss, after *gorgonia.Node
	if train {
		after = g.Input("after", tensor.Int, 1)
		loss = verso.LinearCrossEntropy(g, output, y.Rows, after, verso.DefaultCrossEntropyConfig())
	} else {
		output.Forward(g, y.Rows)
	}
	return loss, func(m *verso.Machine) error {
		r := rand.New(rand.NewPCG(1, 1))
		pieces := make([][]int, texts)
		for i := range pieces {
			pieces[i] = numbers(r, piece, words)
		}
		carry.Reset(texts)
		if err := m.FeedTokens(ids, pieces); err != nil || !train {
			return err
		}
		return m.FeedInts(after, numbers(r, texts*piece, words))
	}, nil
}

func numbers(r *rand.Rand, n, below int) []int {
	x := make([]int, n)
	for i := range x {
		x[i] = r.IntN(below)
	}
	return x
}
