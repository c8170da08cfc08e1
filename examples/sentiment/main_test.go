package main

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/conv1d"
)

// sentiment runs the program.
func sentiment(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// figuresOf runs the program and reads its last line.
func figuresOf(t *testing.T, args ...string) (map[string]float64, string) {
	t.Helper()
	code, stdout, stderr := sentiment(t, args...)
	require.Equal(t, 0, code, stderr)
	require.Empty(t, stderr)
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	last := lines[len(lines)-1]
	require.Regexp(t, regexp.MustCompile(`^accuracy=\d\.\d{4}( std=\d\.\d{4})?( [a-z_]+=[\d.]+)*$`), last)
	figures := map[string]float64{}
	for pair := range strings.FieldsSeq(last) {
		key, value, _ := strings.Cut(pair, "=")
		x, err := strconv.ParseFloat(value, 64)
		require.NoError(t, err)
		figures[key] = x
	}
	return figures, stdout
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// opinions are texts that a single word decides.
func opinions(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "good\ta fine film number %d\nbad\ta dull film number %d\n", i, i)
	}
	return b.String()
}

// Every model learns what a single word decides, and answers the same when loaded.
func TestEveryModel(t *testing.T) {
	data := write(t, "opinions.tsv", opinions(60))
	for _, model := range kindNames() {
		figures, stdout := figuresOf(t, "-data", data, "-model", model, "-epochs", "8")
		require.Equal(t, 1.0, figures["accuracy"], model)
		require.Contains(t, stdout, "the same answers to all 12 held-out texts")
		require.Contains(t, stdout, "sure", "an answer is shown")
	}
}

