package fasttext_test

import (
	"bufio"
	"compress/gzip"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/fasttext"
	"github.com/seed6481993f/verso/embedding/vectors"
)

// data is the folder of all models and of what their makers answer; without it the tests
// have one of them.
func data(t *testing.T, folder string) string {
	t.Helper()
	root := os.Getenv("VERSO_DATA")
	if root == "" {
		t.Skip("VERSO_DATA names no folder of data")
	}
	return filepath.Join(root, "loaders", folder)
}

// open opens a file of the folder, or what it is unzipped.
func open(t *testing.T, dir, name string) io.Reader {
	t.Helper()
	for _, zipped := range []bool{false, true} {
		path := filepath.Join(dir, name)
		if zipped {
			path += ".gz"
		}
		f, err := os.Open(path)
		if os.IsNotExist(err) {
			continue
		}
		require.NoError(t, err)
		t.Cleanup(func() { f.Close() })
		if !zipped {
			return f
		}
		unzipped, err := gzip.NewReader(f)
		require.NoError(t, err)
		return unzipped
	}
	require.Fail(t, "no such file", "%s in %s", name, dir)
	return nil
}

func lines(t *testing.T, dir, name string) []string {
	var all []string
	s := bufio.NewScanner(open(t, dir, name))
	for s.Scan() {
		all = append(all, s.Text())
	}
	require.NoError(t, s.Err())
	require.NotEmpty(t, all)
	return all
}

func model(t *testing.T, dir, name string) *fasttext.Model {
	m, err := fasttext.Read(open(t, dir, name))
	require.NoError(t, err, name)
	return m
}

func numbers(t *testing.T, fields []string) []float32 {
	row := make([]float32, len(fields))
	for i, f := range fields {
		x, err := strconv.ParseFloat(f, 32)
		require.NoError(t, err)
		row[i] = float32(x)
	}
	return row
}

// What fastText's program prints has five digits.
func printed(t *testing.T, want, got []float32, what string) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i, x := range want {
		assert.InDelta(t, x, got[i], 1e-6+5.1e-5*float64(max(x, -x)), what)
	}
}

func TestFastTextWords(t *testing.T) { testWords(t, "testdata/loaders", "sg") }

func TestAllOfFastText(t *testing.T) {
	dir := data(t, "fasttext-0.9.2")
	for _, name := range []string{"sg", "cbow"} {
		t.Run(name, func(t *testing.T) {
			testWords(t, dir, name)
			compareVec(t, filepath.Join(dir, name+".vec"), model(t, dir, name+".bin"), false)
		})
	}
	for _, name := range []string{"sup-softmax", "sup-hs", "sup-ns", "sup-ova"} {
		t.Run(name, func(t *testing.T) { testLabels(t, dir, name) })
	}
	_, err := fasttext.ReadFile(filepath.Join(dir, "sup-softmax.ftz"))
	require.ErrorIs(t, err, fasttext.ErrQuantized)
	require.ErrorContains(t, err, "sup-softmax.ftz")
}

// gensim's test models are of three versions of the format.
func TestGensimModels(t *testing.T) {
	dir := data(t, "gensim")
	for _, name := range []string{"crime-and-punishment", "lee_fasttext", "toy-model"} {
		m, err := fasttext.ReadFile(filepath.Join(dir, name+".bin"))
		require.NoError(t, err, name)
		compareVec(t, filepath.Join(dir, name+".vec"), m, name == "lee_fasttext")
	}
}

// Before version 11 the end of the sentence had n-grams as any word.
func compareVec(t *testing.T, path string, m *fasttext.Model, oldest bool) {
	want, err := vectors.LoadFile(path, vectors.Options{})
	require.NoError(t, err)
	got, err := m.Vectors()
	require.NoError(t, err)
	require.Equal(t, want.Words(), got.Words())
	for word, row := range want.All() {
		if word == fasttext.EndOfSentence && oldest {
			continue
		}
		v, _ := got.Row(word)
		printed(t, row, v, word)
	}
}

