package attention_test

import (
	"context"
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/embedding/dataset"
)

// A window: a word sees itself and its neighbours.
func ExampleScaledDotProduct() {
	g := verso.NewGraph(1)
	x := g.Sequence("x", tensor.Float32, 2)
	mask := attention.Mask{Bias: g.Input("window", tensor.Float32, 1)}
	c := attention.DefaultDotConfig()
	y := attention.ScaledDotProduct(g, x, x, x, mask, c)
	w := attention.ScaledDotProductWeights(g, x, x, mask, c)
	m, err := g.Compile(nil)
	if err != nil {
		panic(err)
	}
	defer m.Close()
	lengths := []int{4}
	window := attention.Biases(lengths, lengths, 1, func(_, query, key int) float32 {
		if key < query-1 || key > query+1 {
			return float32(math.Inf(-1))
		}
		return 0
	})
	if err := m.FeedSequence(x, make([]float32, 4*2), lengths); err != nil {
		panic(err)
	}
	if err := m.Feed(mask.Bias, tensor.New(tensor.WithShape(len(window)), tensor.WithBacking(window))); err != nil {
		panic(err)
	}
	if err := m.Run(); err != nil {
		panic(err)
	}
	maps, err := w.Maps(m)
	if err != nil {
		panic(err)
	}
	for i := range 4 {
		fmt.Printf("%.2f\n", maps[0][0].Row(i))
	}
	fmt.Println(len(m.Float32s(y.Rows))/2, "rows")
	// Output:
	// [0.50 0.50 0.00 0.00]
	// [0.33 0.33 0.33 0.00]
	// [0.00 0.33 0.33 0.33]
	// [0.00 0.00 0.50 0.50]
	// 4 rows
}

// Two sentences, of two words and of one, look at themselves.
func ExampleMultiHead() {
	ps := verso.NewParams(1)
	a := attention.NewMultiHead(ps, 4, 2, attention.DefaultMultiHeadConfig())
	g := verso.NewGraph(1)
	x := g.Sequence("x", tensor.Float32, 4)
	y, w := a.ForwardWeights(g, x, x, x, attention.Mask{})
	m, err := g.Compile(nil)
	if err != nil {
		panic(err)
	}
	defer m.Close()
	if err := m.FeedSequence(x, []float32{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}, []int{2, 1}); err != nil {
		panic(err)
	}
	if err := m.Run(); err != nil {
		panic(err)
	}
	maps, err := w.Maps(m)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(m.Float32s(y.Rows)), "numbers")
	for _, heads := range maps {
		fmt.Println(len(heads), "heads of", heads[0].Queries, "by", heads[0].Keys)
	}
	fmt.Println("the word alone sees", maps[1][0].Row(0))
	// Output:
	// 12 numbers
	// 2 heads of 2 by 2
	// 2 heads of 1 by 1
	// the word alone sees [1]
}

// A language model computes each word once.
func ExampleEncoder_NewCache() {
	c := attention.DefaultTransformerConfig()
	c.Heads, c.FeedForward, c.Layers, c.Causal = 2, 16, 2, true
	e := attention.NewEncoder(verso.NewParams(1), 8, c)
	cache, err := e.NewCache(1)
	if err != nil {
		panic(err)
	}
	for range 3 {
		y, err := cache.Step([]float32{1, 2, 3, 4, 5, 6, 7, 8})
		if err != nil {
			panic(err)
		}
		fmt.Println(cache.Len(), len(y))
	}
	// Output:
	// 1 8
	// 2 8
	// 3 8
}

func ExampleClassifier() {
	var data []dataset.Example
	for range 20 {
		data = append(data,
			dataset.Example{Class: "who", Text: "who wrote these lines ?"},
			dataset.Example{Class: "where", Text: "where do the lines end ?"})
	}
	c := attention.DefaultConfig()
	c.Dim, c.FeedForward = 16, 16
	m, _, err := attention.Train(context.Background(), data, nil, c, attention.DefaultFit())
	if err != nil {
		panic(err)
	}
	e, err := m.Explain("where are these lines ?")
	if err != nil {
		panic(err)
	}
	fmt.Println(e.Prediction.Class, len(e.Words), "words,", len(e.Layers[0]), "heads")
	// Output: where 5 words, 4 heads
}

// A query takes from the rows that it resembles.
func ExampleLuong() {
	ps := verso.NewParams(1)
	a := attention.NewLuong(ps, attention.Dot, 2, 2)
	g := verso.NewGraph(1)
	query, keys := g.Sequence("query", tensor.Float32, 2), g.Sequence("keys", tensor.Float32, 2)
	_, r := a.Forward(g, query, keys, attention.Mask{})
	m, err := g.Compile(nil)
	if err != nil {
		panic(err)
	}
	defer m.Close()
	if err := m.FeedSequence(query, []float32{1, 0}, []int{1}); err != nil {
		panic(err)
	}
	if err := m.FeedSequence(keys, []float32{2, 0, 0, 5}, []int{2}); err != nil {
		panic(err)
	}
	if err := m.Run(); err != nil {
		panic(err)
	}
	fmt.Printf("%.2f %.2f\n", m.Float32s(r.Weights.Values), m.Float32s(r.Context.Rows))
	// Output: [0.88 0.12] [1.76 0.60]
}

// Sentences of any length become one row each.
func ExamplePooling() {
	ps := verso.NewParams(1)
	p := attention.NewPooling(ps, 4, 8)
	g := verso.NewGraph(1)
	x := g.Sequence("x", tensor.Float32, 4)
	y, w := p.Forward(g, x, attention.Mask{})
	m, err := g.Compile(nil)
	if err != nil {
		panic(err)
	}
	defer m.Close()
	if err := m.FeedSequence(x, make([]float32, 5*4), []int{2, 3}); err != nil {
		panic(err)
	}
	if err := m.Run(); err != nil {
		panic(err)
	}
	maps, err := w.Maps(m)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(m.Float32s(y))/4, "rows")
	fmt.Printf("%.2f %.2f\n", maps[0][0].Weights, maps[1][0].Weights) // rows of zeros are all alike
	// Output:
	// 2 rows
	// [0.50 0.50] [0.33 0.33 0.33]
}
