package vectors

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vocab"
)

// The tests of this file need a folder with GloVe's 6B vectors of 100 numbers, cut to
// 50,000 words, and the usual sets of questions; $VERSO_DATA names it.
func dataFile(t testing.TB, elements ...string) string {
	t.Helper()
	root := os.Getenv("VERSO_DATA")
	if root == "" {
		t.Skip("VERSO_DATA names no folder of data")
	}
	return filepath.Join(append([]string{root}, elements...)...)
}

func glove(t testing.TB) *Vectors {
	v, err := LoadFile(dataFile(t, "vectors", "glove-6b-100d-top50k.w2v.bin"), Options{})
	require.NoError(t, err)
	return v
}

func decode(t *testing.T, path string, into any) {
	require.NoError(t, json.Unmarshal(readFile(t, path), into))
}

func TestGloVeAsGensim(t *testing.T) {
	v := glove(t)
	var want struct {
		Neighbours  map[string]ranking
		Analogies   map[string]ranking
		DoesntMatch map[string]string `json:"doesnt_match"`
		Similarity  map[string]float64
		NSimilarity float64 `json:"n_similarity sushi shop | japanese restaurant"`
	}
	decode(t, dataFile(t, "vectors", "glove-6b-100d-top50k.gensim-queries.json"), &want)
	require.NotEmpty(t, want.Neighbours)
	for word, near := range want.Neighbours {
		got, err := v.Nearest(word, len(near))
		require.NoError(t, err)
		checkRanking(t, near, got, 2e-6)
	}
	require.Len(t, want.Analogies, 3)
	for name, top := range want.Analogies {
		expression, mul := strings.CutPrefix(name, "cosmul ")
		q := Query{}
		if mul {
			q.Method = CosMul
		}
		a, rest, _ := strings.Cut(expression, "-")
		b, c, _ := strings.Cut(rest, "+")
		q.Positive, q.Negative = []string{a, c}, []string{b}
		got, err := v.MostSimilar(q, len(top))
		require.NoError(t, err)
		checkRanking(t, top, got, 2e-6)
	}
	for words, odd := range want.DoesntMatch {
		got, err := v.DoesntMatch(strings.Fields(words)...)
		require.NoError(t, err)
		assert.Equal(t, odd, got)
	}
	for words, cosine := range want.Similarity {
		a, b, _ := strings.Cut(words, " ")
		got, err := v.Similarity(a, b)
		require.NoError(t, err)
		assert.InDelta(t, cosine, got, 2e-6)
	}
	got, err := v.NSimilarity([]string{"sushi", "shop"}, []string{"japanese", "restaurant"})
	require.NoError(t, err)
	assert.InDelta(t, want.NSimilarity, got, 2e-6)
}

func TestGloVeScores(t *testing.T) {
	v := glove(t)
	var want map[string]json.RawMessage
	decode(t, dataFile(t, "vectors", "glove-6b-100d-top50k.reference-scores.json"), &want)

	type count struct{ Correct, Asked int }
	var sections map[string]count
	require.NoError(t, json.Unmarshal(want["analogies_3CosAdd_top50k"], &sections))
	questions, err := LoadAnalogies(dataFile(t, "evaluation", "questions-words.txt"))
	require.NoError(t, err)
	report, err := v.EvaluateAnalogies(t.Context(), questions, DefaultEvaluateConfig())
	require.NoError(t, err)
	require.Len(t, report.Sections, len(sections))
	for _, s := range report.Sections {
		assert.Equal(t, sections[s.Section], count{s.Correct, s.Asked}, s.Section)
	}
	for name, s := range map[string]AnalogyScore{"total": report.All, "semantic": report.Semantic, "syntactic": report.Syntactic} {
		var sum count
		require.NoError(t, json.Unmarshal(want["analogies_"+name], &sum))
		assert.Equal(t, sum, count{s.Correct, s.Asked}, name)
	}
	assert.Equal(t, 19544, report.All.Total)
	assert.Equal(t, "64.65 %", fmt.Sprintf("%.2f %%", 100*report.All.Accuracy()))

	files, err := filepath.Glob(dataFile(t, "evaluation", "word-sim", "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		var score struct {
			Pairs, Covered int
			Spearman       float64
		}
		require.NoError(t, json.Unmarshal(want[filepath.Base(file)], &score), file)
		pairs, err := LoadPairs(file)
		require.NoError(t, err)
		got, err := v.EvaluatePairs(pairs, DefaultEvaluateConfig())
		require.NoError(t, err)
		assert.Equal(t, []int{score.Pairs, score.Covered, score.Pairs - score.Covered}, []int{got.Total, got.Pairs, got.Unknown}, file)
		assert.InDelta(t, score.Spearman, got.Spearman, 6e-5, file)
	}
}

// Tokens [a-z0-9]+, lower-cased.
var plain = vocab.TokenizerFunc(func(text string) (tokens []vocab.Token) {
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		tokens = append(tokens, vocab.Token{Text: w})
	}
	return tokens
})