func testWords(t *testing.T, dir, name string) {
	m := model(t, dir, name+".bin")
	for _, line := range lines(t, dir, name+".word-vectors.txt") {
		fields := strings.Fields(line)
		got, err := m.Vector(fields[0])
		require.NoError(t, err)
		printed(t, numbers(t, fields[1:]), got, fields[0])
	}

	// print-ngrams writes the word's own row first, if it is known.
	var word string
	var grams []fasttext.Ngram
	checked := 0
	for _, line := range lines(t, dir, name+".ngrams.txt") {
		if next, ok := strings.CutPrefix(line, "# "); ok {
			require.Empty(t, grams, "n-grams of %s that fastText has not", word)
			word, grams = next, m.Ngrams(next)
			if i, ok := m.Dictionary().Index(word); ok {
				grams = append([]fasttext.Ngram{{Text: word, Row: i}}, grams...)
			}
			continue
		}
		fields := strings.Fields(line)
		require.NotEmpty(t, grams, line)
		require.Equal(t, fields[0], grams[0].Text)
		row, ok := m.InputRow(grams[0].Row)
		require.True(t, ok)
		printed(t, numbers(t, fields[1:]), row, fields[0])
		grams = grams[1:]
		checked++
	}
	require.Empty(t, grams)
	require.GreaterOrEqual(t, checked, 40)

	testNeighbours(t, dir, name, m)
}

// Neighbours whose cosines agree in the five printed digits may change places.
func testNeighbours(t *testing.T, dir, name string, m *fasttext.Model) {
	want := map[string]map[string]float64{}
	var word string
	for _, line := range lines(t, dir, name+".nn.txt") {
		if next, ok := strings.CutPrefix(line, "# "); ok {
			word = next
			want[word] = map[string]float64{}
			continue
		}
		fields := strings.Fields(line)
		score, err := strconv.ParseFloat(fields[1], 64)
		require.NoError(t, err)
		want[word][fields[0]] = score
	}
	for word, nearest := range want {
		got, err := m.Nearest(word, len(nearest))
		require.NoError(t, err)
		last := slices.Min(slices.Collect(maps.Values(nearest)))
		for _, match := range got {
			score, ok := nearest[match.Word]
			if !ok {
				score = last // one of equals at the end of the list
			}
			assert.InDelta(t, score, match.Score, 2e-6, "%s: %s", word, match.Word)
		}
		require.Len(t, got, len(nearest))
	}
}

// The program adds 1e-5 to probabilities, and takes σ of one-vs-all and of negative
// sampling from a table of 512 steps.
func testLabels(t *testing.T, dir, name string) {
	m := model(t, dir, name+".bin")
	slack := 3e-4
	if loss := m.Args().Loss; loss == fasttext.OneVsAll || loss == fasttext.NegativeSampling {
		slack = 8e-3
	}
	texts := lines(t, dir, "trec.test.ft.txt")
	answers := lines(t, dir, name+".predict-prob.txt")
	require.Len(t, answers, len(texts))
	right := 0
	for i, text := range texts {
		fields := strings.Fields(answers[i])
		got, err := m.Predict(text, len(fields)/2, 0)
		require.NoError(t, err)
		require.Len(t, got, len(fields)/2)
		all, err := m.Predict(text, 99, 0)
		require.NoError(t, err)
		require.Len(t, all, len(m.Dictionary().Labels()))
		probability := map[string]float32{}
		for _, p := range all {
			probability[p.Label] = p.Probability
		}
		for j := 0; j < len(fields); j += 2 {
			want, err := strconv.ParseFloat(fields[j+1], 64)
			require.NoError(t, err)
			assert.InDelta(t, want-1e-5, probability[fields[j]], slack, text)
			if want > 2*slack { // far enough from the next
				assert.InDelta(t, want-1e-5, got[j/2].Probability, slack, text)
			}
		}
		if strings.HasPrefix(text, got[0].Label+" ") {
			right++
		}
	}
	known := map[string]float64{"sup-softmax": .880, "sup-hs": .854, "sup-ns": .884, "sup-ova": .888}
	assert.InDelta(t, known[name], float64(right)/float64(len(texts)), 1e-9, "precision at 1")
}
