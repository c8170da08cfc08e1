package op_test

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/tensor"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/internal/op"
)

// BenchmarkConvMaxPool runs Kim's convolution (widths 3, 4, 5 of 100 maps over
// 300 features) on 50 sentences of 56 words, forward alone and with gradients, and
// on one sentence. GFLOP/s are those of the plain sums.
func BenchmarkConvMaxPool(b *testing.B) {
	for _, mode := range []string{"one sentence", "forward", "filters", "filters and input"} {
		b.Run(mode, func(b *testing.B) {
			g := verso.NewGraph(1)
			ps := verso.NewParams(1)
			s := g.Sequence("x", tensor.Float32, 300)
			if mode == "filters and input" {
				g.Watch(s.Rows)
			}
			in := []*verso.Param{}
			widths := []int{3, 4, 5}
			for _, k := range widths {
				sc := ps.Scope(string(rune('0' + k)))
				in = append(in, sc.New("weight", verso.Uniform(-.1, .1), 100, 300, k), sc.New("bias", verso.Zeros(), 100))
			}
			spec, _ := op.ConvMaxPool(op.ConvMaxPoolConfig{Widths: widths, Activation: op.ReLU})
			y := g.Apply("conv", spec, s.Rows, s.Lengths, g.Param(in[0]), g.Param(in[1]), g.Param(in[2]), g.Param(in[3]), g.Param(in[4]), g.Param(in[5]))
			loss := g.Apply("inner", op.Inner(), y, y)
			sentences := 50
			switch mode {
			case "one sentence":
				sentences, loss = 1, nil
			case "forward":
				loss = nil
			}
			m, err := g.Compile(loss)
			if err != nil {
				b.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(1, 2))
			rows, lengths := make([]float32, sentences*56*300), make([]int, sentences)
			for i := range rows {
				rows[i] = rng.Float32() - .5
			}
			for i := range lengths {
				lengths[i] = 56
			}
			if err := m.FeedSequence(s, rows, lengths); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := m.Run(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(2*float64(sentences)*56*300*1200/float64(b.Elapsed().Nanoseconds())*float64(b.N), "GFLOP/s")
		})
	}
}
