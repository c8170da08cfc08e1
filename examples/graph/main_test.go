package main

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/node2vec"
)

// graph runs the program.
func graph(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// figuresOf runs the program and reads its last line.
func figuresOf(t *testing.T, args ...string) (map[string]float64, string) {
	t.Helper()
	code, stdout, stderr := graph(t, args...)
	require.Equal(t, 0, code, stderr)
	require.Empty(t, stderr)
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	found := map[string]float64{}
	for pair := range strings.FieldsSeq(lines[len(lines)-1]) {
		key, value, ok := strings.Cut(pair, "=")
		require.True(t, ok, pair)
		x, err := strconv.ParseFloat(value, 64)
		require.NoError(t, err)
		found[key] = x
	}
	return found, stdout
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestQuickLearns(t *testing.T) {
	f, stdout := figuresOf(t, "-quick")
	require.LessOrEqual(t, f["worst"], 2.0)
	require.Equal(t, 17.0, f["one_group"])
	require.Greater(t, f["random"], 10.0)
	require.Greater(t, f["modularity"], 0.5)
	require.Less(t, f["random_modularity"], 0.1)
	require.Contains(t, stdout, "karate club: 34 nodes, 78 edges")
	require.Contains(t, stdout, "Les Misérables: 77 nodes, 254 edges")
	require.Contains(t, stdout, "nearest to Valjean")
	again, same := figuresOf(t, "-quick", "-workers", "1")
	require.Equal(t, f, again)
	require.Equal(t, stdout, same)
	other, _ := figuresOf(t, "-quick", "-seed", "5", "-q", "4", "-graph", "lesmis")
	require.NotEqual(t, f["modularity"], other["modularity"])
}

func TestOwnFile(t *testing.T) {
	edges := write(t, "edges.txt", "a b\nb c\nc a\na d 2\nd b\nd x\nx y\ny z\nz x\nx w\nw y\n")
	groups := write(t, "groups.tsv", "a\tone\nb\tone\nc\tone\nd\tone\nx\ttwo\ny\ttwo\nz\ttwo\nw\ttwo\n\n")
	for _, plot := range []string{"drawn.png", "drawn.svg"} {
		path := filepath.Join(t.TempDir(), plot)
		f, stdout := figuresOf(t, "-graph", edges, "-labels", groups, "-seeds", "2", "-window", "3", "-plot", path)
		require.Equal(t, 0.0, f["worst"])
		require.Equal(t, 2.0, f["seeds"])
		require.Contains(t, stdout, "group 2, 4 nodes")
		file, err := os.Open(path)
		require.NoError(t, err)
		defer file.Close()
		if strings.HasSuffix(plot, ".png") {
			size, err := png.DecodeConfig(file)
			require.NoError(t, err)
			require.Greater(t, size.Width, 300)
		}
	}
	f, _ := figuresOf(t, "-graph", edges, "-directed", "-k", "3", "-seeds", "1", "-dim", "1", "-plot", filepath.Join(t.TempDir(), "line.png"))
	require.NotContains(t, f, "misplaced")
	figuresOf(t, "-graph", write(t, "one.txt", "a a\n"), "-seeds", "1")
}

func TestBadInput(t *testing.T) {
	edges := write(t, "edges.txt", "a b\nb c\n")
	none := filepath.Join(t.TempDir(), "none")
	for name, c := range map[string]struct {
		args []string
		says []string
	}{
		"missing":       {[]string{"-graph", none}, []string{"none", "no such file"}},
		"no edges":      {[]string{"-graph", write(t, "e", "# nothing\n")}, []string{"no edges"}},
		"bad edge":      {[]string{"-graph", write(t, "e", "a b\na\n")}, []string{"line 2", "two names"}},
		"bad weight":    {[]string{"-graph", write(t, "e", "a b -1\n")}, []string{"line 1", "-1"}},
		"label":         {[]string{"-graph", edges, "-labels", write(t, "l", "a one\n")}, []string{"line 1", "tab"}},
		"unknown":       {[]string{"-graph", edges, "-labels", write(t, "l", "z\tone\n")}, []string{"line 1", `"z"`}},
		"twice":         {[]string{"-graph", edges, "-labels", write(t, "l", "a\tone\na\ttwo\n")}, []string{"line 2", "already"}},
		"not all":       {[]string{"-graph", edges, "-labels", write(t, "l", "a\tone\nb\ttwo\n")}, []string{`"c"`}},
		"labels alone":  {[]string{"-labels", edges}, []string{"-labels", "-graph"}},
		"directed club": {[]string{"-graph", "karate", "-directed"}, []string{"-directed"}},
		"k":             {[]string{"-k", "0"}, []string{"-k", "0"}},
		"seeds":         {[]string{"-seeds", "0"}, []string{"-seeds"}},
		"workers":       {[]string{"-workers", "0"}, []string{"-workers"}},
		"p":             {[]string{"-p", "0"}, []string{"P wants"}},
		"dim":           {[]string{"-dim", "0"}, []string{"Dim", "0"}},
		"plot of two":   {[]string{"-plot", "x.png"}, []string{"-plot", "-graph"}},
		"plot":          {[]string{"-graph", "karate", "-plot", "x.jpg"}, []string{".png", ".svg"}},
		"plot nowhere":  {[]string{"-graph", "karate", "-plot", filepath.Join(none, "x.png")}, []string{"none"}},
		"flag":          {[]string{"-grap", "x"}, []string{"-grap"}},
		"argument":      {[]string{"x"}, []string{`"x"`}},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := graph(t, c.args...)
			require.Equal(t, 1, code)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			for _, s := range c.says {
				require.Contains(t, stderr, s)
			}
		})
	}
}

func TestHelpAndInterrupt(t *testing.T) {
	code, stdout, stderr := graph(t, "-help")
	require.Equal(t, 0, code)
	require.Empty(t, stderr)
	require.Contains(t, stdout, "-seeds")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	require.Equal(t, 130, run(ctx, nil, &out, &errs))
	require.Contains(t, errs.String(), "interrupted")
}

func TestMisplaced(t *testing.T) {
	require.Equal(t, 0, misplaced([]int{0, 0, 1, 1}, []int{1, 1, 0, 0}))
	require.Equal(t, 1, misplaced([]int{0, 0, 0, 1, 1}, []int{0, 0, 1, 1, 1}))
	require.Equal(t, 2, misplaced([]int{0, 0, 1, 1}, []int{0, 0, 0, 0}))
	require.Equal(t, 2, misplaced([]int{0, 0, 0, 1, 1}, []int{0, 1, 2, 3, 3}))
	require.Equal(t, 3, misplaced([]int{0, 0, 0, 0, 1, 2}, []int{0, 0, 1, 1, 1, 0}))
}

func TestModularity(t *testing.T) {
	g, err := node2vec.ReadEdges(strings.NewReader("a b\nb c\nc a\nx y\ny z\nz x\na x\n"), false)
	require.NoError(t, err)
	require.InDelta(t, 6.0/7-0.5, modularity(g, []int{0, 0, 0, 1, 1, 1}), 1e-12)
	require.InDelta(t, 0, modularity(g, make([]int, 6)), 1e-12)
}
