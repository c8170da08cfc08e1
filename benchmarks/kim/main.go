// Command kim measures Kim's sentence classifier against PyTorch, side by side on one core:
//
//	go run ./kim
//
// It runs torch_kim.py beside itself and lets the two take turns; a figure is the median of the turns in processor time of each process,
// a ratio the median of the ratios of turns next to each other. The time of Verso contains what PyTorch's does not: shuffling, cutting
// texts into words and looking them up. The batch is the one described in torch_kim.py.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"runtime"
	"strings"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/benchmarks/internal/side"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vectors"
)

const texts, length, words, width = 50, 56, 20000, 300

// pair is a case of both sides.
type pair struct {
	theirs    string // case of torch_kim.py
	variant   conv1d.Variant
	optimiser func() verso.Optimizer // nil: answers instead of training
	name      string                 // of the optimiser
	rate      float64
}

func pairs() []pair {
	adam := func() verso.Optimizer { return verso.Adam(verso.DefaultAdamConfig()) }
	sparse := func() verso.Optimizer { return verso.SparseAdam(verso.DefaultSparseAdamConfig()) }
	adadelta := func() verso.Optimizer {
		c := verso.DefaultAdadeltaConfig()
		c.Rho = 0.95
		return verso.Adadelta(c)
	}
	return []pair{
		{"static", conv1d.Static, adam, "Adam", 0.001},
		{"nonstatic-dense", conv1d.NonStatic, adam, "Adam", 0.001},
		{"nonstatic-dense", conv1d.NonStatic, adadelta, "Adadelta by rows, equal to dense", 1},
		{"nonstatic-adadelta", conv1d.NonStatic, adadelta, "Adadelta by rows, equal to dense", 1},
		{"nonstatic-sparse", conv1d.NonStatic, sparse, "SparseAdam", 0.001},
		{"inference", conv1d.Static, nil, "none", 0},
	}
}

func main() {
	log.SetFlags(0)
	python := flag.String("python", "python3", "Python that has PyTorch")
	script := flag.String("script", "kim/torch_kim.py", "the other program")
	turns := flag.Int("turns", 9, "turns of each side, at least 7")
	steps := flag.Int("steps", 10, "steps of a turn")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	*turns = max(*turns, 7)

	other, err := side.Start(*python, *script)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("| case | PyTorch's optimiser | Verso's | PyTorch ms | Verso ms | ratio |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, p := range pairs() {
		ours, err := p.ours()
		if err != nil {
			log.Fatal(err)
		}
		var x, y, q []float64
		var answer side.Reply
		for turn := range *turns + 1 {
			u, err := side.ProcessorTime(*steps, ours)
			if err != nil {
				log.Fatal(err)
			}
			if answer, err = other.Ask(p.theirs, *steps); err != nil {
				log.Fatal(err)
			}
			if turn > 0 { // the first warms up
				x, y, q = append(x, u), append(y, answer.Milliseconds), append(q, answer.Milliseconds/u)
			}
		}
		fmt.Printf("| %s | %s | %s | %.2f | %.2f | %.2f |\n", p.theirs, answer.Optimiser, p.name, side.Median(y), side.Median(x), side.Median(q))
	}
	if err := other.Stop(); err != nil {
		log.Fatal(err)
	}
}

// ours returns a function that makes so many steps.
func (p pair) ours() (func(steps int) error, error) {
	r := rand.New(rand.NewPCG(1, 1))
	names, rows := make([]string, words), make([]float32, words*width)
	for i := range names {
		names[i] = fmt.Sprint("w", i)
	}
	for i := range rows {
		rows[i] = r.Float32() - 0.5
	}
	vecs, err := vectors.New(names, rows, width)
	if err != nil {
		return nil, err
	}
	data, plain := make([]dataset.Example, texts), make([]string, texts)
	for i := range data {
		text := make([]string, length)
		for j := range text {
			text[j] = names[r.IntN(words)]
		}
		plain[i] = strings.Join(text, " ")
		data[i] = dataset.Example{Class: fmt.Sprint(i % 2), Text: plain[i]}
	}
	c := conv1d.DefaultConfig()
	c.Variant = p.variant
	known, err := conv1d.Words(data, vecs, c)
	if err != nil {
		return nil, err
	}
	m, err := conv1d.New([]string{"0", "1"}, known, vecs, c)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if p.optimiser == nil {
		return func(steps int) error {
			for range steps {
				if _, err := m.PredictAll(ctx, plain); err != nil {
					return err
				}
			}
			return nil
		}, nil
	}
	fit := conv1d.DefaultFit()
	fit.Workers, fit.Optimizer, fit.Schedule = 1, p.optimiser(), verso.ConstantRate(p.rate)
	return func(steps int) error {
		fit.Epochs = steps // of one batch
		_, err := m.Fit(ctx, data, nil, fit)
		return err
	}, nil
}