func TestSTSAsReference(t *testing.T) {
	v := glove(t)
	var want map[string]json.RawMessage
	decode(t, dataFile(t, "evaluation", "sts", "sts-b-glove-reference.json"), &want)
	counts := frequencies(t)
	for _, split := range []string{"sts-dev", "sts-test"} {
		var score map[string]any
		require.NoError(t, json.Unmarshal(want[split], &score))
		pairs, err := LoadSentencePairs(dataFile(t, "evaluation", "sts", split+".csv"))
		require.NoError(t, err)
		assert.EqualValues(t, score["pairs"], len(pairs))
		sentences := func(yield func([]string) bool) {
			for _, p := range pairs {
				if !yield(vocab.Texts(plain.Tokenize(p.A))) || !yield(vocab.Texts(plain.Tokenize(p.B))) {
					return
				}
			}
		}
		sif, err := SIF(1e-3, counts)
		require.NoError(t, err)
		weighted := NewSentences(v, SentenceConfig{Weight: sif})
		removed, err := weighted.WithoutCommon(sentences)
		require.NoError(t, err)
		idf := CountIDF(sentences)
		for name, test := range map[string]struct {
			s     *Sentences
			slack float64
		}{
			"mean":               {NewSentences(v, DefaultSentenceConfig()), 6e-5},
			"sif weights a=1e-3": {weighted, 6e-5},
			// It is not known from which vectors the reference takes its component.
			"sif + first component removed": {removed, 2e-3},
			// The reference has log(N/N_w), of all words, so the two differ a little.
			"idf (ln N/df over the split itself)": {NewSentences(v, SentenceConfig{Weight: idf.Weight}), 3e-3},
		} {
			got := test.s.EvaluatePairs(pairs, plain)
			reference := score[name].([]any)
			assert.InDelta(t, reference[0], got.Pearson, test.slack, "%s %s", split, name)
			assert.InDelta(t, reference[1], got.Spearman, test.slack, "%s %s", split, name)
		}
	}
}

// frequencies are the counts of words in Wikipedia.
func frequencies(t *testing.T) *vocab.Vocabulary {
	f, err := os.Open(dataFile(t, "evaluation", "freq", "enwiki_vocab_min200.top60k.txt.gz"))
	require.NoError(t, err)
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	require.NoError(t, err)
	var c vocab.Counter
	for lines := bufio.NewScanner(unzipped); lines.Scan(); {
		var word string
		var n int64
		_, err := fmt.Sscan(lines.Text(), &word, &n)
		require.NoError(t, err)
		require.NoError(t, c.AddN(word, n))
	}
	counts, err := c.Vocabulary(vocab.Config{})
	require.NoError(t, err)
	return counts
}

// Files of gensim and of the C programs.
func TestLoaders(t *testing.T) {
	for _, name := range []string{"sg", "cbow"} {
		text, err := LoadFile(dataFile(t, "loaders", "word2vec-c", name+".txt"), Options{})
		require.NoError(t, err)
		binary, err := LoadFile(dataFile(t, "loaders", "word2vec-c", name+".bin"), Options{})
		require.NoError(t, err)
		assert.Equal(t, text.Words(), binary.Words())
		assert.Equal(t, []int{1762, 16}, []int{text.Len(), text.Dim()})
		assert.InDeltaSlice(t, text.Data(), binary.Data(), 6e-7)
	}

	v, err := LoadFile(dataFile(t, "loaders", "glove-c-1.2", "vectors.txt"), Options{})
	require.NoError(t, err)
	assert.Equal(t, 42, v.Dim())
	assert.Equal(t, "<unk>", v.Words()[v.Len()-1])

	v, err = LoadFile(dataFile(t, "loaders", "gensim", "test_glove.txt"), Options{})
	require.NoError(t, err)
	assert.Equal(t, 50, v.Dim())
	v, err = LoadFile(dataFile(t, "loaders", "gensim", "euclidean_vectors.bin"), Options{})
	require.NoError(t, err)
	assert.Equal(t, []int{2747, 10}, []int{v.Len(), v.Dim()})
	text, err := LoadFile(dataFile(t, "loaders", "gensim", "high_precision.kv.txt"), Options{})
	require.NoError(t, err)
	binary, err := LoadFile(dataFile(t, "loaders", "gensim", "high_precision.kv.bin"), Options{})
	require.NoError(t, err)
	assert.Equal(t, text.Words(), binary.Words())
	for i, x := range text.Data() {
		assert.InDelta(t, x, binary.Data()[i], 4e-4*math.Abs(float64(x)), "the binary file was rounded to half floats")
	}
	for _, folder := range []string{"fasttext-0.9.2", "gensim"} {
		files, err := filepath.Glob(dataFile(t, "loaders", folder, "*.vec"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			v, err := LoadFile(file, Options{})
			require.NoError(t, err, file)
			assert.Contains(t, []int{5, 10, 16}, v.Dim(), file)
		}
	}
}
