package vectors

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vocab"
)

func TestSentences(t *testing.T) {
	v := table(t, []string{"a", "b"}, []float32{4, 0, 0, 2}, 2)
	s := NewSentences(v, DefaultSentenceConfig())
	assert.Equal(t, 2, s.Dim())
	assert.Equal(t, []float32{2, .5}, s.Vector([]string{"a", "x", "b", "a"}), "repeated words count each time, unknown ones in |s|")
	assert.Equal(t, []float32{0, 0}, s.Vector(nil))
	assert.Equal(t, []float32{0, 0}, s.Vector([]string{"x"}))
	assert.Equal(t, []float32{9, 2, 0}, s.AppendVector([]float32{9}, []string{"a", "x"}))
	known := NewSentences(v, SentenceConfig{KnownOnly: true, Weight: func(w string) float64 { return float64(len(w)) / 2 }})
	assert.Equal(t, []float32{2, 0}, known.Vector([]string{"a", "x"}))
	assert.Equal(t, []float32{0, 0}, known.Vector([]string{"x"}))
}

func TestSentencesFromManyGoroutines(t *testing.T) {
	v := random(t, 50, 16)
	f := CountIDF(all([][]string{v.words[:9], v.words[5:30]}))
	s, err := NewSentences(v, SentenceConfig{Weight: f.Weight}).WithoutCommon(all([][]string{v.words[:9], v.words[5:30]}))
	require.NoError(t, err)
	want := s.Vector(v.words[3:12])
	distance, err := v.MoverDistance(t.Context(), v.words[:9], v.words[5:30], DefaultMoverConfig())
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			assert.Equal(t, want, s.Vector(v.words[3:12]))
			d, err := v.MoverDistance(t.Context(), v.words[:9], v.words[5:30], DefaultMoverConfig())
			assert.NoError(t, err)
			assert.Equal(t, distance, d)
		})
	}
	group.Wait()
}

func TestIDF(t *testing.T) {
	f := CountIDF(all([][]string{{"a", "b", "a"}, {"a"}, {}}))
	assert.Equal(t, 3, f.Sentences())
	assert.Equal(t, 2, f.Holding("a"), "sentences, not occurrences")
	assert.InDelta(t, math.Log(4./3), f.Weight("a"), 1e-15)
	assert.InDelta(t, math.Log(4./2), f.Weight("b"), 1e-15)
	assert.InDelta(t, math.Log(4), f.Weight("unknown"), 1e-15)
	assert.Zero(t, IDF{}.Weight("a"))
	for _, holding := range []map[string]int{{"a": 4}, {"a": -1}} {
		_, err := NewIDF(3, holding)
		require.ErrorIs(t, err, ErrOptions)
		require.ErrorContains(t, err, `"a"`)
	}
	_, err := NewIDF(-1, nil)
	require.ErrorIs(t, err, ErrOptions)
}

