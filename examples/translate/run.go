package main

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// run is the program. It writes results to stdout; to stderr it writes the
// progress bar and, where something is wrong, one line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return cli.Exit(ctx, "translate", start(ctx, args, stdout, stderr), stderr)
}

func start(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	c, err := load(o)
	if err != nil {
		return err
	}
	t := cli.NewTerminal(stdout, stderr)
	defer t.Close()
	t.Printf("%d pairs to learn from, %d sentences held out: %s\n", len(c.train), len(c.test), c.name)

	begin := time.Now()
	m, h, stopped := train(ctx, o, c, t)
	seconds := time.Since(begin).Seconds()
	t.Close()
	if m == nil || h == nil || stopped != nil && ctx.Err() == nil {
		return stopped
	}
	source, target := m.Words()
	t.Printf("%d and %d words, %d steps in %.1f s\n\n", source.Len(), target.Len(), h.Steps, seconds)
	if o.save != "" {
		if err := m.SaveFile(o.save); err != nil {
			return errors.Join(stopped, err)
		}
	}
	if stopped != nil { // show at least a part
		ctx, c.test = context.WithoutCancel(ctx), c.test[:min(len(c.test), 200)]
	}
	return errors.Join(stopped, judge(ctx, t, o, c, m))
}

// shown is how many held-out sentences are printed with their translations.
const shown = 6

// judge translates what was asked and what was held out, and prints the figures.
func judge(ctx context.Context, t *cli.Terminal, o options, c *corpus, m *attention.Translator) error {
	sources, references := make([]string, len(c.test)), make([][]string, len(c.test))
	for i, q := range c.test {
		sources[i], references[i] = q.source, q.references
	}
	all, err := translateAll(ctx, t, m, sources, o.search())
	if err != nil {
		return err
	}
	d := newDictionary(c.train)
	texts, words := make([]string, len(all)), make([]string, len(all))
	for i, r := range all {
		texts[i], words[i] = r.Text, d.translate(sources[i])
	}
	for i := range min(shown, len(all)) {
		t.Printf("%s\n    %s\n    reference: %s\n    word by word: %s\n", sources[i], texts[i], references[i][0], words[i])
	}
	asked, err := m.TranslateAll(ctx, o.ask, o.search())
	if err != nil {
		return err
	}
	for i, r := range asked {
		t.Printf("%s\n    %s\n", o.ask[i], r.Text)
	}
	if len(asked) == 0 {
		asked = all[:min(shown, len(all))]
	}
	longest := slices.MaxFunc(asked, func(x, y *attention.Translation) int { return x.Map.Queries - y.Map.Queries })
	if longest.Map.Queries > 0 {
		t.Printf("\nwhere it looked\n")
		if err := attention.DrawText(t, longest.Map, longest.Source, longest.Target); err != nil {
			return err
		}
	}
	t.Printf("\nbleu=%.2f baseline_bleu=%.2f\n", bleu(texts, references), bleu(words, references))
	return nil
}

// translateAll uses all cores, and moves a bar.
func translateAll(ctx context.Context, t *cli.Terminal, m *attention.Translator, sources []string, c attention.SearchConfig) ([]*attention.Translation, error) {
	const together = 64 // sentences
	parts := slices.Collect(slices.Chunk(sources, together))
	found, errs := make([][]*attention.Translation, len(parts)), make([]error, len(parts))
	t.Begin("translating")
	var group sync.WaitGroup
	var taken, done atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := taken.Add(1) - 1; i < int64(len(parts)); i = taken.Add(1) - 1 {
				found[i], errs[i] = m.TranslateAll(ctx, parts[i], c)
				t.Advance(float64(done.Add(1)) / float64(len(parts)))
			}
		})
	}
	group.Wait()
	t.Close()
	return slices.Concat(found...), errors.Join(errs...)
}
