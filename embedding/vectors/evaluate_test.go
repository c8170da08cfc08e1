package vectors

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadAnalogies(t *testing.T) {
	got, err := ReadAnalogies(strings.NewReader("a b c d\n: capitals of the world \r\nAthens Greece\tOslo Norway\r\n\n: gram1\n: gram2\n1 2 3 4"))
	require.NoError(t, err)
	assert.Equal(t, []AnalogySection{
		{"", []Question{{"a", "b", "c", "d"}}},
		{"capitals of the world", []Question{{"Athens", "Greece", "Oslo", "Norway"}}},
		{"gram1", nil},
		{"gram2", []Question{{"1", "2", "3", "4"}}},
	}, got)
	got, err = ReadAnalogies(strings.NewReader(""))
	require.NoError(t, err)
	assert.Empty(t, got)
}

func TestReadPairs(t *testing.T) {
	got, err := ReadPairs(strings.NewReader("\ufeffWord 1\tWord 2\tHuman (mean)\n# a remark\nlove\tsex\t6.77\r\nnew york\tcity\t1e1\ntiger cat  7.35 \n\n"))
	require.NoError(t, err)
	assert.Equal(t, []WordPair{{"love", "sex", 6.77}, {"new york", "city", 10}, {"tiger", "cat", 7.35}}, got)

	for name, test := range map[string]struct {
		file string
		want WordPair
	}{
		"SimLex-999":                {"word1\tword2\tPOS\tSimLex999\tconc(w1)\tconc(w2)\nold\tnew\tA\t1.58\t2.72\t2.81\n", WordPair{"old", "new", 1.58}},
		"SimVerb-3500":              {"take\tremove\tV\t6.81\tSYNONYMS\n", WordPair{"take", "remove", 6.81}},
		"WordSim-353, combined.csv": {"Word 1,Word 2,Human (mean)\nlove, sex,6.77\n", WordPair{"love", "sex", 6.77}},
		"Rare Words":                {"squishing\tsquirt\t5.88\t7\t8\t6\n", WordPair{"squishing", "squirt", 5.88}},
		"a remark, then a heading":  {"# from somewhere\nw1 w2 score\na b 1\n", WordPair{"a", "b", 1}},
	} {
		got, err := ReadPairs(strings.NewReader(test.file))
		require.NoError(t, err, name)
		assert.Equal(t, []WordPair{test.want}, got, name)
	}
}

func TestReadSentencePairs(t *testing.T) {
	got, err := ReadSentencePairs(strings.NewReader("3.5\tOne.\tTwo, \"three.\nmain\tnews\t2012\t17\t4.2\tA b.\tC d.\tsource\n0\t\t\n"))
	require.NoError(t, err)
	assert.Equal(t, []SentencePair{{"One.", "Two, \"three.", 3.5}, {"A b.", "C d.", 4.2}, {"", "", 0}}, got)
}

func TestReadEvaluationErrors(t *testing.T) {
	analogies := func(r io.Reader) error { return second(ReadAnalogies(r)) }
	pairs := func(r io.Reader) error { return second(ReadPairs(r)) }
	sentences := func(r io.Reader) error { return second(ReadSentencePairs(r)) }
	for _, test := range []struct {
		name, file string
		read       func(io.Reader) error
		says       string
	}{
		{"three words", ": s\na b c\n", analogies, "line 2: vectors: bad line: 3 words, want 4"},
		{"five words", "a b c d e", analogies, "line 1"},
		{"not UTF-8", "a b c \xff", analogies, "UTF-8"},
		{"long line", ": x\n" + strings.Repeat("x", longest+1), analogies, "line 2"},
		{"two fields", "a\tb 1\n", pairs, "2 fields"},
		{"no number", "a b 1\na b c\n", pairs, `line 2: vectors: bad line: score "c"`},
		{"more fields between blanks", "a b c 1\n", pairs, "4 fields"},
		{"no score in any column", "a\tb\t1\na\tb\tV\tx\n", pairs, `score "V"`},
		{"two headings", "a,b,c\na,b,c\n", pairs, "line 2"},
		{"NaN", "a b 1\na b NaN\n", pairs, "NaN"},
		{"out of range", "a b 1\na b 1e999\n", pairs, "1e999"},
		{"no sentence", "1\ta b\n", sentences, "2 fields"},
		{"no score", "x\ta\tb\n", sentences, `score "x"`},
	} {
		err := test.read(strings.NewReader(test.file))
		require.ErrorIs(t, err, ErrLine, test.name)
		require.ErrorContains(t, err, test.says, test.name)
	}
	broken := errors.New("broken")
	for _, read := range []func(io.Reader) error{analogies, pairs, sentences} {
		require.ErrorIs(t, read(iotest.ErrReader(broken)), broken)
	}
}

func TestLoadEvaluationFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "pairs.txt.gz")
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write([]byte("a b 1\n"))
	require.NoError(t, w.Close())
	require.NoError(t, os.WriteFile(path, zipped.Bytes(), 0o600))
	got, err := LoadPairs(path)
	require.NoError(t, err)
	assert.Len(t, got, 1)
	bad := filepath.Join(dir, "bad.txt")
	require.NoError(t, os.WriteFile(bad, []byte("a b\n"), 0o600))
	_, err = LoadAnalogies(bad)
	require.ErrorIs(t, err, ErrLine)
	require.ErrorContains(t, err, bad)
	_, err = LoadSentencePairs(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// compass has words whose cosines can be told at a glance.
func compass(t *testing.T) *Vectors {
	return table(t, []string{"north", "south", "up", "down", "North", "x", "rare"}, []float32{
		0, 1, 0,
		0, -1, 0,
		0, 1, 1,
		0, -1, 1,
		.1, 1, 0,
		1, 0, 0,
		0, -1, 2,
	}, 3)
}

func TestEvaluateAnalogies(t *testing.T) {
	v := compass(t)
	sections := []AnalogySection{
		{"ways", []Question{{"NORTH", "South", "up", "DOWN"}, {"north", "south", "up", "x"}, {"north", "south", "up", "unknown"}}},
		{"gram1", []Question{{"down", "up", "south", "north"}, {"north", "north", "up", "up"}}},
		{"empty", nil},
	}
	cfg := DefaultEvaluateConfig()
	run := func() AnalogyReport {
		r, err := v.EvaluateAnalogies(t.Context(), sections, cfg)
		require.NoError(t, err)
		return r
	}
	r := run()
	// up : up has up left out of its answers, so it is wrong.
	assert.Equal(t, []AnalogyScore{{"ways", 1, 2, 3}, {"gram1", 1, 2, 2}, {"empty", 0, 0, 0}}, r.Sections)
	assert.Equal(t, AnalogyScore{"semantic", 1, 2, 3}, r.Semantic)
	assert.Equal(t, AnalogyScore{"syntactic", 1, 2, 2}, r.Syntactic)
	assert.Equal(t, AnalogyScore{"all", 2, 4, 5}, r.All)
	assert.InDelta(t, .5, r.All.Accuracy(), 0)
	assert.Zero(t, AnalogyScore{}.Accuracy())

	cfg.UnknownIsWrong = true
	assert.Equal(t, AnalogyScore{"all", 2, 5, 5}, run().All)
	cfg.UnknownIsWrong, cfg.CaseSensitive = false, true
	assert.Equal(t, AnalogyScore{"ways", 0, 1, 3}, run().Sections[0])
	cfg.CaseSensitive, cfg.Restrict = false, 3
	assert.Equal(t, AnalogyScore{"all", 0, 1, 5}, run().All, "down is beyond the third row")
	cfg.Restrict, cfg.Method, cfg.Workers = 0, CosMul, 3
	assert.Equal(t, AnalogyScore{"all", 1, 4, 5}, run().All, "where cosines are -1, products are 0")

	// A better answer beyond the last row that is known does not come up.
	wide := table(t, []string{"a", "b", "c", "d", "better"}, []float32{1, 0, 0, 1, -1, .1, -1, 1, -1, .9}, 2)
	cfg.Method = CosAdd
	for restrict, right := range map[int]int{4: 1, 5: 0} {
		cfg.Restrict = restrict
		r, err := wide.EvaluateAnalogies(t.Context(), []AnalogySection{{"s", []Question{{"a", "c", "b", "d"}}}}, cfg)
		require.NoError(t, err)
		assert.Equal(t, right, r.All.Correct, restrict)
	}

	cfg.Workers = -1
	_, err := v.EvaluateAnalogies(t.Context(), sections, cfg)
	require.ErrorIs(t, err, ErrOptions)
	_, err = v.EvaluatePairs(nil, EvaluateConfig{Restrict: -1, Workers: 1})
	require.ErrorIs(t, err, ErrOptions)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = v.EvaluateAnalogies(ctx, sections, DefaultEvaluateConfig())
	require.ErrorIs(t, err, context.Canceled)
}

// A word of the question in another case is no answer.
func TestAnalogyAnswersFoldCase(t *testing.T) {
	v := table(t, []string{"a", "b", "c", "C", "d"}, []float32{1, 0, 1, .1, 0, 1, 0, 1.01, .1, 1}, 2)
	r, err := v.EvaluateAnalogies(t.Context(), []AnalogySection{{"s", []Question{{"a", "a", "c", "d"}}}}, DefaultEvaluateConfig())
	require.NoError(t, err)
	assert.Equal(t, 1, r.All.Correct, "C scores best, but is c")
	cfg := DefaultEvaluateConfig()
	cfg.CaseSensitive = true
	r, err = v.EvaluateAnalogies(t.Context(), []AnalogySection{{"s", []Question{{"a", "a", "c", "C"}}}}, cfg)
	require.NoError(t, err)
	assert.Equal(t, 1, r.All.Correct)
}

func TestEvaluatePairs(t *testing.T) {
	v := compass(t)
	pairs := []WordPair{{"north", "NORTH", 10}, {"north", "up", 7}, {"north", "x", 5}, {"north", "south", 0}, {"north", "unknown", 3}}
	r, err := v.EvaluatePairs(pairs, DefaultEvaluateConfig())
	require.NoError(t, err)
	assert.InDelta(t, 1, r.Spearman, 1e-12)
	// Cosines 1, √½, 0 and −1 against 10, 7, 5 and 0.
	assert.InDelta(t, Pearson([]float64{10, 7, 5, 0}, []float64{1, math.Sqrt(.5), 0, -1}), r.Pearson, 1e-7)
	assert.Equal(t, []int{4, 1, 5}, []int{r.Pairs, r.Unknown, r.Total})
	assert.InDelta(t, .2, r.UnknownRatio(), 1e-15)
	cfg := DefaultEvaluateConfig()
	cfg.UnknownIsWrong = true
	r, err = v.EvaluatePairs(pairs, cfg)
	require.NoError(t, err)
	assert.Equal(t, 5, r.Pairs)
	assert.InDelta(t, Spearman([]float64{5, 4, 3, 1, 2}, []float64{5, 4, 2, 1, 2}), r.Spearman, 1e-12)
	r, err = v.EvaluatePairs(nil, cfg)
	require.NoError(t, err)
	assert.True(t, math.IsNaN(r.Pearson))
	assert.Zero(t, r.UnknownRatio())
}

// By hand: ranks 1 2.5 2.5 4 and 2 1 3.5 3.5 have covariance 2.25 and variances 4.5.
func TestCorrelation(t *testing.T) {
	x, y := []float64{10, 20, 20, 40}, []float64{3, 1, 4, 4}
	assert.InDelta(t, .5, Spearman(x, y), 1e-15)
	assert.InDelta(t, 20/math.Sqrt(475*6), Pearson(x, y), 1e-15) // sums of products 20, of squares 475 and 6
	assert.InDelta(t, -1, Spearman([]float64{1, 2, 3}, []float64{9, 8, -1e300}), 1e-15)
	nan := math.NaN()
	for _, pair := range [][2][]float64{{nil, nil}, {{1}, {1}}, {{1, 1}, {1, 2}}, {{1, 2}, {3, 3}}, {{1, nan}, {1, 2}}, {{1, 2}, {1, 2, 3}}} {
		assert.True(t, math.IsNaN(Pearson(pair[0], pair[1])), pair)
		assert.True(t, math.IsNaN(Spearman(pair[0], pair[1])), pair)
	}
	// Adding a large number to all must not drown the differences.
	assert.InDelta(t, 1, Pearson([]float64{1e9 + 1, 1e9 + 2, 1e9 + 4}, []float64{1, 2, 4}), 1e-9)
}

func FuzzReadAnalogies(f *testing.F) {
	f.Add([]byte(": capital\nAthens Greece Oslo Norway\n\n: gram1\n"))
	f.Add([]byte("\xef\xbb\xbf: a\r\n1 2 3 4"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sections, err := ReadAnalogies(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, s := range sections {
			for _, q := range s.Questions {
				for _, w := range []string{q.A, q.B, q.C, q.D} {
					require.NotEmpty(t, w)
				}
			}
		}
	})
}

func FuzzReadPairs(f *testing.F) {
	f.Add([]byte("love\tsex\t6.77\ntiger cat 7.35\n# no\n"))
	f.Add([]byte("w1 w2 score\na b 1e5\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		pairs, _ := ReadPairs(bytes.NewReader(data))
		for _, p := range pairs {
			require.False(t, math.IsNaN(p.Score) || math.IsInf(p.Score, 0))
		}
		sentences, _ := ReadSentencePairs(bytes.NewReader(data))
		for _, p := range sentences {
			require.False(t, math.IsNaN(p.Score) || math.IsInf(p.Score, 0))
			require.NotContains(t, p.A+p.B, "\t")
		}
	})
}