func TestIDFFile(t *testing.T) {
	f := CountIDF(all([][]string{{"b", "\n", "b"}, {"b", "<a>"}, {}}))
	var words []string
	for w, n := range f.All() {
		words = append(words, w)
		assert.Equal(t, f.Holding(w), n)
	}
	assert.Equal(t, []string{"\n", "<a>", "b"}, words)
	for range f.All() {
		break
	}
	var file bytes.Buffer
	require.NoError(t, f.Write(&file))
	back, err := ReadIDF(&file)
	require.NoError(t, err)
	assert.Equal(t, f, back)
	for _, name := range []string{"idf.json", "idf.json.gz"} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, f.SaveFile(path))
		back, err = LoadIDF(path)
		require.NoError(t, err)
		assert.Equal(t, f, back)
	}
	inside, err := json.Marshal(map[string]IDF{"idf": f, "none": {}})
	require.NoError(t, err)
	var both map[string]IDF
	require.NoError(t, json.Unmarshal(inside, &both))
	assert.Equal(t, f, both["idf"])
	assert.Zero(t, both["none"].Weight("b"))

	for text, says := range map[string]string{
		`{"version":2,"sentences":1,"holding":{}}`:        "version 2, want 1",
		`{"version":1,"sentences":1,"holding":{"a":2}}`:   `2 sentences hold "a"`,
		`{"version":1,"sentences":-1,"holding":{}}`:       "-1 sentences",
		`{"version":1,"sentences":1,"holding":{"a":1}} x`: "x",
		`{"version":1,"sentences":1,"holding":{"a":.5}}`:  "",
		"": "",
	} {
		back := f
		require.ErrorContains(t, back.UnmarshalJSON([]byte(text)), says)
		assert.Equal(t, f, back)
	}
	bad := CountIDF(all([][]string{{"\xff"}}))
	require.ErrorIs(t, bad.Write(&file), ErrInvalidUTF8)
	broken := errors.New("broken")
	require.ErrorIs(t, f.Write(failing{broken}), broken)
	_, err = ReadIDF(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	_, err = LoadIDF(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func FuzzReadIDF(f *testing.F) {
	f.Add(`{"version":1,"sentences":3,"holding":{"a":2,"b":1}}`)
	f.Fuzz(func(t *testing.T, text string) {
		idf, err := ReadIDF(strings.NewReader(text))
		if err != nil {
			return
		}
		for w, n := range idf.All() {
			require.LessOrEqual(t, n, idf.Sentences())
			require.False(t, math.IsNaN(idf.Weight(w)))
		}
		var file bytes.Buffer
		require.NoError(t, idf.Write(&file))
		back, err := ReadIDF(&file)
		require.NoError(t, err)
		require.Equal(t, idf, back)
	})
}

func TestSIF(t *testing.T) {
	var c vocab.Counter
	require.NoError(t, c.AddN("a", 3))
	require.NoError(t, c.AddN("b", 1))
	counts, err := c.Vocabulary(vocab.Config{})
	require.NoError(t, err)
	weight, err := SIF(.25, counts)
	require.NoError(t, err)
	assert.InDelta(t, .25, weight("a"), 1e-15)
	assert.InDelta(t, .5, weight("b"), 1e-15)
	assert.InDelta(t, 1, weight("x"), 0)
	for _, a := range []float64{0, -1, math.NaN()} {
		_, err = SIF(a, counts)
		require.ErrorIs(t, err, ErrOptions)
	}
	_, err = SIF(1, &vocab.Vocabulary{})
	require.ErrorIs(t, err, ErrOptions)
}

// The direction with most of the sentences' squared lengths goes, and nothing of it stays.
func TestWithoutCommon(t *testing.T) {
	v := table(t, []string{"a", "b", "c"}, []float32{3, .1, 0, 5, 0, .2, -4, .3, .1}, 3)
	sentences := [][]string{{"a"}, {"b"}, {"c"}, {"a", "b"}, {}}
	s := NewSentences(v, DefaultSentenceConfig())
	without, err := s.WithoutCommon(all(sentences))
	require.NoError(t, err)
	// u is an eigenvector of Σ v vᵀ: applying the sum to it does not turn it.
	u := without.common
	require.InDelta(t, 1, Norm(u), 1e-6)
	turned := make([]float64, 3)
	for _, tokens := range sentences {
		x := s.Vector(tokens)
		dot := float64(x[0]*u[0] + x[1]*u[1] + x[2]*u[2])
		for i := range turned {
			turned[i] += dot * float64(x[i])
		}
	}
	for i := range turned {
		assert.InDelta(t, turned[0]/float64(u[0]), turned[i]/float64(u[i]), 2e-2)
	}
	for _, tokens := range sentences {
		x := without.Vector(tokens)
		assert.InDelta(t, 0, x[0]*u[0]+x[1]*u[1]+x[2]*u[2], 1e-6)
		assert.Less(t, math.Abs(float64(x[0])), .1)
	}
	assert.Nil(t, s.common, "the sentences that it was asked of stay as they are")

	opposite := table(t, []string{"a", "b"}, []float32{1, 2, -1, -2}, 2)
	without, err = NewSentences(opposite, SentenceConfig{}).WithoutCommon(all([][]string{{"a"}, {"b"}}))
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float32{0, 0}, without.Vector([]string{"a"}), 1e-6)
	_, err = s.WithoutCommon(all([][]string{{"x"}}))
	require.ErrorIs(t, err, ErrQuery)
}

func TestEvaluateSentences(t *testing.T) {
	v := table(t, []string{"a", "b", "c"}, []float32{1, 0, 0, 1, 1, 1}, 2)
	tokens := vocab.Whitespace{}
	pairs := []SentencePair{{"a", "a", 5}, {"a", "c", 4}, {"a a", "b", 1}, {"x", "b", 0}}
	r := NewSentences(v, DefaultSentenceConfig()).EvaluatePairs(pairs, tokens)
	assert.Equal(t, []int{4, 1, 4}, []int{r.Pairs, r.Unknown, r.Total})
	assert.InDelta(t, Pearson([]float64{5, 4, 1, 0}, []float64{1, math.Sqrt(.5), 0, 0}), r.Pearson, 1e-12)
	assert.InDelta(t, Spearman([]float64{5, 4, 1, 0}, []float64{3, 2, 1, 1}), r.Spearman, 1e-12)
}

// Rows are divided by their lengths however short they are.
func TestUnitRowsOfShortRows(t *testing.T) {
	for _, tiny := range []float32{1e-30, 1e-38, 3e-39, 1e-45} {
		v := table(t, []string{"a", "b"}, []float32{tiny, tiny, 1, 0}, 2)
		cosine, err := v.Similarity("a", "b")
		require.NoError(t, err)
		require.InDelta(t, math.Sqrt(.5), cosine, 1e-6, "%v", tiny)
	}
}

func TestCosine(t *testing.T) {
	assert.InDelta(t, math.Sqrt(.5), Cosine([]float32{2, 0}, []float32{1, 1}), 1e-15)
	assert.Zero(t, Cosine([]float32{0, 0}, []float32{1, 1}))
	assert.True(t, math.IsNaN(Cosine([]float32{1}, []float32{1, 1})))
	assert.InDelta(t, 5, Norm([]float32{3, 4}), 1e-12)
}
