package mlp_test

import (
	"context"
	"fmt"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/word2vec/mlp"
)

// The network learns to tell a word from the two before it, with the softmax over all words.
func Example() {
	text := strings.Fields("puedo escribir los versos más tristes esta noche")
	var inputs [][]int
	var targets []int
	for i := 2; i < len(text); i++ { // every word differs, so a word is its place
		inputs, targets = append(inputs, []int{i - 2, i - 1}), append(targets, i)
	}
	ps := verso.NewParams(1)
	w := mlp.New(ps, len(text), 12)
	task := verso.Task{Params: ps, Examples: len(inputs), Build: func(g *verso.Graph) (*gorgonia.Node, func(*verso.Machine, []int) error, error) {
		in, out := g.Tokens("inputs"), g.Input("targets", tensor.Int, 1)
		return w.Softmax(g, w.Scores(g, in), out), func(m *verso.Machine, examples []int) error {
			var x [][]int
			var t []int
			for _, i := range examples {
				x, t = append(x, inputs[i]), append(t, targets[i])
			}
			if err := m.FeedTokens(in, x); err != nil {
				return err
			}
			return m.FeedInts(out, t)
		}, nil
	}}
	c := verso.DefaultFitConfig()
	c.Epochs, c.Batch, c.Schedule = 150, 3, verso.ConstantRate(0.02)
	history, err := verso.Fit(context.Background(), task, c)
	if err != nil {
		fmt.Println(err)
		return
	}
	g := verso.NewGraph(1)
	in := g.Tokens("inputs")
	y := w.Scores(g, in)
	m, err := g.Compile(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := m.FeedTokens(in, [][]int{{2, 3}}); err != nil { // los versos …
		fmt.Println(err)
		return
	}
	if err := m.Run(); err != nil {
		fmt.Println(err)
		return
	}
	best := 0
	for i, score := range m.Float32s(y) {
		if score > m.Float32s(y)[best] {
			best = i
		}
	}
	fmt.Println(len(history.Epochs), text[best])
	// Output: 150 más
}
