package word2vec

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// planted is text in which words of a group stand together; the first word is everywhere.
func planted(sentences int) iter.Seq[[]string] {
	groups := [][]string{{"red", "green", "blue", "white"}, {"cat", "dog", "cow", "hen"}, {"bread", "milk", "salt", "egg"}, {"one", "two", "three", "four"}}
	r := rand.New(rand.NewPCG(1, 2))
	text := make([][]string, sentences)
	for i := range text {
		group := groups[r.IntN(len(groups))]
		for range 4 {
			text[i] = append(text[i], "the", group[r.IntN(4)])
		}
	}
	return slices.Values(text)
}

func small() Config {
	c := DefaultConfig()
	c.Dim, c.MinCount, c.Sample, c.Epochs, c.Rate = 16, 1, 0.05, 8, 0.1
	return c
}

func trained(t testing.TB, c Config) *Model {
	t.Helper()
	m, err := Train(t.Context(), planted(400), c)
	require.NoError(t, err)
	return m
}

func saved(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	return b.Bytes()
}

func cosine(t *testing.T, m *Model, a, b string) float64 {
	t.Helper()
	v := m.Vectors()
	x, ok := v.Row(a)
	require.True(t, ok, a)
	y, ok := v.Row(b)
	require.True(t, ok, b)
	var xy, xx, yy float64
	for i := range x {
		xy, xx, yy = xy+float64(x[i])*float64(y[i]), xx+float64(x[i])*float64(x[i]), yy+float64(y[i])*float64(y[i])
	}
	return xy / math.Sqrt(xx*yy)
}

var ways = map[string]func(c *Config){
	"skip-gram":           func(c *Config) {},
	"skip-gram, tree":     func(c *Config) { c.Negatives, c.HierarchicalSoftmax = 0, true },
	"skip-gram, both":     func(c *Config) { c.HierarchicalSoftmax = true },
	"skip-gram, blocks":   func(c *Config) { c.Blocks = 3 },
	"skip-gram, all near": func(c *Config) { c.FixedWindow = true },
	"CBOW":                func(c *Config) { c.Architecture = CBOW },
	"CBOW, tree":          func(c *Config) { c.Architecture, c.Negatives, c.HierarchicalSoftmax = CBOW, 0, true },
	"CBOW, sum":           func(c *Config) { c.Architecture, c.Combine = CBOW, Sum },
	"CBOW, gradient":      func(c *Config) { c.Architecture, c.Combine, c.Rate = CBOW, MeanGradient, 0.3 },
}

func TestLearns(t *testing.T) {
	for name, change := range ways {
		t.Run(name, func(t *testing.T) {
			c := small()
			change(&c)
			m := trained(t, c)
			require.True(t, m.Done())
			require.Equal(t, 17, m.Vocabulary().Len())
			for _, x := range [][3]string{{"red", "blue", "dog"}, {"cat", "hen", "salt"}, {"milk", "egg", "two"}, {"four", "one", "green"}} {
				require.Greater(t, cosine(t, m, x[0], x[1]), cosine(t, m, x[0], x[2])+0.2, "%v", x)
			}
		})
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	for name, change := range ways {
		c := small()
		c.Epochs = 2
		change(&c)
		c.Workers = 1
		first := saved(t, trained(t, c))
		c.Workers = 4
		require.Equal(t, first, saved(t, trained(t, c)), name)
		c.Seed = 2
		require.NotEqual(t, first, saved(t, trained(t, c)), name)
	}
}

func TestTrainLines(t *testing.T) {
	var text strings.Builder
	for s := range planted(400) {
		text.WriteString("  " + strings.Join(s, " \t") + " \r\n\n")
	}
	c := small()
	c.Epochs = 1
	m, err := TrainLines(t.Context(), strings.NewReader(text.String()), c)
	require.NoError(t, err)
	var withEmpty [][]string
	for s := range planted(400) {
		withEmpty = append(withEmpty, s, nil)
	}
	other, err := Train(t.Context(), slices.Values(withEmpty), c)
	require.NoError(t, err)
	require.Equal(t, saved(t, other), saved(t, m))
	broken := errors.New("broken")
	_, err = TrainLines(t.Context(), io.MultiReader(strings.NewReader("a b"), errorReader{broken}), c)
	require.ErrorIs(t, err, broken)
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

func TestProgress(t *testing.T) {
	c := small()
	c.Epochs = 2
	var all []Progress
	c.Progress = func(p Progress) error { all = append(all, p); return nil }
	trained(t, c)
	require.Equal(t, Progress{1, 2, 0, 6400, 0.1}, all[0])
	last := all[len(all)-1]
	require.InDelta(t, c.MinRate, last.Rate, 1e-12)
	last.Rate = 0
	require.Equal(t, Progress{2, 2, 6400, 6400, 0}, last)
}

func TestMinCountAndMaxWords(t *testing.T) {
	text := slices.Values([][]string{strings.Fields("a a a a b b b c c d")})
	c := small()
	for _, x := range []struct {
		count int64
		most  int
		words string
	}{{1, 0, "a b c d"}, {2, 0, "a b c"}, {1, 2, "a b"}, {3, 9, "a b"}} {
		c.MinCount, c.MaxWords, c.Epochs = x.count, x.most, 1
		m, err := Train(t.Context(), text, c)
		require.NoError(t, err)
		require.Equal(t, strings.Fields(x.words), m.Vectors().Words())
	}
	c.MinCount, c.MaxWords = 4, 0
	_, err := Train(t.Context(), text, c)
	require.ErrorIs(t, err, ErrCorpus)
	_, err = Train(t.Context(), slices.Values([][]string{}), c)
	require.ErrorIs(t, err, ErrCorpus)
}

func TestErrors(t *testing.T) {
	for name, spoil := range map[string]func(c *Config){
		"Dim": func(c *Config) { c.Dim = 0 }, "Window": func(c *Config) { c.Window = 0 }, "Negatives": func(c *Config) { c.Negatives = -1 },
		"neither": func(c *Config) { c.Negatives = 0 }, "Epochs": func(c *Config) { c.Epochs = 0 }, "Rate": func(c *Config) { c.Rate = 0 },
		"MinRate": func(c *Config) { c.MinRate = 1 }, "Sample": func(c *Config) { c.Sample = math.NaN() }, "MinCount": func(c *Config) { c.MinCount = -1 },
		"NoisePower": func(c *Config) { c.NoisePower = math.Inf(1) }, "Blocks": func(c *Config) { c.Blocks = -1 }, "blocks": func(c *Config) { c.Blocks = 16 },
		"bad counts": func(c *Config) { c.NoisePower = 1000 },
		"skip-gram":  func(c *Config) { c.Blocks, c.Architecture = 2, CBOW }, "Resume": func(c *Config) { c.Resume = true },
		"Architecture": func(c *Config) { c.Architecture = 2 }, "Combine": func(c *Config) { c.Combine = 3 }, "Workers": func(c *Config) { c.Workers = -1 },
	} {
		c := small()
		spoil(&c)
		_, err := Train(t.Context(), planted(10), c)
		require.ErrorIs(t, err, ErrConfig, name)
		require.ErrorContains(t, err, name)
	}
	c := small()
	c.Rate = 1e30
	_, err := Train(t.Context(), planted(10), c)
	require.ErrorIs(t, err, ErrNotFinite)
	c = small()
	c.Checkpoint = filepath.Join(t.TempDir(), "no", "such", "folder")
	_, err = Train(t.Context(), planted(10), c)
	require.Error(t, err, "a checkpoint that cannot be written")
}
