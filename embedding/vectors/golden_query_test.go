package vectors

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/internal/golden"
)

// ranking is a list of [word, score].
type ranking [][2]any

type goldenQueries struct {
	MostSimilar []struct {
		Word string  `json:"word"`
		Top5 ranking `json:"top5"`
	} `json:"most_similar"`
	CosAdd     []goldenAnalogy `json:"analogy_3cosadd"`
	CosMul     []goldenAnalogy `json:"analogy_3cosmul"`
	Similarity []struct {
		A, B   string
		Cosine float64
	} `json:"similarity"`
	NSimilarity []struct {
		A, B   []string
		Cosine float64
	} `json:"n_similarity"`
	DoesntMatch []struct {
		Words []string
		Odd   string
	} `json:"doesnt_match"`
}

type goldenAnalogy struct {
	Positive, Negative []string
	Top3               ranking
}

func TestGoldenQueries(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"word2vec_format", "doc2vec"}, func(t *testing.T, c *golden.Case) {
		name := map[string]string{"word2vec_format": "gensim_binary.bin", "doc2vec": "doctags_text.txt"}[c.Op]
		v, err := LoadFile(c.Path(name), Options{})
		require.NoError(t, err)
		var want struct {
			Queries   goldenQueries        `json:"queries"`
			Vectors   map[string][]float32 `json:"vectors_float32"`
			Tolerance struct{ Scores float64 }
		}
		require.NoError(t, json.Unmarshal(readFile(t, c.Path("expected.json")), &want))
		require.NotEmpty(t, want.Vectors)
		for word, row := range want.Vectors {
			got, ok := v.Row(word)
			require.True(t, ok)
			require.Equal(t, row, got)
		}
		tolerance := max(want.Tolerance.Scores, 2e-5)
		checkQueries(t, v, want.Queries, tolerance)
	})
}

func checkQueries(t *testing.T, v *Vectors, q goldenQueries, tolerance float64) {
	require.NotEmpty(t, q.MostSimilar)
	for _, want := range q.MostSimilar {
		got, err := v.Nearest(want.Word, len(want.Top5))
		require.NoError(t, err)
		checkRanking(t, want.Top5, got, tolerance)
	}
	for method, list := range map[Method][]goldenAnalogy{CosAdd: q.CosAdd, CosMul: q.CosMul} {
		require.NotEmpty(t, list)
		for _, want := range list {
			got, err := v.MostSimilar(Query{Positive: want.Positive, Negative: want.Negative, Method: method}, len(want.Top3))
			require.NoError(t, err)
			checkRanking(t, want.Top3, got, tolerance)
		}
	}
	require.NotEmpty(t, q.Similarity)
	for _, want := range q.Similarity {
		got, err := v.Similarity(want.A, want.B)
		require.NoError(t, err)
		assert.InDelta(t, want.Cosine, got, tolerance, "%s, %s", want.A, want.B)
		distance, err := v.Distances(want.A, want.B)
		require.NoError(t, err)
		assert.InDelta(t, 1-want.Cosine, distance[0], tolerance)
	}
	require.NotEmpty(t, q.NSimilarity)
	for _, want := range q.NSimilarity {
		got, err := v.NSimilarity(want.A, want.B)
		require.NoError(t, err)
		assert.InDelta(t, want.Cosine, got, tolerance, "%s, %s", want.A, want.B)
	}
	require.NotEmpty(t, q.DoesntMatch)
	for _, want := range q.DoesntMatch {
		got, err := v.DoesntMatch(want.Words...)
		require.NoError(t, err)
		assert.Equal(t, want.Odd, got, "%s", want.Words)
	}
}

// checkRanking compares words in their order, and scores.
func checkRanking(t *testing.T, want ranking, got []Match, tolerance float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for i, w := range want {
		assert.Equal(t, w[0], got[i].Word)
		assert.InDelta(t, w[1], got[i].Score, tolerance, w[0])
	}
}

func TestGoldenIDF(t *testing.T) {
	golden.Run(t, "testdata/golden", []string{"idf_sentence_mean"}, func(t *testing.T, c *golden.Case) {
		c.OnlyKeys(t, "sentences", "vocab", "idf", "document_frequency")
		var sentences [][]string
		c.DecodeKey("sentences", &sentences)
		var idf map[string]float64
		c.DecodeKey("idf", &idf)
		var holding map[string]int
		c.DecodeKey("document_frequency", &holding)
		rows := c.Input("vectors")
		v := table(t, c.Strings("vocab"), golden.As[float32](rows), rows.Shape[1])

		f := CountIDF(all(sentences))
		assert.Equal(t, len(sentences), f.Sentences())
		for word, want := range idf {
			assert.InDelta(t, want, f.Weight(word), 1e-14, word)
			assert.Equal(t, holding[word], f.Holding(word), word)
		}
		same, err := NewIDF(len(sentences), holding)
		require.NoError(t, err)
		for word, want := range idf {
			assert.InDelta(t, want, same.Weight(word), 1e-14, word)
		}

		// float32 is the table's precision: the float64 outputs, rounded once.
		tol := golden.Tolerance{Rtol: 1e-7, Atol: 1e-12}
		for output, cfg := range map[string]SentenceConfig{
			"idf_mean":       {Weight: f.Weight},
			"idf_mean_known": {Weight: f.Weight, KnownOnly: true},
			"mean_known":     {KnownOnly: true},
		} {
			s := NewSentences(v, cfg)
			var got []float32
			for _, tokens := range sentences {
				got = s.AppendVector(got, tokens)
			}
			golden.Close(t, c.Output(golden.Float64, output), got, tol, output)
		}
		require.Equal(t, []string{"idf_mean", "idf_mean_known", "mean_known"}, c.OutputNames(golden.Float64))
	})
}

func all(sentences [][]string) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		for _, s := range sentences {
			if !yield(s) {
				return
			}
		}
	}
}
