package node2vec

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxLine bounds a line of an edge list, in bytes.
const maxLine = 1 << 20

// ReadEdges reads an edge list in UTF-8: a line an edge, two names and, where there is one, the weight (else 1).
//
//	Valjean	Cosette	31
//	Valjean	Javert
//
// Where a line has a tab, fields end at tabs and names may have blanks; otherwise they end at blanks. Empty lines and
// lines that start with # or % are passed over. Errors name the line: [ErrFormat], [ErrEdge].
func ReadEdges(r io.Reader, directed bool) (*Graph, error) {
	b := builder{graph: &Graph{index: map[string]int{}, directed: directed}}
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 1<<12), maxLine)
	line := 0
	for in.Scan() {
		line++
		e, ok, err := parseEdge(in.Text())
		if err == nil && ok {
			err = b.add(e)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("line %d: %w: more than %d bytes", line+1, ErrFormat, maxLine)
	case err != nil:
		return nil, fmt.Errorf("node2vec: reading edges: %w", err)
	}
	return b.build()
}

// parseEdge reads a line; ok is false for one that is passed over.
func parseEdge(line string) (e Edge, ok bool, err error) {
	trimmed := strings.TrimSpace(line)
	if trimmed == "" || trimmed[0] == '#' || trimmed[0] == '%' {
		return e, false, nil
	}
	if !utf8.ValidString(trimmed) {
		return e, false, fmt.Errorf("%w: not UTF-8: %.80q", ErrFormat, trimmed)
	}
	var fields []string
	if strings.Contains(trimmed, "\t") {
		for field := range strings.SplitSeq(trimmed, "\t") {
			fields = append(fields, strings.TrimSpace(field))
		}
	} else {
		fields = strings.Fields(trimmed)
	}
	if len(fields) < 2 || len(fields) > 3 {
		return e, false, fmt.Errorf("%w: want two names and perhaps a weight, got %d fields: %.80q", ErrFormat, len(fields), trimmed)
	}
	e = Edge{From: fields[0], To: fields[1], Weight: 1}
	if len(fields) == 3 {
		if e.Weight, err = strconv.ParseFloat(fields[2], 64); err != nil {
			return e, false, fmt.Errorf("%w: want a weight, got %.80q", ErrFormat, fields[2])
		}
	}
	return e, true, nil
}

// LoadEdges reads the edge list in the file at path by [ReadEdges].
func LoadEdges(path string, directed bool) (*Graph, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("node2vec: %w", err)
	}
	defer f.Close()
	g, err := ReadEdges(f, directed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return g, nil
}

// WriteEdges writes an edge list that [ReadEdges] reads: names and weight, parted by tabs. A name that would not be read
// again, with a tab or a line feed in it, blanks at its ends, or # or % as its beginning, is [ErrEdge].
func (g *Graph) WriteEdges(w io.Writer) error {
	for i, name := range g.names {
		if strings.ContainsAny(name, "\t\n\r") || strings.TrimSpace(name) != name || name[0] == '#' || name[0] == '%' ||
			!utf8.ValidString(name) || len(name) > maxLine/4 {
			return fmt.Errorf("%w: node %d, %.40q, cannot be written", ErrEdge, i, name)
		}
	}
	out := bufio.NewWriter(w)
	for e := range g.Edges() {
		fmt.Fprintf(out, "%s\t%s\t%s\n", e.From, e.To, strconv.FormatFloat(e.Weight, 'g', -1, 64))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("node2vec: writing edges: %w", err)
	}
	return nil
}