func TestBadInput(t *testing.T) {
	ok := write(t, "ok.tsv", opinions(4))
	none := filepath.Join(t.TempDir(), "none")
	for name, c := range map[string]struct {
		args []string
		says []string
	}{
		"model":            {[]string{"-model", "x"}, []string{"-model wants one of attention, cnn, gru, lstm"}},
		"variant":          {[]string{"-model", "gru", "-variant", "static", "-vectors", "x"}, []string{"-variant wants -model cnn"}},
		"no tab":           {[]string{"-data", write(t, "a.tsv", "good\tfine\nbad dull\n")}, []string{"a.tsv", "line 2", "tab"}},
		"no class":         {[]string{"-data", write(t, "a.tsv", "good\tfine\n\tdull\n")}, []string{"a.tsv", "line 2", "class"}},
		"no rows":          {[]string{"-data", write(t, "a.tsv", "")}, []string{"a.tsv", "no examples"}},
		"one class":        {[]string{"-data", write(t, "a.tsv", "good\tfine\ngood\tfair\n")}, []string{"a.tsv", "two classes", "good"}},
		"not UTF-8":        {[]string{"-data", write(t, "a.tsv", "good\tfine\nbad\t\xff\n")}, []string{"a.tsv", "line 2", "UTF-8"}},
		"missing":          {[]string{"-data", none}, []string{"none", "no such file"}},
		"a folder":         {[]string{"-data", t.TempDir()}, []string{"is a directory"}},
		"bad test file":    {[]string{"-data", ok, "-test", write(t, "b.tsv", "good")}, []string{"b.tsv", "line 1", "tab"}},
		"class of test":    {[]string{"-data", ok, "-test", write(t, "b.tsv", "fair\tso so\n")}, []string{"b.tsv", "fair", "good"}},
		"class of dev":     {[]string{"-data", ok, "-dev", write(t, "b.tsv", "fair\tso so\n")}, []string{"b.tsv", "fair", "good"}},
		"nothing to spare": {[]string{"-data", write(t, "a.tsv", "good\tfine\nbad\tdull\n")}, []string{"a.tsv", "-test"}},
		"no vectors":       {[]string{"-variant", "static"}, []string{"-variant static", "-vectors"}},
		"unused vectors":   {[]string{"-vectors", ok}, []string{"-vectors", "-variant"}},
		"vectors missing":  {[]string{"-data", ok, "-variant", "static", "-vectors", none}, []string{"none", "no such file"}},
		"vectors bad":      {[]string{"-data", ok, "-variant", "static", "-vectors", write(t, "v.txt", "no numbers here\n")}, []string{"v.txt"}},
		"vectors strange":  {[]string{"-data", ok, "-variant", "static", "-vectors", write(t, "v.txt", "cosa 1 2\n")}, []string{"v.txt", "no word"}},
		"variant of gru":   {[]string{"-variant", "random"}, []string{"random", "rand", "multichannel"}},
		"tokenizer":        {[]string{"-data", ok, "-tokenizer", "spacy"}, []string{"spacy", "kim"}},
		"epochs":           {[]string{"-epochs", "0"}, []string{"-epochs", "1"}},
		"one fold":         {[]string{"-folds", "1"}, []string{"-folds", "2"}},
		"many folds":       {[]string{"-data", ok, "-folds", "9"}, []string{"ok.tsv", "9"}},
		"folds and test":   {[]string{"-folds", "2", "-test", ok}, []string{"-folds", "-test"}},
		"folds and seeds":  {[]string{"-folds", "2", "-seeds", "2"}, []string{"-folds", "-seeds"}},
		"no seeds":         {[]string{"-seeds", "0"}, []string{"-seeds", "1"}},
		"no workers":       {[]string{"-workers", "0"}, []string{"-workers", "1"}},
		"save of several":  {[]string{"-folds", "2", "-save", none}, []string{"-save"}},
		"save nowhere":     {[]string{"-save", filepath.Join(none, "m")}, []string{"none", "no such file"}},
		"plot not png":     {[]string{"-plot", "curve.svg"}, []string{"-plot", ".png"}},
		"flag":             {[]string{"-fold", "2"}, []string{"-fold"}},
		"argument":         {[]string{"train.tsv"}, []string{"train.tsv"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := sentiment(t, c.args...)
			require.Equal(t, 1, code)
			require.Empty(t, stdout)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			require.Less(t, len(stderr), 400)
			for _, s := range c.says {
				require.Contains(t, stderr, s)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	code, stdout, stderr := sentiment(t, "-help")
	require.Equal(t, 0, code)
	require.Empty(t, stderr)
	require.Contains(t, stdout, "-vectors FILE")
}

func TestQuickLearns(t *testing.T) {
	f, stdout := figuresOf(t, "-quick")
	require.Greater(t, f["accuracy"], f["majority"]+0.05)
	require.Contains(t, stdout, "why negative")
	require.Contains(t, stdout, "why positive")
	require.Contains(t, stdout, "the same answers")
}

func TestOwnFile(t *testing.T) {
	data := write(t, "own.tsv", opinions(40))
	path, curve := filepath.Join(t.TempDir(), "m.safetensors"), filepath.Join(t.TempDir(), "curve.png")
	f, stdout := figuresOf(t, "-quick", "-data", data, "-save", path, "-plot", curve)
	require.Equal(t, 1.0, f["accuracy"])
	require.Equal(t, 8.0, f["tested"])
	require.Contains(t, stdout, "epoch  1/")

	m, err := conv1d.LoadFile(path)
	require.NoError(t, err)
	p, err := m.Predict("a fine film")
	require.NoError(t, err)
	require.Equal(t, "good", p.Class)

	file, err := os.Open(curve)
	require.NoError(t, err)
	defer file.Close()
	size, err := png.DecodeConfig(file)
	require.NoError(t, err)
	require.Greater(t, size.Width, size.Height/2)
}

func TestTinyFile(t *testing.T) {
	data := write(t, "tiny.tsv", "good\tfine\nbad\tdull\ngood\t\nbad\tso dull\n")
	for _, args := range [][]string{{"-quick"}, {"-quick", "-folds", "2"}, {"-quick", "-folds", "4"}, {"-epochs", "1"}} {
		f, _ := figuresOf(t, append(args, "-data", data)...)
		require.Contains(t, f, "accuracy")
	}
}

func TestEmptyTexts(t *testing.T) {
	data := write(t, "empty.tsv", strings.Repeat("good\ta fine film\nbad\t\n", 20))
	f, _ := figuresOf(t, "-quick", "-data", data)
	require.Equal(t, 1.0, f["accuracy"])

	nothing := write(t, "nothing.tsv", strings.Repeat("good\t\nbad\t\n", 5))
	figuresOf(t, "-epochs", "2", "-data", nothing)
}

// Folds differ, and neither the number of cores nor time has a part in them.
func TestFolds(t *testing.T) {
	data := write(t, "own.tsv", opinions(12)+"good\tdull\nbad\tfine\n")
	curve := filepath.Join(t.TempDir(), "curve.png")
	folds := func(workers string) (string, []byte) {
		f, stdout := figuresOf(t, "-data", data, "-folds", "3", "-epochs", "3", "-plot", curve, "-workers", workers)
		require.Contains(t, f, "std")
		require.Equal(t, 26.0, f["tested"])
		drawn, err := os.ReadFile(curve)
		require.NoError(t, err)
		return stdout, drawn
	}
	stdout1, curve1 := folds("1")
	stdout2, curve2 := folds("2")
	require.Len(t, regexp.MustCompile(`(?m)^fold \d/3 +accuracy`).FindAllString(stdout1, -1), 3)
	require.Equal(t, stdout1, stdout2)
	require.True(t, bytes.Equal(curve1, curve2), "other learning curves")
}

func TestSeedsAndVectors(t *testing.T) {
	data, test := write(t, "train.tsv", opinions(20)), write(t, "test.tsv", "good\tso fine\nbad\tdull\n")
	vecs := write(t, "vectors.txt", "4 3\nfine 1 0 0.5\ndull -1 0 0.5\nfilm 0 1 0\nso 0 0 1\n")
	for _, variant := range []string{"static", "nonstatic", "multichannel"} {
		f, stdout := figuresOf(t, "-quick", "-data", data, "-test", test, "-seeds", "2", "-variant", variant, "-vectors", vecs)
		require.Contains(t, f, "std")
		require.Contains(t, stdout, "seed 2")
		require.Equal(t, 4.0, f["tested"])
	}
}

func TestInterrupt(t *testing.T) {
	data := write(t, "own.tsv", opinions(10))
	for _, args := range [][]string{{"-data", data}, {"-data", data, "-folds", "2"}} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var stdout, stderr bytes.Buffer
		require.Equal(t, 130, run(ctx, args, &stdout, &stderr))
		require.Contains(t, stderr.String(), "interrupted")
		require.Equal(t, 1, strings.Count(stderr.String(), "\n"))
		require.NotContains(t, stdout.String(), "accuracy=")
	}
}
