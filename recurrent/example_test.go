package recurrent_test

import (
	"context"
	"fmt"

	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/recurrent"
)

// Two sequences of three rows and one row go through a net in both directions.
func ExampleLSTM() {
	ps := verso.NewParams(1)
	c := recurrent.DefaultConfig()
	c.Bidirectional = true
	lstm := recurrent.NewLSTM(ps.Scope("lstm"), 2, 4, c)

	g := verso.NewGraph(1)
	x := g.Sequence("x", tensor.Float32, 2)
	y, s := lstm.Forward(g, x, recurrent.State{})
	last := recurrent.Final(g, lstm, s)
	m, err := g.Compile(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	if err := m.FeedSequence(x, []float32{1, 2, 3, 4, 5, 6, 7, 8}, []int{3, 1}); err != nil {
		fmt.Println(err)
		return
	}
	if err := m.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("rows", y.Rows.Value().Shape(), "states", s.H.Value().Shape(), "last", last.Value().Shape())
	for _, p := range ps.All()[:4] {
		fmt.Println(p.Name(), p.Shape())
	}
	// Output:
	// rows (4, 8) states (2, 2, 4) last (2, 8)
	// lstm.weight_ih_l0 [16 2]
	// lstm.weight_hh_l0 [16 4]
	// lstm.bias_ih_l0 [16]
	// lstm.bias_hh_l0 [16]
}

// A cell goes step by step, outside a graph: here its own output is what it
// reads next.
func ExampleCell() {
	gru := recurrent.NewGRU(verso.NewParams(1), 3, 3, recurrent.DefaultConfig())
	cell, err := recurrent.NewCell(gru)
	if err != nil {
		fmt.Println(err)
		return
	}
	state, x := cell.NewState(1), []float32{1, 0, 0}
	for range 3 {
		if x, err = cell.Step(x, state); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.3f\n", x)
	}
	_, err = cell.Step([]float32{1, 2}, state)
	fmt.Println(err)
	// Output:
	// [-0.435 -0.039 0.214]
	// [-0.550 -0.111 -0.079]
	// [-0.568 -0.181 -0.299]
	// shape mismatch: a step of 1 sequences wants rows of 3, together 3 numbers, got 2
}

func ExampleClassifier() {
	var data []dataset.Example
	for range 50 {
		data = append(data,
			dataset.Example{Class: "who", Text: "who wrote these lines ?"},
			dataset.Example{Class: "where", Text: "where do the lines end ?"})
	}
	c := recurrent.DefaultClassifierConfig()
	c.Cell, c.Hidden, c.ConvWidths, c.ConvMaps = recurrent.CellLSTM, 16, []int{3}, 16
	m, _, err := recurrent.TrainClassifier(context.Background(), data, nil, nil, c, recurrent.DefaultClassifierFit())
	if err != nil {
		panic(err)
	}
	p, err := m.Predict("where does this line end ?")
	if err != nil {
		panic(err)
	}
	fmt.Println(p.Class)
	// Output: where
}

// Learn a line by heart, and go on from its beginning.
func ExampleLanguageModel() {
	c := recurrent.DefaultLMConfig()
	c.Dim, c.Hidden, c.Layers, c.Window = 8, 16, 1, 4
	fit := recurrent.DefaultLMFit(c)
	fit.Epochs, fit.Batch = 50, 5
	fit.Optimizer, fit.Schedule = verso.Adam(verso.DefaultAdamConfig()), verso.ConstantRate(0.02)

	ctx := context.Background()
	m, _, err := recurrent.TrainLM(ctx, "puedo escribir los versos más tristes esta noche\n", "", c, fit)
	if err != nil {
		fmt.Println(err)
		return
	}
	o := recurrent.DefaultOptions()
	o.Temperature, o.Stop = 0, recurrent.LineEnd // the likeliest words of a line
	for token, err := range m.Generate(ctx, "puedo escribir los versos", o) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(token.Text)
	}
	for _, err := range m.Generate(ctx, "puedo cantar", o) {
		fmt.Println(err)
	}
	// Output:
	// más
	// tristes
	// esta
	// noche
	// prompt, token 2: unknown token: the vocabulary of 10 has no "cantar"
}
