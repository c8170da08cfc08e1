package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/embedding/node2vec"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// options are the command line.
type options struct {
	graph, labels, plot        string
	directed, quick            bool
	k, seeds, workers          int
	dim, walks, length, window int
	epochs                     int
	p, q                       float64
	seed                       uint64
}

// parse reads the command line. It writes the help, where that is asked for, and nothing else.
func parse(args []string, help io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("graph", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // an error is one line, written by run
	fs.StringVar(&o.graph, "graph", "", "karate, lesmis, or an edge list `FILE` (default: karate and lesmis)")
	fs.StringVar(&o.labels, "labels", "", "the true groups, `FILE.tsv` of a name and a group a line; with -graph FILE")
	fs.BoolVar(&o.directed, "directed", false, "edges of -graph FILE go one way")
	fs.IntVar(&o.k, "k", 0, "groups to look for (default: as many as the labels have, or 6)")
	fs.Float64Var(&o.p, "p", 1, "the higher, the rarer a walk turns back")
	fs.Float64Var(&o.q, "q", 1, "the higher, the nearer a walk stays to where it comes from")
	fs.IntVar(&o.dim, "dim", 16, "numbers a vector")
	fs.IntVar(&o.walks, "walks", 10, "walks from each node")
	fs.IntVar(&o.length, "length", 80, "nodes of a walk")
	fs.IntVar(&o.window, "window", 5, "how near two nodes of a walk must be to count as neighbours")
	fs.IntVar(&o.epochs, "epochs", 5, "passes over the walks")
	fs.Uint64Var(&o.seed, "seed", 1, "of walks, first vectors and groups")
	fs.IntVar(&o.seeds, "seeds", 0, "train with so many seeds, the first of them -seed (default: 10, with -quick 3)")
	fs.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "cores to use")
	fs.BoolVar(&o.quick, "quick", false, "fewer seeds, some seconds")
	fs.StringVar(&o.plot, "plot", "", "draw the graph by its vectors into `FILE.png` or FILE.svg")

	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(help, "Usage: graph [flags]")
		fs.SetOutput(help)
		fs.PrintDefaults()
		return o, err
	case err != nil:
		return o, err
	case fs.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q; see -help", fs.Arg(0))
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	if err := o.check(given); err != nil {
		return o, err
	}
	switch {
	case o.seeds > 0:
	case o.quick:
		o.seeds = 3
	default:
		o.seeds = 10
	}
	return o, nil
}

// check refuses flags that contradict each other or name places that nothing can be written to: now, and not later.
func (o options) check(given map[string]bool) error {
	own := o.graph != "" && o.graph != "karate" && o.graph != "lesmis"
	switch {
	case o.labels != "" && !own:
		return errors.New("-labels wants -graph FILE")
	case o.directed && !own:
		return errors.New("-directed wants -graph FILE")
	case given["k"] && o.k < 1:
		return fmt.Errorf("-k wants at least 1, got %d", o.k)
	case given["seeds"] && o.seeds < 1:
		return fmt.Errorf("-seeds wants at least 1, got %d", o.seeds)
	case o.workers < 1:
		return fmt.Errorf("-workers wants at least 1, got %d", o.workers)
	case o.plot != "" && o.graph == "":
		return errors.New("-plot wants -graph karate, lesmis or FILE")
	case o.plot != "" && !slices.Contains([]string{".png", ".svg"}, strings.ToLower(filepath.Ext(o.plot))):
		return fmt.Errorf("-plot wants a name that ends in .png or .svg, got %q", o.plot)
	}
	if o.plot != "" {
		if d, err := os.Stat(filepath.Dir(o.plot)); err != nil {
			return err
		} else if !d.IsDir() {
			return fmt.Errorf("%s is no folder", filepath.Dir(o.plot))
		}
	}
	_, err := node2vec.NewWalker(pair, o.config(1).Walk)
	return err
}

// train learns the vectors of a graph's nodes.
func (o options) train(ctx context.Context, g *node2vec.Graph, seed uint64, progress func(node2vec.Progress) error) (*vectors.Vectors, error) {
	c := o.config(seed)
	c.Progress = progress
	m, err := node2vec.Train(ctx, g, c)
	if err != nil {
		return nil, err
	}
	return m.Vectors(), nil
}

// groups parts the nodes by their vectors.
func (o options) groups(v *vectors.Vectors, s subject, seed uint64) ([]int, error) {
	k := s.k
	if o.k > 0 {
		k = o.k
	}
	return node2vec.Communities(v, min(k, s.graph.Len()), seed)
}

// config returns the settings of a training.
func (o options) config(seed uint64) node2vec.Config {
	c := node2vec.DefaultConfig()
	c.Walk = node2vec.WalkConfig{Walks: o.walks, Length: o.length, P: o.p, Q: o.q}
	c.Dim, c.Window, c.Epochs, c.Workers, c.Seed = o.dim, o.window, o.epochs, o.workers, seed
	return c
}
