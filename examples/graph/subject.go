package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/embedding/node2vec"
)

//go:embed data/karate.tsv
var karate []byte

//go:embed data/karate.groups.tsv
var karateGroups []byte

//go:embed data/lesmis.tsv
var lesmis []byte

// groupsWithoutLabels is how many groups are looked for where nothing says it: the paper's number for Les Misérables.
const groupsWithoutLabels = 6

// subject is a graph with what is known of it.
type subject struct {
	name   string
	graph  *node2vec.Graph
	labels []int // the true group of each node; nil: unknown
	truth  []string
	k      int // groups to look for
}

// subjects returns what is to be studied.
func (o options) subjects() ([]subject, error) {
	var all []subject
	for _, name := range []string{"karate", "lesmis"} {
		if o.graph != "" && o.graph != name {
			continue
		}
		s, err := shipped(name)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	if len(all) > 0 {
		return all, nil
	}
	s, err := o.own()
	return []subject{s}, err
}

func shipped(name string) (subject, error) {
	if name == "karate" {
		g, err := node2vec.ReadEdges(bytes.NewReader(karate), false)
		if err != nil {
			return subject{}, err
		}
		s := subject{name: "karate club", graph: g}
		return s, s.label(bytes.NewReader(karateGroups))
	}
	g, err := node2vec.ReadEdges(bytes.NewReader(lesmis), false)
	return subject{name: "Les Misérables", graph: g, k: groupsWithoutLabels}, err
}

// own reads the graph that the flags name.
func (o options) own() (subject, error) {
	g, err := node2vec.LoadEdges(o.graph, o.directed)
	if err != nil {
		return subject{}, err
	}
	if g.Len() == 0 {
		return subject{}, fmt.Errorf("%s: no edges", o.graph)
	}
	s := subject{name: o.graph, graph: g, k: groupsWithoutLabels}
	if o.labels == "" {
		return s, nil
	}
	f, err := os.Open(o.labels)
	if err != nil {
		return s, err
	}
	defer f.Close()
	if err := s.label(f); err != nil {
		return s, fmt.Errorf("%s: %w", o.labels, err)
	}
	return s, nil
}

// label reads the true groups: a line a node, its name, a tab and its group. Every node must have one.
func (s *subject) label(r io.Reader) error {
	s.labels = slices.Repeat([]int{-1}, s.graph.Len())
	in := bufio.NewScanner(r)
	line := 0
	for in.Scan() {
		line++
		if strings.TrimSpace(in.Text()) == "" {
			continue
		}
		name, group, ok := strings.Cut(in.Text(), "\t")
		name, group = strings.TrimSpace(name), strings.TrimSpace(group)
		if !ok || name == "" || group == "" {
			return fmt.Errorf("line %d: want a name, a tab and a group, got %.80q", line, in.Text())
		}
		i, ok := s.graph.Index(name)
		if !ok {
			return fmt.Errorf("line %d: no node %.80q in the graph", line, name)
		}
		if s.labels[i] >= 0 {
			return fmt.Errorf("line %d: %.80q has a group already", line, name)
		}
		if s.labels[i] = slices.Index(s.truth, group); s.labels[i] < 0 {
			s.labels[i] = len(s.truth)
			s.truth = append(s.truth, group)
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("line %d: %w", line+1, err)
	}
	if i := slices.Index(s.labels, -1); i >= 0 {
		return fmt.Errorf("no group for %.80q", s.graph.Nodes()[i])
	}
	const most = 12 // see misplaced
	if len(s.truth) > most {
		return fmt.Errorf("%d groups, want at most %d", len(s.truth), most)
	}
	s.k = len(s.truth)
	return nil
}

// pair is the smallest graph, to try settings on.
var pair, _ = node2vec.NewGraph(slices.Values([]node2vec.Edge{{From: "a", To: "b", Weight: 1}}), false)
