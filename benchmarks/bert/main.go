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
	"slices"
	"syscall"
	"time"
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

	var other *torch
	if *python != "" {
		var err error
		if other, err = start(*python, *script); err != nil {
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
			u, err := processorTime(*steps, ours)
			if err != nil {
				log.Fatal(err)
			}
			v := 0.0
			if other != nil {
				if v, err = other.ask(c.name, *steps); err != nil {
					log.Fatal(err)
				}
			}
			if turn > 0 { // the first warms up
				x, y, q = append(x, u), append(y, v), append(q, v/u)
			}
		}
		fmt.Printf("| %s | %.1f | %.1f | %.2f |\n", c.name, median(y), median(x), median(q))
	}
	if other != nil {
		if err := other.stop(); err != nil {
			log.Fatal(err)
		}
	}
}

// processorTime returns the milliseconds a step that f takes of all threads of this process.
func processorTime(steps int, f func(steps int) error) (float64, error) {
	now := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			log.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	begin := now()
	err := f(steps)
	return (now() - begin).Seconds() * 1000 / float64(steps), err
}

func median(x []float64) float64 {
	x = slices.Clone(x)
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}
