package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/bert"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// program runs the program and returns its exit code, output and errors.
func program(t *testing.T, stdin string, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func lastLine(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return lines[len(lines)-1]
}

// smallData writes a corpus and examples that take no time.
func smallData(t *testing.T) (corpus, examples string) {
	t.Helper()
	dir := t.TempDir()
	var text, tsv strings.Builder
	for i := range 60 {
		animal, food, class := "cat", "fish", "hunter"
		if i%2 == 0 {
			animal, food, class = "cow", "grass", "grazer"
		}
		for range 5 {
			text.WriteString("the " + animal + " eats " + food + " .\n")
		}
		text.WriteString("\n")
		tsv.WriteString(class + "\tthis " + animal + " eats " + food + " .\n")
	}
	corpus, examples = filepath.Join(dir, "corpus.txt"), filepath.Join(dir, "examples.tsv")
	require.NoError(t, os.WriteFile(corpus, []byte(text.String()), 0o600))
	require.NoError(t, os.WriteFile(examples, []byte(tsv.String()), 0o600))
	return corpus, examples
}

func TestOwnFiles(t *testing.T) {
	corpus, examples := smallData(t)
	dir := filepath.Join(t.TempDir(), "model")
	code, out, errs := program(t, "", "-pretrain="+corpus, "-quick", "-save", dir, "-fill", "the cow eats [MASK] .")
	require.Zero(t, code, errs)
	require.Contains(t, out, "hidden pieces of unseen text")
	require.Regexp(t, `^accuracy=\d\.\d{4} majority=\d\.\d{4} masked_loss=\d\.\d{4} next_accuracy=\d\.\d{4}$`, lastLine(out))

	code, out, errs = program(t, "the cow eats [MASK] .\nno mask\nthe [MASK] eats .\n\nnot read [MASK]\n", "-model", dir)
	require.Zero(t, code, errs)
	require.Contains(t, out, "2 layers of 128 features")
	require.Contains(t, out, "no masked word")
	require.NotContains(t, out, "not read")
	require.Equal(t, "filled=2", lastLine(out))

	classifier := filepath.Join(t.TempDir(), "classifier")
	args := []string{"-model", dir, "-finetune", examples, "-rate", "1e-3", "-epochs", "12", "-save", classifier}
	code, out, errs = program(t, "", args...)
	require.Zero(t, code, errs)
	require.Regexp(t, `^accuracy=1\.0000 majority=0\.\d{4} bayes=1\.0000 test=6$`, lastLine(out))
	k, err := bert.ClassifierFromFolder(classifier)
	require.NoError(t, err)
	p, err := k.Predict("the cow eats grass .")
	require.NoError(t, err)
	require.Equal(t, "grazer", p.Class)

	_, again, _ := program(t, "", append(args, "-workers", "1")...)
	require.Equal(t, out, again, "same seed, same figures, whatever the number of cores")
}

func TestErrors(t *testing.T) {
	corpus, examples := smallData(t)
	bad := filepath.Join(t.TempDir(), "bad.tsv")
	require.NoError(t, os.WriteFile(bad, []byte("no tab\n"), 0o600))
	for _, c := range []struct {
		want string
		args []string
	}{
		{"-model and -pretrain exclude each other", []string{"-model", "x", "-pretrain"}},
		{"no such file", []string{"-model", filepath.Join(t.TempDir(), "none")}},
		{"no such file", []string{"-pretrain=none.txt"}},
		{"-epochs wants at least 1, got 0", []string{"-epochs", "0"}},
		{"unexpected argument", []string{"-pretrain", corpus}},
		{"a class, a tab and a text", []string{"-finetune", bad}},
		{"not defined", []string{"-nonsense"}},
		{"-fill wants a text with [MASK]", []string{"-pretrain=" + corpus, "-quick", "-fill", "none"}},
	} {
		code, _, errs := program(t, "", c.args...)
		require.Equal(t, cli.Failed, code, c.args)
		require.Contains(t, errs, c.want)
		require.Equal(t, 1, strings.Count(errs, "\n"), errs)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var errs bytes.Buffer
	require.Equal(t, cli.Interrupted, run(ctx, []string{"-pretrain=" + corpus, "-finetune", examples}, strings.NewReader(""), &bytes.Buffer{}, &errs))
	require.Contains(t, errs.String(), "interrupted")
	code, out, _ := program(t, "", "-help")
	require.Zero(t, code)
	require.Contains(t, out, "-pretrain")
}

func TestShippedData(t *testing.T) {
	var o options
	train, test, err := o.corpus()
	require.NoError(t, err)
	n := 0
	for _, d := range append(train, test...) {
		require.LessOrEqual(t, len(d), 60)
		n += len(d)
	}
	require.Equal(t, 9582, n)
	o.seed = 1
	a, b, err := o.examples()
	require.NoError(t, err)
	require.Len(t, a, 4500)
	require.Len(t, b, 500)
	require.Equal(t, []string{"negative", "positive"}, dataset.Classes(a))
	require.Less(t, majority(a, b), 0.55)
	require.Greater(t, bayes(a, b), 0.7)
	for _, e := range append(a, b...) {
		require.NotRegexp(t, regexp.MustCompile(`\t`), e.Text)
	}
}
