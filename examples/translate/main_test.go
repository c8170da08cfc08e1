package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/attention"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// program runs it.
func program(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(ctx, args, &out, &errs)
	return code, out.String(), errs.String()
}

var lastLine = regexp.MustCompile(`\nbleu=(\d+\.\d\d) baseline_bleu=(\d+\.\d\d)\n$`)

func figures(t *testing.T, stdout string) (model, baseline float64) {
	t.Helper()
	match := lastLine.FindStringSubmatch(stdout)
	require.NotNil(t, match, stdout)
	model, err := strconv.ParseFloat(match[1], 64)
	require.NoError(t, err)
	baseline, err = strconv.ParseFloat(match[2], 64)
	require.NoError(t, err)
	return model, baseline
}

// small is a language in which the order of words is the other way round.
func small(t *testing.T) string {
	var b strings.Builder
	colours, things := strings.Fields("red green blue black white"), strings.Fields("house dog tree book car")
	for n := range 6 * 125 {
		c, x, y := colours[n%5], things[(n+n/5)%5], things[(n+n/25)%5] // all 125 in turn
		fmt.Fprintf(&b, "the %s %s and the %s\t%so-%s ka %so.\n", c, x, y, x, c, y)
	}
	path := filepath.Join(t.TempDir(), "pairs.tsv")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	return path
}

func TestLearns(t *testing.T) {
	path, model := small(t), filepath.Join(t.TempDir(), "model")
	args := []string{"-data", path, "-epochs", "8", "-hidden", "32", "-rate", "0.02", "-save", model, "the red dog and the tree"}
	code, stdout, stderr := program(t.Context(), args...)
	require.Zero(t, code, stderr)
	require.Empty(t, stderr)
	got, baseline := figures(t, stdout)
	require.Greater(t, got, 80.0)
	require.Less(t, baseline, 30.0)
	require.Contains(t, stdout, "the red dog and the tree\n    dogo-red ka treeo.\n")
	require.Contains(t, stdout, "where it looked")
	_, again, _ := program(t.Context(), args...)
	tail := func(s string) string { // without the seconds
		_, after, _ := strings.Cut(s, "\n\n")
		return after
	}
	require.Equal(t, tail(stdout), tail(again))
	m, err := attention.LoadTranslatorFile(model)
	require.NoError(t, err)
	r, err := m.Translate(t.Context(), "the blue car and the dog", attention.DefaultSearchConfig())
	require.NoError(t, err)
	require.Equal(t, "caro-blue ka dogo.", r.Text)
}

func TestMinutes(t *testing.T) {
	code, stdout, stderr := program(t.Context(), "-data", small(t), "-minutes", "0.001", "-hidden", "8")
	require.Zero(t, code, stderr)
	figures(t, stdout)
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	code, stdout, stderr := program(ctx, "-data", small(t), "-hidden", "8")
	require.Equal(t, cli.Interrupted, code)
	require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	figures(t, stdout)
}

func TestBadInput(t *testing.T) {
	one := filepath.Join(t.TempDir(), "one.tsv")
	require.NoError(t, os.WriteFile(one, []byte("a\tb\na\tc\n"), 0o600))
	broken := filepath.Join(t.TempDir(), "broken.gz")
	require.NoError(t, os.WriteFile(broken, []byte("no gzip"), 0o600))
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{"-data", one}, "want at least two different sources, got 2 pairs of one"},
		{[]string{"-data", "no such file"}, "no such file"},
		{[]string{"-data", broken}, "broken.gz"},
		{[]string{"-minutes", "-1"}, "-minutes wants 0 or more"},
		{[]string{"-minutes", "1", "-epochs", "1"}, "exclude each other"},
		{[]string{"-beam", "0"}, "-beam wants 1 or more"},
		{[]string{"-rate", "1"}, "-rate wants a number from 0 to below 1"},
		{[]string{"-hidden", "-1"}, "-epochs, -words and -hidden want 0 or more"},
		{[]string{"-nonsense"}, "nonsense"},
	} {
		code, stdout, stderr := program(t.Context(), x.args...)
		require.Equal(t, cli.Failed, code, x.args)
		require.NotContains(t, stdout, "bleu=")
		require.Contains(t, stderr, x.want)
		require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	}
	code, stdout, _ := program(t.Context(), "-help")
	require.Zero(t, code)
	require.Contains(t, stdout, "-data FILE")
}
