package cli_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

// read gathers lines, calling each after every one of them.
func read(ctx context.Context, in io.Reader, each func()) (lines []string, err error) {
	for line, failed := range cli.Lines(ctx, in) {
		if failed != nil {
			return lines, failed
		}
		lines = append(lines, line)
		each()
	}
	return lines, nil
}

func TestLines(t *testing.T) {
	lines, err := read(t.Context(), strings.NewReader("a\n\nb"), func() {})
	require.NoError(t, err)
	require.Equal(t, []string{"a", "", "b"}, lines)

	broken := errors.New("broken")
	lines, err = read(t.Context(), io.MultiReader(strings.NewReader("a\n"), iotest.ErrReader(broken)), func() {})
	require.ErrorIs(t, err, broken)
	require.Equal(t, []string{"a"}, lines)

	for line, err := range cli.Lines(t.Context(), strings.NewReader("a\nb\n")) {
		require.NoError(t, err)
		require.Equal(t, "a", line)
		break
	}
}

// Somebody who types nothing more and interrupts is not kept waiting.
func TestLinesInterrupted(t *testing.T) {
	in, typed := io.Pipe()
	defer typed.Close()
	go func() { _, _ = io.WriteString(typed, "a\n") }() // fails when the test is over
	ctx, interrupt := context.WithCancel(t.Context())
	lines, err := read(ctx, in, interrupt)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []string{"a"}, lines)
}
