package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// program runs it.
func program(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(ctx, args, &out, &errs)
	return code, out.String(), errs.String()
}

var lastLine = regexp.MustCompile(`\nwords_per_s=(\d+) spearman=(-?\d\.\d{4}) counts=(-?\d\.\d{4}) random=(-?\d\.\d{4}) pairs=(\d+)\n$`)

func figures(t *testing.T, stdout string) (f []float64) {
	t.Helper()
	match := lastLine.FindStringSubmatch(stdout)
	require.NotNil(t, match, stdout)
	for _, s := range match[1:] {
		x, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		f = append(f, x)
	}
	return f
}

func TestLearnsFromNovels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vectors.txt")
	code, stdout, stderr := program(t.Context(), "-quick", "-save", path)
	require.Zero(t, code, stderr)
	require.Empty(t, stderr)
	f := figures(t, stdout)
	require.Positive(t, f[0])
	require.Greater(t, f[1], f[2]+0.08, "beats counts")
	require.Greater(t, f[1], f[3]+0.2, "beats chance")
	require.Greater(t, f[4], 100.0)
	require.Contains(t, stdout, "mother")
	v, err := vectors.LoadFile(path, vectors.Options{})
	require.NoError(t, err)
	require.Equal(t, 100, v.Dim())
	_, again, _ := program(t.Context(), "-quick", "-workers", "1")
	require.Equal(t, strings.Split(stdout, "\n")[2], strings.Split(again, "\n")[2], "the same neighbours")
}

// small is a text of two topics.
func small(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "text")
	text := strings.Repeat("The sun, the moon: a star!\nBread, salt and milk.\nMoon and star; the sun.\nMilk & bread? Salt.\n", 60)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestEveryModel(t *testing.T) {
	text := small(t)
	pairs := filepath.Join(t.TempDir(), "pairs")
	require.NoError(t, os.WriteFile(pairs, []byte("sun moon 9\nbread milk 9\nsun salt 1\nstar milk 1\nbread star 1\nsalt milk 8\n"), 0o600))
	for model := range models {
		code, stdout, stderr := program(t.Context(), "-corpus", text, "-pairs", pairs, "-model", model, "-dim", "10", "-epochs", "40", "-rate", "0.05", "-min-count", "1", "Sun,unheard")
		require.Zero(t, code, stderr)
		f := figures(t, stdout)
		if model != "glove" { // which wants more than nine words to count
			require.Greater(t, f[1], 0.5, "%s: %s", model, stdout)
		}
		require.Equal(t, 6.0, f[4])
		require.Contains(t, stdout, "unheard    is not in the text")
	}
}

func TestBadInput(t *testing.T) {
	text := small(t)
	broken := filepath.Join(t.TempDir(), "broken.gz")
	require.NoError(t, os.WriteFile(broken, []byte("no gzip"), 0o600))
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{"-model", "elmo"}, "-model wants one of cbow, fasttext, glove, skipgram, got \"elmo\""},
		{[]string{"-dim", "0"}, "-dim, -window and -min-count want 1 or more"},
		{[]string{"-epochs", "-1"}, "-epochs and -workers want 0 or more"},
		{[]string{"-blocks", "0"}, "-blocks wants 1"},
		{[]string{"-blocks", "2", "-model", "cbow"}, "got 2 with cbow"},
		{[]string{"-workers", "2", "-model", "fasttext"}, "fasttext uses one core"},
		{[]string{"-rate", "-1"}, "-rate wants 0 or more"},
		{[]string{"-corpus", "no such file"}, "no such file"},
		{[]string{"-corpus", broken}, "broken.gz"},
		{[]string{"-pairs", "no such file"}, "no such file"},
		{[]string{"-corpus", text, "-min-count", "1000"}, "words occur 1000 times"},
		{[]string{"-nonsense"}, "nonsense"},
	} {
		code, stdout, stderr := program(t.Context(), x.args...)
		require.Equal(t, cli.Failed, code, x.args)
		require.NotContains(t, stdout, "words_per_s")
		require.Contains(t, stderr, x.want)
		require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	}
	code, stdout, _ := program(t.Context(), "-help")
	require.Zero(t, code)
	require.Contains(t, stdout, "-corpus FILE")
}

// Cores change nothing, blocks do.
func TestBlocks(t *testing.T) {
	text, said := small(t), map[string]string{}
	for _, args := range [][]string{{"-blocks", "1"}, {"-blocks", "3", "-workers", "1"}, {"-blocks", "3", "-workers", "3"}} {
		code, stdout, stderr := program(t.Context(), append(args, "-corpus", text, "-dim", "10", "-epochs", "9", "-min-count", "1", "sun")...)
		require.Zero(t, code, stderr)
		said[strings.Join(args, " ")] = strings.Split(stdout, "\n")[2]
	}
	require.Equal(t, said["-blocks 3 -workers 1"], said["-blocks 3 -workers 3"])
	require.NotEqual(t, said["-blocks 1"], said["-blocks 3 -workers 1"])
}

// A training that is stopped has seen a part of the words, and is as fast as before.
func TestInterrupt(t *testing.T) {
	for model := range models {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		code, stdout, stderr := program(ctx, "-corpus", small(t), "-model", model)
		require.Equal(t, cli.Interrupted, code)
		require.Contains(t, stderr, "word2vec: interrupted")
		if strings.Contains(stdout, "words_per_s") {
			require.Zero(t, figures(t, stdout)[0], "%s has read nothing", model)
		}
	}
}
