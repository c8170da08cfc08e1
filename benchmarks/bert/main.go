// Command bert measures a training step of BERT against PyTorch, side by side on one core:
//
//	go run ./bert
//
// It runs torch_bert.py beside itself and lets the two take turns; a figure is the median of the turns in processor time of each process,
// a ratio the median of the ratios of turns next to each other. Sizes and batch are those described in torch_bert.py. Verso computes its
// last layer at the rows that a head reads, which changes no number; -all computes it at all rows, as PyTorch does.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/pprof"

	"github.com/seed6481993f/verso/benchmarks/internal/side"
)

func main() {
	log.SetFlags(0)
	python := flag.String("python", "python3", "Python that has PyTorch; empty: Verso alone")
	script := flag.String("script", "bert/torch_bert.py", "the other program")
	turns := flag.Int("turns", 7, "turns of each side")
	steps := flag.Int("steps", 2, "steps of a turn")
	all := flag.Bool("all", false, "compute the last layer at all rows")
	profile := flag.String("profile", "", "write a processor profile of Verso's turns to `FILE`")
	flag.Parse()
	runtime.GOMAXPROCS(1)

	var other *side.Python
	if *python != "" {
		var err error
		if other, err = side.Start(*python, *script); err != nil {
			log.Fatal(err)
		}
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			log.Fatal(err)
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			log.Fatal(err)
		}
		defer pprof.StopCPUProfile()
	}
	fmt.Println("| case | PyTorch ms | Verso ms | ratio |")
	fmt.Println("|---|---|---|---|")
	for _, c := range []struct {
		name string
		ours func() (func(steps int) error, error)
	}{{"pretrain", func() (func(int) error, error) { return pretrain(*all) }}, {"encode", encode}} {
		ours, err := c.ours()
		if err != nil {
			log.Fatal(err)
		}
		var x, y, q []float64
		for turn := range *turns + 1 {
			u, err := side.ProcessorTime(*steps, ours)
			if err != nil {
				log.Fatal(err)
			}
			v := 0.0
			if other != nil {
				answer, err := other.Ask(c.name, *steps)
				if err != nil {
					log.Fatal(err)
				}
				v = answer.Milliseconds
			}
			if turn > 0 { // the first warms up
				x, y, q = append(x, u), append(y, v), append(q, v/u)
			}
		}
		fmt.Printf("| %s | %.1f | %.1f | %.2f |\n", c.name, side.Median(y), side.Median(x), side.Median(q))
	}
	if other != nil {
		if err := other.Stop(); err != nil {
			log.Fatal(err)
		}
	}
}
