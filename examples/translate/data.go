package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed" // for the pairs
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed6481993f/verso/attention"
)

//go:embed data/spa-eng.tsv.gz
var tatoeba []byte

// heldOut is how many distinct sources are kept for the test.
const heldOut = 2000

// question is a held-out source with all its targets.
type question struct {
	source     string
	references []string
}

// corpus is all text of a run.
type corpus struct {
	name  string
	train []attention.Pair
	test  []question // in their order in the file
}

// load reads the pairs that the flags name and holds some out. With -quick it
// keeps the shortest of both.
func load(o options) (*corpus, error) {
	pairs, name, err := read(o.data)
	if err != nil {
		return nil, err
	}
	c := &corpus{name: name}
	if c.train, c.test = holdOut(pairs); len(c.test) == 0 || len(c.train) == 0 {
		return nil, fmt.Errorf("%s: want at least two different sources, got %d pairs of one", name, len(pairs))
	}
	if o.quick {
		short := func(a, b string) int { return strings.Count(a, " ") - strings.Count(b, " ") }
		slices.SortStableFunc(c.train, func(a, b attention.Pair) int { return short(a.Source, b.Source) })
		slices.SortStableFunc(c.test, func(a, b question) int { return short(a.source, b.source) })
		c.train, c.test = c.train[:min(len(c.train), 6800)], c.test[:min(len(c.test), 300)]
	}
	return c, nil
}

func read(path string) (pairs []attention.Pair, name string, err error) {
	name = "English and Spanish sentences of Tatoeba"
	var r io.Reader = bytes.NewReader(tatoeba)
	if path != "" {
		f, err := os.Open(path)
		if err != nil {
			return nil, "", err
		}
		defer f.Close()
		r, name = f, path
	}
	if path == "" || strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(r); err != nil {
			return nil, "", fmt.Errorf("%s: %w", name, err)
		}
	}
	if pairs, err = readPairs(r); err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return pairs, name, err
}

// longest is the number of bytes that a line may have.
const longest = 1 << 20

// readPairs reads a pair a line. Empty lines are passed over.
func readPairs(r io.Reader) (pairs []attention.Pair, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longest)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSuffix(lines.Text(), "\r")
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		if !utf8.ValidString(line) {
			return nil, fmt.Errorf("line %d is not UTF-8", n)
		}
		fields := strings.Split(line, "\t")
		if len(fields) < 2 {
			return nil, fmt.Errorf("line %d wants a source, a tab and a target, got %.60q", n, line)
		}
		p := attention.Pair{Source: strings.TrimSpace(fields[0]), Target: strings.TrimSpace(fields[1])}
		if p.Source == "" || p.Target == "" {
			return nil, fmt.Errorf("line %d has an empty source or target", n)
		}
		pairs = append(pairs, p)
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, fmt.Errorf("a line is longer than %d bytes", longest)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(pairs) == 0 {
		return nil, errors.New("no pairs")
	}
	return pairs, nil
}

// holdOut takes the last distinct sources, with all their targets, wherever these
// stand: 2,000 where as many are left to learn from, else a fifth, at least one.
func holdOut(pairs []attention.Pair) (train []attention.Pair, test []question) {
	distinct := map[string]bool{}
	for _, p := range pairs {
		distinct[p.Source] = true
	}
	if len(distinct) < 2 {
		return pairs, nil
	}
	want, held := heldOut, map[string]int{}
	if len(distinct) < 2*heldOut {
		want = max(1, len(distinct)/5)
	}
	for i := len(pairs) - 1; len(held) < want; i-- {
		held[pairs[i].Source] = -1
	}
	for _, p := range pairs {
		at, ok := held[p.Source]
		switch {
		case !ok:
			train = append(train, p)
			continue
		case at < 0:
			at = len(test)
			held[p.Source] = at
			test = append(test, question{source: p.Source})
		}
		test[at].references = append(test[at].references, p.Target)
	}
	return train, test
}
