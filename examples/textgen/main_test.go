package main

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

// program runs the program and returns its exit code, output and errors.
func program(t *testing.T, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func lastLine(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return lines[len(lines)-1]
}

// file writes a text of a few lines over and over.
func file(t *testing.T, name string, times int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	text := strings.Repeat("tres tristes tigres\ntragaban trigo en un trigal\nen tres tristes trastos\n", times)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// small makes a training short.
var small = []string{"-hidden", "24", "-dim", "12", "-steps", "12", "-batch", "2", "-epochs", "8", "-rate", "0.02", "-dropout", "0", "-temperature", "0"}

const figures = `^perplexity=1\.\d{4} baseline_perplexity=\d+\.\d{4} unigram_perplexity=\d+\.\d{4} tokens=\d+$`

func TestOwnText(t *testing.T) {
	text := file(t, "text.txt", 40)
	model := filepath.Join(t.TempDir(), "model.safetensors")
	args := append([]string{"-text", text, "-level", "word", "-save", model, "-prompt", "tragaban trigo en", "-length", "2"}, small...)
	code, out, errs := program(t, args...)
	require.Zero(t, code, errs)
	require.Contains(t, out, "\ntragaban trigo en un trigal\n")
	require.Regexp(t, figures, lastLine(out))
	require.Equal(t, 8, strings.Count(out, "of the validation text"))
	_, again, _ := program(t, append(args, "-workers", "1")...)
	require.Equal(t, out, again, "same seed, same figures, whatever the number of cores")

	code, out, errs = program(t, "-model", model, "-prompt", "tragaban trigo", "-length", "3", "-temperature", "0", "-test", text)
	require.Zero(t, code, errs)
	require.Contains(t, out, "\ntragaban trigo en un trigal\n")
	require.Regexp(t, `^perplexity=1\.\d{4} tokens=600$`, lastLine(out))
}

func TestCharactersAndWindows(t *testing.T) {
	text := file(t, "text.txt", 20)
	for _, more := range [][]string{
		{"-cell", "gru", "-valid", text, "-test", text},
		{"-cell", "lstm", "-window", "12", "-batch", "32"},
	} {
		code, out, errs := program(t, append(append([]string{"-text", text, "-prompt", "en un", "-length", "7"}, small...), more...)...)
		require.Zero(t, code, errs)
		require.Contains(t, out, "\nen un trigal\n")
		require.Regexp(t, figures, lastLine(out))
	}
}

// A training that was interrupted goes on to the same figures.
func TestCheckpoint(t *testing.T) {
	text := file(t, "text.txt", 20)
	args := append([]string{"-text", text}, small...)
	_, want, _ := program(t, args...)
	args = append(args, "-checkpoint", filepath.Join(t.TempDir(), "checkpoint"))
	ctx, cancel := context.WithCancel(t.Context())
	out := &after{of: 2, then: cancel}
	var errs bytes.Buffer
	require.Equal(t, cli.Interrupted, run(ctx, args, out, &errs))
	require.Contains(t, errs.String(), "textgen: interrupted: training stopped after step")
	code, got, more := program(t, args...)
	require.Zero(t, code, more)
	require.Equal(t, lastLine(want), lastLine(got))
}

// after calls a function at the write of epoch of.
type after struct {
	of   int
	then func()
	n    int
}

func (a *after) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("epoch")) {
		if a.n++; a.n == a.of {
			a.then()
		}
	}
	return len(p), nil
}

func TestErrors(t *testing.T) {
	text := file(t, "text.txt", 3)
	bad := filepath.Join(t.TempDir(), "bad.txt")
	require.NoError(t, os.WriteFile(bad, []byte{'a', 0xff}, 0o600))
	for _, c := range []struct {
		want string
		args []string
	}{
		{"no such file", []string{"-text", "none.txt"}},
		{"no such file", []string{"-model", "none"}},
		{"no UTF-8", []string{"-text", bad}},
		{`Level wants "word" or "char", got "x"`, []string{"-level", "x"}},
		{"-model excludes", []string{"-model", "x", "-text", "y"}},
		{"unexpected argument", []string{text}},
		{"not defined", []string{"-nonsense"}},
		{"-rate wants", []string{"-rate", "0"}},
		{"-epochs wants at least 1, got -1", []string{"-epochs", "-1"}},
		{"text is too short", []string{"-text", text, "-batch", "4000"}},
		{`has no "gatos"`, append([]string{"-text", text, "-level", "word", "-prompt", "tres gatos"}, small...)},
	} {
		code, out, errs := program(t, c.args...)
		require.Equal(t, cli.Failed, code, c.args)
		require.NotContains(t, out, "epoch", "refused before the training")
		require.Contains(t, errs, c.want)
		require.Equal(t, 1, strings.Count(errs, "\n"), errs)
	}
	code, out, _ := program(t, "-help")
	require.Zero(t, code)
	require.Contains(t, out, "-zaremba")
}

// A text of one long line, as collections of text often are: there is no line's
// beginning to start from, and nowhere to cut but at a character.
func TestTextOfOneLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "line.txt")
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("ñandú y ñu ", 15_000)), 0o600))
	args := append([]string{"-text", path, "-quick", "-length", "3"}, small...)
	code, out, errs := program(t, append(args, "-batch", "16", "-epochs", "1")...)
	require.Zero(t, code, errs)
	require.Regexp(t, `\nñ`, out, "it begins with the text's first character")
	require.Regexp(t, figures, lastLine(out))

	train, test := holdOut(strings.Repeat("ñ", 30))
	require.True(t, utf8.ValidString(train) && utf8.ValidString(test))
	require.Equal(t, 1, utf8.RuneCountInString(test))
}

func TestZaremba(t *testing.T) {
	o, err := parse([]string{"-zaremba", "-level", "char"}, nil)
	require.NoError(t, err)
	f := o.fit(929_589)
	require.Equal(t, []int{200, 200, 2, 20, 13, 20}, []int{o.config.Dim, o.config.Hidden, o.config.Layers, o.config.Steps, f.Epochs, f.Batch})
	require.Equal(t, 0.25, f.ClipNorm)
	require.Nil(t, f.Schedule)
	require.Zero(t, o.config.Dropout)
	require.EqualValues(t, "word", o.config.Level)
}

func TestShippedText(t *testing.T) {
	o, err := parse(nil, nil)
	require.NoError(t, err)
	text, err := o.texts()
	require.NoError(t, err)
	require.Equal(t, 1_452_320, len(text.train)+len(text.test))
	require.InDelta(t, 0.05, float64(len(text.test))/1_452_320, 0.001)
	require.Equal(t, text.test, text.valid)
	require.True(t, strings.HasPrefix(text.train, "Valencia insigne, patria venturosa,\n"))
	o.quick = true
	text, err = o.texts()
	require.NoError(t, err)
	require.InDelta(t, quickBytes, len(text.train)+len(text.test), 100)
}

// Of a b a b a: what the formulas give by hand, with three different tokens.
func TestBaselines(t *testing.T) {
	one, two := baselines([]int{0, 1, 0, 1, 0}, []int{0, 1, 2}, 3)
	require.InDelta(t, math.Sqrt(8.0/3*8/1), one, 1e-12)
	// p(1|0) = (2 + 1·3/8) / 3, p(2|1) = (0 + 1·1/8) / 3
	require.InDelta(t, 1/math.Sqrt((2+3.0/8)/3*(1.0/8)/3), two, 1e-12)
}
