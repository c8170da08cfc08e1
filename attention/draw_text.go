package attention

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// blocks are the shades of a terminal.
var blocks = []string{" ", "░", "▒", "▓", "█"}

// colours of the blocks among ANSI's 256: from light to strong blue.
var colours = []int{0, 153, 111, 69, 27}

// narrowest is the least width of a column, so that every cell can be seen.
const narrowest = 2

// Text writes a map as [DrawText] does.
func (d Drawing) Text(w io.Writer, m Map, keys, queries []string) error {
	if err := m.check(keys, queries); err != nil {
		return err
	}
	keys, queries = clean(keys), clean(queries)
	margin, top := 0, full(m.Weights)
	for _, q := range queries {
		margin = max(margin, displayWidth(q))
	}
	out := bufio.NewWriter(w)
	if d.Title != "" {
		fmt.Fprintln(out, clean([]string{d.Title})[0])
	}
	head := textLine{}
	head.add(strings.Repeat(" ", margin), margin)
	widths := make([]int, len(keys))
	for i, k := range keys {
		n := displayWidth(k)
		widths[i] = max(n, narrowest)
		head.space(1)
		head.add(k, n)
		head.space(widths[i] - n)
	}
	fmt.Fprintln(out, head.String())
	for i, q := range queries {
		n := displayWidth(q)
		line := textLine{}
		line.space(margin - n) // to the right, beside its row
		line.add(q, n)
		for j, v := range m.Row(i) {
			line.space(1)
			d.block(&line, v, top, widths[j])
		}
		fmt.Fprintln(out, line.String())
	}
	fmt.Fprintf(out, "%s = %.3g\n", d.coloured(len(blocks)-1, blocks[len(blocks)-1]), top)
	return out.Flush()
}

// Line writes one row of weights as [DrawLine] does.
func (d Drawing) Line(w io.Writer, weights []float32, words []string) error {
	if err := (Map{Queries: 1, Keys: len(words), Weights: weights}).check(words, []string{""}); err != nil {
		return err
	}
	words = clean(words)
	line, top := textLine{}, full(weights)
	for i, word := range words {
		if i > 0 {
			line.space(1)
		}
		d.block(&line, weights[i], top, 1)
		line.add(word, displayWidth(word))
	}
	_, err := fmt.Fprintln(w, line.String())
	return err
}

// Draw writes the words of a text as one line, each behind a block that shows how
// much of the answer was read there; see [DrawLine].
func (e *Explanation) Draw(w io.Writer) error {
	weights, words := make([]float32, len(e.Words)), make([]string, len(e.Words))
	for i, word := range e.Words {
		weights[i], words[i] = float32(word.Weight), word.Text
	}
	return DrawLine(w, weights, words)
}

// block adds n columns in the shade of a weight.
func (d Drawing) block(line *textLine, v, top float32, n int) {
	level := 0
	if top > 0 {
		level = int(v/top*float32(len(blocks)-1) + 0.5)
	}
	if level == 0 {
		line.space(n)
		return
	}
	line.add(d.coloured(level, strings.Repeat(blocks[level], n)), n)
}

func (d Drawing) coloured(level int, s string) string {
	if !d.Colour {
		return s
	}
	return fmt.Sprintf("\x1b[38;5;%dm%s\x1b[0m", colours[level], s)
}

// textLine is a line without spaces at its end.
type textLine struct {
	b       strings.Builder
	pending int
}

func (l *textLine) space(n int) { l.pending += n }

func (l *textLine) add(s string, n int) {
	if n == 0 || strings.TrimSpace(s) == "" {
		l.pending += n
		return
	}
	l.b.WriteString(strings.Repeat(" ", l.pending))
	l.b.WriteString(s)
	l.pending = 0
}

func (l *textLine) String() string { return l.b.String() }
