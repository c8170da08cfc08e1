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

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

func sentences(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// figuresOf reads the last line.
func figuresOf(t *testing.T, args ...string) (map[string]string, string) {
	t.Helper()
	code, stdout, stderr := sentences(t, args...)
	require.Zero(t, code, stderr)
	require.Empty(t, stderr)
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	figures := map[string]string{}
	for _, field := range strings.Fields(lines[len(lines)-1]) {
		name, value, ok := strings.Cut(field, "=")
		require.True(t, ok, field)
		figures[name] = value
	}
	return figures, stdout
}

func number(t *testing.T, s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return x
}

func TestMethods(t *testing.T) {
	last := ""
	for _, m := range methods {
		f, out := figuresOf(t, "-method", m.name)
		assert.Regexp(t, regexp.QuoteMeta(m.says)+`.*\*\n`, out, "the row of the method is marked")
		assert.Equal(t, "80", f["pairs"])
		assert.Greater(t, number(t, f["pearson"]), number(t, f["baseline_pearson"])+.2, m.name)
		assert.Greater(t, number(t, f["spearman"]), number(t, f["baseline_spearman"])+.2, m.name)
		assert.NotEqual(t, last, f["pearson"])
		assert.Contains(t, out, "taken for less alike")
		last = f["pearson"]
	}
	_, one := figuresOf(t, "-quick", "-seed", "3")
	_, two := figuresOf(t, "-quick", "-seed", "3")
	assert.Equal(t, one, two)
}

func write(t *testing.T, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestFilesOfOnesOwn(t *testing.T) {
	v := write(t, "v.txt", "mar 1 0\ncielo 1 1\nnoche 0 1\n")
	p := write(t, "p.tsv", "5\tEl mar.\t¡Mar!\n3\tmar\tcielo\n0\tmar\tNOCHE\n")
	f, _ := figuresOf(t, "-vectors", v, "-sts", p)
	assert.Equal(t, "1.0000", f["spearman"])
	code, out, _ := sentences(t, "-vectors", v, "-sts", p, "-top", "1", "cielos", "y", "cielo")
	require.Zero(t, code)
	assert.Equal(t, "  1.0000  cielo\n", out)
}

func TestQuickDrawsWithItsSeed(t *testing.T) {
	var file strings.Builder
	for i := range 2 * quickPairs {
		file.WriteString(strconv.Itoa(i%6) + "\tthe king of " + [...]string{"bread", "day"}[i%2] + "\tthe queen of " + [...]string{"night", "bread", "war"}[i%3] + "\n")
	}
	p := write(t, "p.tsv", file.String())
	f, one := figuresOf(t, "-quick", "-sts", p)
	assert.Equal(t, strconv.Itoa(quickPairs), f["pairs"])
	_, other := figuresOf(t, "-quick", "-sts", p, "-seed", "2")
	assert.NotEqual(t, one, other)
}

func TestBadInput(t *testing.T) {
	for want, args := range map[string][]string{
		"no such file":                  {"-vectors", "none"},
		"-method wants one of mean":     {"-method", "x"},
		"-top wants at least 1":         {"-top", "0"},
		"flag provided but not defined": {"-x"},
		"line 2: vectors: bad line":     {"-sts", write(t, "bad", "1\ta\tb\nx\ta\tb\n")},
		"no word that counts":           {"xyzzy"},
		"1 pairs, too few":              {"-sts", write(t, "few", "1\tthe king\tthe queen\n")},
		"0 pairs":                       {"-sts", write(t, "none", "")},
		"no word of the sentences":      {"-vectors", write(t, "v", "zzz 1 2\n")},
	} {
		code, _, stderr := sentences(t, args...)
		assert.Equal(t, cli.Failed, code, args)
		assert.Contains(t, stderr, want)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		assert.True(t, strings.HasPrefix(stderr, "sentences: "), stderr)
	}
	code, out, _ := sentences(t, "-help")
	assert.Zero(t, code)
	assert.Contains(t, out, "-sts")
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	assert.Equal(t, cli.Interrupted, run(ctx, nil, &out, &errs))
	assert.Contains(t, errs.String(), "interrupted")
}
