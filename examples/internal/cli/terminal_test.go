package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoBarBesideATerminal(t *testing.T) {
	var out, errs bytes.Buffer
	s := NewTerminal(&out, &errs)
	s.Begin("learning")
	s.Advance(0.5)
	s.Printf("%d words\n", 3)
	s.Close()
	require.Equal(t, "3 words\n", out.String())
	require.Empty(t, errs.String())
}

// Both streams of a terminal end on the same screen: a line must not be written
// beside a bar, and every piece of work has a bar of its own.
func TestBarMakesRoomForLines(t *testing.T) {
	var screen bytes.Buffer
	s := &Terminal{out: &screen, bars: &screen}
	for _, what := range []string{"first", "second"} {
		screen.Reset()
		s.Begin(what)
		s.Advance(0.5)
		require.Contains(t, screen.String(), what)
		s.Printf("a line\n")
		before, _, _ := strings.Cut(screen.String(), "a line\n")
		require.True(t, strings.HasSuffix(before, "\r"), "%q", before)
		require.Empty(t, strings.TrimSpace(before[strings.LastIndex(before[:len(before)-1], "\r"):]), "the bar is wiped out")
		s.Advance(1.5)
	}
	s.Close()
	length := screen.Len()
	s.Advance(0.5)
	require.Len(t, screen.String(), length, "closed")
}
