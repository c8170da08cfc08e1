// Command recurrent measures recurrent nets against PyTorch, side by side on one core:
//
//	go run ./recurrent
//
// It runs torch_recurrent.py, which describes the cases, beside itself and lets the two take turns; a figure is the median of the turns
// in processor time of each process, a ratio the median of the ratios of turns next to each other. Both sides begin a step with the
// rows, or the numbers of the words, at hand.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/benchmarks/internal/side"
)

func main() {
	log.SetFlags(0)
	python := flag.String("python", "python3", "Python that has PyTorch")
	script := flag.String("script", "recurrent/torch_recurrent.py", "the other program")
	turns := flag.Int("turns", 9, "turns of each side, at least 7")
	steps := flag.Int("steps", 5, "steps of a turn")
	only := flag.String("only", "", "cases whose names begin so")
	profile := flag.String("profile", "", "no comparison: steps of Verso alone, and their profile in this file")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	names := slices.DeleteFunc([]string{
		"lstm-adam", "lstm-infer", "gru-adam", "gru-infer", "bilstm-adam", "bilstm-infer", "lm-sgd", "lm-adam", "lm-infer",
	}, func(name string) bool { return !strings.HasPrefix(name, *only) })

	var err error
	if *profile != "" {
		err = profiled(names, *steps, *profile)
	} else {
		err = compare(names, *python, *script, max(*turns, 7), *steps)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// compare prints a line for each case.
func compare(names []string, python, script string, turns, steps int) error {
	other, err := side.Start(python, script)
	if err != nil {
		return err
	}
	fmt.Println("| case | PyTorch ms | Verso ms | ratio |")
	fmt.Println("|---|---|---|---|")
	for _, name := range names {
		step, err := stepper(name)
		if err != nil {
			return err
		}
		var x, y, q []float64
		for turn := range turns + 1 {
			u, err := side.ProcessorTime(steps, times(step))
			if err != nil {
				return err
			}
			v, err := other.Ask(name, steps)
			if err != nil {
				return err
			}
			if turn > 0 { // the first warms up
				x, y, q = append(x, u), append(y, v.Milliseconds), append(q, v.Milliseconds/u)
			}
		}
		fmt.Printf("| %s | %.2f | %.2f | %.2f |\n", name, side.Median(y), side.Median(x), side.Median(q))
	}
	return other.Stop()
}

// profiled makes steps of each case under the profiler.
func profiled(names []string, steps int, file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for i, name := range names {
		step, err := stepper(name)
		if err != nil {
			return err
		}
		if _, err := side.ProcessorTime(3, times(step)); err != nil {
			return err
		}
		if i == 0 {
			if err := pprof.StartCPUProfile(f); err != nil {
				return err
			}
			defer pprof.StopCPUProfile()
		}
		ms, err := side.ProcessorTime(steps, times(step))
		if err != nil {
			return err
		}
		fmt.Printf("%s %.2f ms\n", name, ms)
	}
	return nil
}

// times makes steps of one.
func times(step func() error) func(steps int) error {
	return func(steps int) error {
		for range steps {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	}
}
