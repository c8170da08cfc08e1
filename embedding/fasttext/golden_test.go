package fasttext_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/fasttext"
	"github.com/seed6481993f/verso/internal/golden"
)

type expected struct {
	Config struct {
		Dim        int  `json:"dim"`
		MinCount   int  `json:"min_count"`
		Epoch      *int `json:"epoch"`
		MinN       *int `json:"minn"`
		MaxN       *int `json:"maxn"`
		WordNgrams *int `json:"wordNgrams"`
		Loss       string
	} `json:"config"`
	Model      string               `json:"model"`
	VocabSize  *int                 `json:"vocab_size"`
	FirstWords []string             `json:"first_words"`
	InVocab    []string             `json:"in_vocab"`
	OutOfVocab []string             `json:"out_of_vocab"`
	Vectors    map[string][]float32 `json:"vectors"`
	Subwords   map[string][]struct {
		Ngram  string
		Hash   uint32
		Bucket int
	} `json:"subwords"`
	Sentences []struct {
		Text   string
		Vector []float32
	} `json:"sentence_vectors"`
	MostSimilar []struct {
		Word string
		Top5 [][2]any
	} `json:"most_similar"`
	Predict []struct {
		Text  string
		Top1  string
		Exact map[string]float64
		CLI   map[string]float64
	} `json:"predict"`
	Tolerance map[string]float64 `json:"tolerance"`
}

func TestGolden(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"fasttext"}, func(t *testing.T, c *golden.Case) {
		var want expected
		raw, err := os.ReadFile(c.Path("expected.json"))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(raw, &want))
		file, err := os.ReadFile(c.Path("model.bin"))
		require.NoError(t, err)
		m, err := fasttext.Read(bytes.NewReader(file))
		require.NoError(t, err)

		var back bytes.Buffer
		require.NoError(t, m.Write(&back))
		require.True(t, bytes.Equal(file, back.Bytes()), "what is written is what was read")

		checkArgs(t, want, m)
		if want.Model == "supervised" {
			checkPredict(t, want, m)
		} else {
			checkVectors(t, want, m)
			checkNearest(t, want, m)
		}
		require.NotEmpty(t, want.Sentences)
		for _, s := range want.Sentences {
			assert.InDeltaSlice(t, s.Vector, m.SentenceVector(s.Text), want.Tolerance["cli_values"], s.Text)
		}
	})
}

func checkArgs(t *testing.T, want expected, m *fasttext.Model) {
	a := m.Args()
	assert.Equal(t, want.Model, a.Kind.String())
	assert.Equal(t, want.Config.Dim, m.Dim())
	assert.Equal(t, want.Config.MinCount, a.MinCount)
	if want.Config.Loss != "" {
		assert.Equal(t, want.Config.Loss, a.Loss.String())
	}
	for _, x := range []struct {
		want *int
		got  int
	}{{want.Config.Epoch, a.Epochs}, {want.Config.MinN, a.MinN}, {want.Config.MaxN, a.MaxN}, {want.Config.WordNgrams, a.WordNgrams}, {want.VocabSize, m.Dictionary().Len()}} {
		if x.want != nil {
			assert.Equal(t, *x.want, x.got)
		}
	}
	if want.FirstWords != nil {
		assert.Equal(t, want.FirstWords, m.Dictionary().Words()[:len(want.FirstWords)])
	}
}

func checkVectors(t *testing.T, want expected, m *fasttext.Model) {
	require.Len(t, want.Vectors, len(want.InVocab)+len(want.OutOfVocab))
	for word, v := range want.Vectors {
		got, err := m.Vector(word)
		require.NoError(t, err)
		assert.InDeltaSlice(t, v, got, want.Tolerance["vectors"], word)
	}
	for _, word := range want.InVocab {
		_, ok := m.Dictionary().Index(word)
		assert.True(t, ok, word)
	}
	for _, word := range want.OutOfVocab {
		_, ok := m.Dictionary().Index(word)
		assert.False(t, ok, word)
	}
	for word, grams := range want.Subwords {
		got := m.Ngrams(word)
		require.Len(t, got, len(grams), word)
		for i, g := range grams {
			assert.Equal(t, fasttext.Ngram{Text: g.Ngram, Hash: g.Hash, Row: m.Dictionary().Len() + g.Bucket}, got[i], word)
			assert.Equal(t, g.Hash, fasttext.Hash(g.Ngram))
		}
	}
	assert.Empty(t, m.Ngrams(fasttext.EndOfSentence))
	if *want.Config.MaxN == 0 {
		_, err := m.Vector("unbegotten")
		require.ErrorIs(t, err, fasttext.ErrUnknown)
		require.ErrorContains(t, err, "unbegotten")
	}
}

func checkNearest(t *testing.T, want expected, m *fasttext.Model) {
	require.NotEmpty(t, want.MostSimilar)
	for _, q := range want.MostSimilar {
		got, err := m.Nearest(q.Word, len(q.Top5))
		require.NoError(t, err)
		require.Len(t, got, len(q.Top5))
		for i, pair := range q.Top5 {
			assert.Equal(t, pair[0], got[i].Word, q.Word)
			assert.InDelta(t, pair[1], got[i].Score, want.Tolerance["cosines"], q.Word)
		}
	}
}

func checkPredict(t *testing.T, want expected, m *fasttext.Model) {
	require.NotEmpty(t, want.Predict)
	for _, p := range want.Predict {
		got, err := m.Predict(p.Text, len(p.Exact), 0)
		require.NoError(t, err)
		require.Len(t, got, len(p.Exact))
		assert.Equal(t, p.Top1, got[0].Label)
		last := float32(1)
		for _, g := range got {
			assert.InDelta(t, p.Exact[g.Label], g.Probability, want.Tolerance["exact"], g.Label)
			assert.InDelta(t, p.CLI[g.Label], g.Probability, want.Tolerance["cli_values"], g.Label)
			assert.LessOrEqual(t, g.Probability, last)
			last = g.Probability
		}
		one, err := m.Predict(p.Text, 1, 0)
		require.NoError(t, err)
		assert.Equal(t, got[:1], one)
		likely, err := m.Predict(p.Text, 9, got[1].Probability)
		require.NoError(t, err)
		assert.Equal(t, got[:2], likely, "a threshold takes what reaches it")
	}
}
