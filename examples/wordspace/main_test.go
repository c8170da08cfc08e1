package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

func wordspace(t *testing.T, in string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(in), &out, &errs)
	return code, out.String(), errs.String()
}

// figuresOf reads the last line.
func figuresOf(t *testing.T, args ...string) (map[string]float64, string) {
	t.Helper()
	code, stdout, stderr := wordspace(t, "", args...)
	require.Zero(t, code, stderr)
	require.Empty(t, stderr)
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	figures := map[string]float64{}
	for _, field := range strings.Fields(lines[len(lines)-1]) {
		name, value, ok := strings.Cut(field, "=")
		require.True(t, ok, field)
		x, err := strconv.ParseFloat(value, 64)
		require.NoError(t, err, field)
		figures[name] = x
	}
	return figures, stdout
}

func TestBuiltIn(t *testing.T) {
	f, out := figuresOf(t, "-quick")
	assert.Greater(t, f["accuracy"], .6)
	assert.Less(t, f["baseline_accuracy"], .25)
	assert.Greater(t, f["spearman"], .65)
	assert.Less(t, f["baseline_spearman"], .1)
	assert.EqualValues(t, 1400, f["of"])
	for _, want := range []string{"8343 words of 100 numbers", "queen 0.7699", "gram8-plural", "Pearson 0.8"} {
		assert.Contains(t, out, want)
	}
	_, again := figuresOf(t, "-quick")
	assert.Equal(t, out, again)
	_, other := figuresOf(t, "-quick", "-seed", "2")
	assert.NotEqual(t, out, other)
	mul, _ := figuresOf(t, "-quick", "-method", "mul")
	assert.NotEqual(t, f["accuracy"], mul["accuracy"])
	assert.Greater(t, mul["accuracy"], .6)
}

func write(t *testing.T, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestFilesOfOnesOwn(t *testing.T) {
	v := write(t, "v.txt", "man 1 0\nwoman 1 1\nking 3 0.2\nqueen 3 2.5\n")
	a := write(t, "a.txt", ": family\nMan woman King queen\nman woman boy girl\n")
	p := write(t, "p.txt", "man woman 2\nking queen 3\nman\tking\t9\nman boy 8\n")
	f, out := figuresOf(t, "-vectors", v, "-analogies", a, "-pairs", p)
	assert.InDelta(t, 1, f["accuracy"], 0)
	assert.InDelta(t, 1, f["spearman"], 1e-9)
	assert.EqualValues(t, []float64{1, 2, 3}, []float64{f["questions"], f["of"], f["pairs"]})
	assert.Contains(t, out, "unknown 25.0 %")

	f, _ = figuresOf(t, "-vectors", v, "-analogies", a, "-pairs", p, "-restrict", "0")
	assert.InDelta(t, 1, f["accuracy"], 0)

	// The counts are those of the library on the whole file.
	sections, err := vectors.LoadAnalogies(a)
	require.NoError(t, err)
	table, err := vectors.LoadFile(v, vectors.Options{})
	require.NoError(t, err)
	report, err := table.EvaluateAnalogies(t.Context(), sections, vectors.DefaultEvaluateConfig())
	require.NoError(t, err)
	assert.EqualValues(t, f["questions"], report.All.Asked)
}

func TestQuestions(t *testing.T) {
	code, out, _ := wordspace(t, "", "-top", "2", "king", "-", "man", "+", "woman")
	require.Zero(t, code)
	assert.Equal(t, "  queen                0.7699\n  monarch              0.6844\n", out)

	code, out, _ = wordspace(t, "Madrid\n\ncat dog\nking − man + woman\nviolin piano bridge\nkig\nking queen + man\nking -\nking + man woman\n", "-i", "-top", "1")
	require.Zero(t, code)
	_, conversation, _ := strings.Cut(out, "> ")
	assert.Equal(t, `  barcelona            0.8428
> >   0.8798
>   queen                0.7699
>   bridge
>   the vectors do not know "kig"
>   want words alone, or + or - between all of them, got "king queen + man"
>   want words alone, or + or - between all of them, got "king -"
>   want + or - between "man" and "woman"
> 
`, conversation)
}

// A model of fastText knows words that it has not seen.
func TestFastTextModel(t *testing.T) {
	model := "../../embedding/fasttext/testdata/golden/fasttext/skipgram_3_6/model.bin"
	code, out, stderr := wordspace(t, "", "-vectors", model, "-top", "1", "fathers")
	require.Zero(t, code, stderr)
	assert.Equal(t, "  father               0.9008\n", out)
}

func TestBadInput(t *testing.T) {
	for want, args := range map[string][]string{
		"no such file":                  {"-vectors", "none"},
		"-method wants add or mul":      {"-method", "x"},
		"-restrict wants 0 or more":     {"-restrict", "-1"},
		"-top wants at least 1":         {"-top", "0"},
		"flag provided but not defined": {"-x"},
		"line 2: vectors: bad line":     {"-analogies", write(t, "bad", ": x\na b c\n")},
		"score \"x\"":                   {"-pairs", write(t, "bad", "a b 1\nc d x\n")},
		"do not know \"kig\"":           {"kig"},
		"none of the analogies":         {"-analogies", write(t, "no", "a1 b1 c1 d1\n")},
		"0 of 1 pairs":                  {"-quick", "-pairs", write(t, "few", "a1 b1 1\n")},
		"vectors: bad row":              {"-vectors", write(t, "bad", "a 1 2\nb 1\n")},
	} {
		code, _, stderr := wordspace(t, "", args...)
		assert.Equal(t, cli.Failed, code, args)
		assert.Contains(t, stderr, want)
		assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		assert.True(t, strings.HasPrefix(stderr, "wordspace: "), stderr)
	}
	code, out, _ := wordspace(t, "", "-help")
	assert.Zero(t, code)
	assert.Contains(t, out, "-analogies")
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{{"-quick"}, {"-i"}} {
		var out, errs bytes.Buffer
		assert.Equal(t, cli.Interrupted, run(ctx, args, strings.NewReader(""), &out, &errs), args)
		assert.Contains(t, errs.String(), "interrupted")
	}
}
