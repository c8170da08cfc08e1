package main

import (
	"context"
	"io"
	"strings"

	"github.com/seed6481993f/verso/examples/internal/cli"
	"github.com/seed6481993f/verso/internal/atomicfile"
	"github.com/seed6481993f/verso/multimodal"
)

// answers is how many pictures each phrase gets.
const answers = 10

// answer searches all emoji, seen or not, for each phrase, and after each draws
// the sheet of all answers so far.
func answer(ctx context.Context, o options, c *corpus, p part, m multimodal.Encoder, x *multimodal.Index, stdin io.Reader, t *terminal) error {
	var rows []row
	reply := func(phrase string) error {
		hits, err := multimodal.Search(ctx, m, x, phrase, answers)
		if err != nil {
			return err
		}
		rows = append(rows, row{phrase, hits})
		t.found(c, p, phrase, hits)
		return atomicfile.Write(o.out, func(w io.Writer) error { return contactSheet(w, c, p, rows) })
	}
	for _, phrase := range o.phrases {
		if err := reply(phrase); err != nil {
			return err
		}
	}
	if o.ask {
		for line, err := range cli.Lines(ctx, stdin) {
			if err != nil {
				return err
			}
			if phrase := strings.TrimSpace(line); phrase != "" {
				if err := reply(phrase); err != nil {
					return err
				}
			}
		}
	}
	if len(rows) > 0 {
		t.drawn(o.out, len(rows))
	}
	return ctx.Err()
}
