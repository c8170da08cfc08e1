package main

import (
	"bufio"
	"context"
	"io"
	"strings"

	"github.com/seed6481993f/verso/internal/atomicfile"
	"github.com/seed6481993f/verso/multimodal"
)

// answers is how many pictures each phrase gets.
const answers = 10

// answer searches all emoji, seen or not, for each phrase and draws a row for
// each.
func answer(ctx context.Context, o options, c *corpus, p part, m multimodal.Encoder, x *multimodal.Index, t *terminal) error {
	var rows []row
	reply := func(phrase string) error {
		hits, err := multimodal.Search(ctx, m, x, phrase, answers)
		if err != nil {
			return err
		}
		rows = append(rows, row{phrase, hits})
		t.found(c, p, phrase, hits)
		return nil
	}
	for _, phrase := range o.phrases {
		if err := reply(phrase); err != nil {
			return err
		}
	}
	if o.ask {
		lines := bufio.NewScanner(t.in)
		for lines.Scan() && ctx.Err() == nil {
			if phrase := strings.TrimSpace(lines.Text()); phrase != "" {
				if err := reply(phrase); err != nil {
					return err
				}
			}
		}
		if err := lines.Err(); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := atomicfile.Write(o.out, func(w io.Writer) error { return contactSheet(w, c, p, rows) }); err != nil {
		return err
	}
	t.drawn(o.out, len(rows))
	return nil
}
