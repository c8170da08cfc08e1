package fasttext

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// planted is text in which words of a group stand together: abaco, abade, … with ab, and so on. The groups share prefixes.
func planted(sentences int) [][]string {
	r := rand.New(rand.NewPCG(1, 2))
	prefixes, endings := []string{"abra", "celo", "dimu", "fori"}, []string{"co", "de", "fu", "gan", "lis", "mot"}
	text := make([][]string, sentences)
	for i := range text {
		prefix := prefixes[r.IntN(len(prefixes))]
		for range 8 {
			text[i] = append(text[i], prefix+endings[r.IntN(len(endings))])
		}
	}
	return text
}

func smallConfig() Config {
	c := DefaultConfig()
	c.Dim, c.Bucket, c.MinCount, c.Epochs, c.Threshold = 20, 500, 1, 10, 0.05
	return c
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab, aa, bb = ab+float64(a[i])*float64(b[i]), aa+float64(a[i])*float64(a[i]), bb+float64(b[i])*float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

func vectorOf(t *testing.T, m *Model, word string) []float32 {
	t.Helper()
	v, err := m.Vector(word)
	require.NoError(t, err)
	return v
}

func TestTrainLearns(t *testing.T) {
	for _, kind := range []Kind{SkipGram, CBOW} {
		c := smallConfig()
		c.Kind = kind
		m, err := Train(t.Context(), slices.Values(planted(600)), c)
		require.NoError(t, err)
		require.Equal(t, 25, m.Dictionary().Len(), "24 words and the end of the sentence")
		require.EqualValues(t, 600*9, m.Dictionary().Tokens())
		near, err := m.Nearest("abraco", 5)
		require.NoError(t, err)
		for _, match := range near {
			require.True(t, strings.HasPrefix(match.Word, "abra"), "%s: %v", kind, near)
		}
		// a word that was never seen is near those that share its n-grams
		unseen := vectorOf(t, m, "celomur")
		require.Greater(t, cosine(unseen, vectorOf(t, m, "celogan")), cosine(unseen, vectorOf(t, m, "forigan"))+0.3, kind)
	}
}

func TestTrainSameSeedSameBytes(t *testing.T) {
	text := planted(100)
	bytesOf := func(c Config, lines bool) []byte {
		var m *Model
		var err error
		if lines {
			var s strings.Builder
			for _, words := range text {
				s.WriteString(strings.Join(words, " \t") + "\n")
			}
			m, err = TrainLines(t.Context(), strings.NewReader(s.String()), c)
		} else {
			m, err = Train(t.Context(), slices.Values(text), c)
		}
		require.NoError(t, err)
		return file(t, m)
	}
	c := smallConfig()
	first := bytesOf(c, false)
	require.Equal(t, first, bytesOf(c, false))
	require.Equal(t, first, bytesOf(c, true))
	c.Seed++
	require.NotEqual(t, first, bytesOf(c, false))
}

// What Train returns is what its file gives back.
func TestTrainedModelThroughItsFile(t *testing.T) {
	c := smallConfig()
	m, err := Train(t.Context(), slices.Values(planted(50)), c)
	require.NoError(t, err)
	back, err := Read(bytes.NewReader(file(t, m)))
	require.NoError(t, err)
	require.Equal(t, m.Args(), back.Args())
	require.Equal(t, m.Dictionary().Entries(), back.Dictionary().Entries())
	for _, w := range []string{"abraco", EndOfSentence, "neverseen"} {
		require.Equal(t, vectorOf(t, m, w), vectorOf(t, back, w))
	}
}

// With hierarchical softmax the probabilities of all words beside one add up to 1 by the tree that Predict reads, and true neighbours are likelier.
func TestTrainHierarchicalSoftmax(t *testing.T) {
	for _, kind := range []Kind{SkipGram, CBOW} {
		c := smallConfig()
		c.Kind, c.Loss = kind, HierarchicalSoftmax
		m, err := Train(t.Context(), slices.Values(planted(600)), c)
		require.NoError(t, err)
		require.Len(t, m.Output(), m.Dictionary().Len()*c.Dim, "fastText has a row too many")
		b := best{k: m.Dictionary().Len()}
		m.descend(vectorOf(t, m, "abraco"), &b)
		sum, same := 0.0, 0.0
		for _, s := range b.list {
			sum += s.p
			if strings.HasPrefix(m.dict.entries[s.label].Word, "abra") {
				same += s.p
			}
		}
		require.InDelta(t, 1, sum, 1e-5)
		require.Greater(t, same, 0.5, "by chance a quarter")
	}
}

func TestTrainStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := smallConfig()
	calls := 0
	c.Progress = func(p Progress) error {
		if calls++; calls == 3 {
			cancel()
		}
		require.Positive(t, p.Of)
		return nil
	}
	m, err := Train(ctx, slices.Values(planted(3000)), c)
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, m, "the model as it is")
	_ = vectorOf(t, m, "abraco")
	enough := errors.New("enough")
	c.Progress = func(Progress) error { return enough }
	_, err = Train(t.Context(), slices.Values(planted(30)), c)
	require.ErrorIs(t, err, enough)
}

func TestTrainErrors(t *testing.T) {
	for name, spoil := range map[string]func(c *Config){
		"dimension":  func(c *Config) { c.Dim = 0 },
		"kind":       func(c *Config) { c.Kind = Supervised },
		"loss":       func(c *Config) { c.Loss = Softmax },
		"resume":     func(c *Config) { c.Resume = true },
		"window":     func(c *Config) { c.Window = 0 },
		"epochs":     func(c *Config) { c.Epochs = 0 },
		"negatives":  func(c *Config) { c.Negative = 0 },
		"rate":       func(c *Config) { c.Rate = math.NaN() },
		"threshold":  func(c *Config) { c.Threshold = -1 },
		"power":      func(c *Config) { c.NoisePower = math.Inf(1) },
		"word grams": func(c *Config) { c.WordNgrams = 2 },
		"buckets":    func(c *Config) { c.Bucket = math.MaxInt32 },
	} {
		c := smallConfig()
		spoil(&c)
		_, err := Train(t.Context(), slices.Values(planted(3)), c)
		require.ErrorIs(t, err, ErrArgs, name)
	}
	c := smallConfig()
	c.MinCount = 1000
	_, err := Train(t.Context(), slices.Values(planted(3)), c)
	require.ErrorIs(t, err, ErrCorpus)
	c = smallConfig()
	c.Rate = 1e30
	_, err = Train(t.Context(), slices.Values(planted(30)), c)
	require.ErrorIs(t, err, ErrNotFinite)
	_, err = Train(t.Context(), slices.Values([][]string{{"a\x00b", "c"}}), smallConfig())
	require.ErrorIs(t, err, ErrDictionary)
}
