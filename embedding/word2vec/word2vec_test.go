package word2vec

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vectors"
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

func TestSaveLoad(t *testing.T) {
	for name, change := range ways {
		c := small()
		c.Epochs = 1
		change(&c)
		m := trained(t, c)
		file := saved(t, m)
		back, err := Load(bytes.NewReader(file))
		require.NoError(t, err, name)
		require.Equal(t, m.Vectors(), back.Vectors(), name)
		require.Equal(t, m.ContextVectors(), back.ContextVectors(), name)
		require.Equal(t, file, saved(t, back), name)
		require.Equal(t, c.Negatives == 0, m.ContextVectors() == nil, name)
	}
	c := small()
	c.Epochs = 1
	m := trained(t, c)
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, m.SaveFile(path))
	back, err := LoadFile(path)
	require.NoError(t, err)
	require.Equal(t, saved(t, m), saved(t, back))
}

func TestCancelAndResume(t *testing.T) {
	for name, change := range ways {
		c := small()
		c.Epochs = 3
		change(&c)
		want, err := Train(t.Context(), planted(6000), c)
		require.NoError(t, err)

		c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
		var m *Model
		stops := 0
		for m == nil || !m.Done() {
			ctx, cancel := context.WithCancel(t.Context())
			calls := 0
			c.Progress = func(Progress) error {
				if calls++; calls == 2 {
					cancel()
				}
				return nil
			}
			m, err = Train(ctx, planted(6000), c)
			cancel()
			require.NotNil(t, m, "a model comes with the error: %v", err)
			if err != nil {
				require.ErrorIs(t, err, context.Canceled, name)
				require.NotNil(t, m.Vectors())
				stops++
				require.Less(t, stops, 20, "it gets on")
			}
		}
		require.GreaterOrEqual(t, stops, 2, name)
		require.Equal(t, saved(t, want), saved(t, m), name)
	}
}

func TestCheckpointOfAnotherTraining(t *testing.T) {
	c := small()
	c.Epochs, c.Checkpoint = 1, filepath.Join(t.TempDir(), "checkpoint")
	enough := errors.New("enough")
	c.Progress = func(Progress) error { return enough }
	_, err := Train(t.Context(), planted(50), c)
	require.ErrorIs(t, err, enough)
	c.Progress, c.Resume = nil, true
	for name, change := range map[string]func(*Config){
		"seed": func(c *Config) { c.Seed++ }, "rate": func(c *Config) { c.Rate *= 2 }, "window": func(c *Config) { c.Window++ },
	} {
		other := c
		change(&other)
		_, err = Train(t.Context(), planted(50), other)
		require.ErrorIs(t, err, ErrFile, name)
	}
	_, err = Train(t.Context(), planted(51), c)
	require.ErrorIs(t, err, ErrFile, "another text")
	m, err := Train(t.Context(), planted(50), c)
	require.NoError(t, err)
	require.True(t, m.Done())
}

// A checkpoint of a text of other words in the same places is another training's.
func TestCheckpointOfOtherWords(t *testing.T) {
	c := small()
	c.Epochs, c.Checkpoint, c.Resume = 1, filepath.Join(t.TempDir(), "checkpoint"), true
	text := slices.Values([][]string{{"red", "blue", "red", "blue"}})
	m, err := Train(t.Context(), text, c)
	require.NoError(t, err)
	again, err := LoadFile(c.Checkpoint)
	require.NoError(t, err)
	require.Equal(t, saved(t, m), saved(t, again), "a checkpoint is a model")
	_, err = Train(t.Context(), slices.Values([][]string{{"rot", "blau", "rot", "blau"}}), c)
	require.ErrorIs(t, err, ErrFile)
	_, err = Train(t.Context(), text, c)
	require.NoError(t, err)
}

// All of a text on one line is learned from as any other: the rate falls, and the context is looked at.
func TestOneLine(t *testing.T) {
	text := strings.Repeat("the quick brown fox jumps over a lazy dog ", 50_000/9)
	for _, blocks := range []int{0, 2} {
		c := small()
		c.Epochs, c.Blocks = 1, blocks
		var rates []float64
		c.Progress = func(p Progress) error { rates = append(rates, p.Rate); return nil }
		whole, err := TrainLines(t.Context(), strings.NewReader(text), c)
		require.NoError(t, err)
		require.GreaterOrEqual(t, len(rates), 3)
		require.InDelta(t, c.MinRate, rates[len(rates)-1], 1e-12)

		ctx, cancel := context.WithCancel(t.Context())
		c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
		c.Progress = func(p Progress) error {
			if p.Words > 0 {
				cancel()
			}
			return nil
		}
		m, err := TrainLines(ctx, strings.NewReader(text), c)
		require.ErrorIs(t, err, context.Canceled)
		require.False(t, m.Done())
		c.Progress = nil
		m, err = TrainLines(t.Context(), strings.NewReader(text), c)
		require.NoError(t, err)
		require.Equal(t, saved(t, whole), saved(t, m))
	}
}

func TestCancelledWhileReading(t *testing.T) {
	done, cancel := context.WithCancel(t.Context())
	cancel()
	m, err := Train(done, planted(10), small())
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "word2vec: reading")
	require.Nil(t, m)
}

func TestUsedByManyGoroutines(t *testing.T) {
	c := small()
	c.HierarchicalSoftmax = true
	m := trained(t, c)
	want, err := m.Probability("dog", "cow")
	require.NoError(t, err)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			got, err := m.Probability("dog", "cow")
			assert.NoError(t, err)
			assert.Equal(t, want, got)
			assert.Equal(t, 17, m.Vectors().Len())
			_, err = m.LogOdds("dog", "cow")
			assert.NoError(t, err)
		})
	}
	wait.Wait()
}

// Vectors that one has are where learning begins.
func TestPretrained(t *testing.T) {
	c := small()
	c.Rate, c.MinRate, c.Epochs = 1e-9, 0, 1
	rows := make([]float32, 2*c.Dim)
	rows[0], rows[c.Dim+1] = 5, 7
	v, err := vectors.New([]string{"cat", "unheard"}, rows, c.Dim)
	require.NoError(t, err)
	c.Pretrained = v
	c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
	m := trained(t, c)
	cat, _ := m.Vectors().Row("cat")
	require.InDeltaSlice(t, rows[:c.Dim], cat, 1e-6)
	_, ok := m.Vectors().Row("unheard")
	require.False(t, ok)
	rows[0] = 6
	_, err = Train(t.Context(), planted(400), c)
	require.ErrorIs(t, err, ErrFile, "a training from other vectors")
	c.Dim++
	_, err = Train(t.Context(), planted(400), c)
	require.ErrorIs(t, err, ErrConfig)
}

func TestContinue(t *testing.T) {
	c := small()
	c.Epochs = 1
	m := trained(t, c)
	before := saved(t, m)
	fresh := slices.Values([][]string{{"cat", "unheard", "red"}, {"red", "cat"}, {"cat", "red", "cat", "red"}})
	apart, err := m.LogOdds("cat", "red")
	require.NoError(t, err)
	c.Epochs, c.Dim, c.Sample = 200, 99, 0
	require.NoError(t, m.Continue(t.Context(), fresh, c))
	require.NotEqual(t, before, saved(t, m))
	require.Equal(t, 16, m.Dim())
	_, known := m.Vectors().Row("unheard")
	require.False(t, known)
	odds, err := m.LogOdds("cat", "red")
	require.NoError(t, err)
	require.Greater(t, odds, apart+1, "what stands together now is expected more")
	require.ErrorIs(t, m.Continue(t.Context(), slices.Values([][]string{{"unheard"}}), c), ErrCorpus)
	c.Rate = -1
	require.ErrorIs(t, m.Continue(t.Context(), fresh, c), ErrConfig)
}

// The tree's probabilities are a distribution, and say what stands beside what.
func TestProbability(t *testing.T) {
	for _, negatives := range []int{0, 3} {
		c := small()
		c.HierarchicalSoftmax, c.Negatives = true, negatives
		m := trained(t, c)
		sum := 0.0
		for _, w := range m.Vocabulary().Words() {
			p, err := m.Probability("dog", w)
			require.NoError(t, err)
			sum += p
		}
		require.InDelta(t, 1, sum, 1e-5)
		near, err := m.Probability("dog", "cow")
		require.NoError(t, err)
		far, err := m.Probability("dog", "two")
		require.NoError(t, err)
		require.Greater(t, near, 2*far)
		_, err = m.Probability("dog", "unheard")
		require.ErrorIs(t, err, ErrWord)
		_, err = m.LogOdds("unheard", "dog")
		require.ErrorIs(t, err, ErrWord)
	}
	c := small()
	c.Epochs = 1
	_, err := trained(t, c).Probability("dog", "cow")
	require.ErrorIs(t, err, ErrConfig)
}

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

func TestLoadErrors(t *testing.T) {
	c := small()
	c.Epochs = 1
	file := saved(t, trained(t, c))
	for name, broken := range map[string][]byte{
		"empty": nil, "cut off": file[:len(file)-1], "no model": bytes.Replace(file, []byte("verso.word2vec"), []byte("verso.word3vec"), 1),
		"version": bytes.Replace(file, []byte(`\"version\":2`), []byte(`\"version\":1`), 1), "dim": bytes.Replace(file, []byte(`\"dim\":16`), []byte(`\"dim\":15`), 1),
		"epoch": bytes.Replace(file, []byte(`\"Epoch\":1`), []byte(`\"Epoch\":2`), 1), "twice": bytes.Replace(file, []byte("cowcat"), []byte("catcat"), 1),
		"order of counts": bytes.Replace(file, []byte("\x40\x06\x00\x00"), []byte("\x01\x00\x00\x00"), 1), // 1,600 times "the"
	} {
		require.NotEqual(t, file, broken, name)
		_, err := Load(bytes.NewReader(broken))
		require.ErrorIs(t, err, ErrFile, name)
	}
}

func FuzzLoad(f *testing.F) {
	c := small()
	c.Epochs, c.Dim = 1, 2
	for _, change := range []string{"skip-gram", "skip-gram, both", "CBOW, tree"} {
		ways[change](&c)
		f.Add(saved(f, trained(f, c)))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Load(bytes.NewReader(file))
		if err != nil {
			return
		}
		again, err := Load(bytes.NewReader(saved(t, m)))
		require.NoError(t, err)
		require.Equal(t, saved(t, m), saved(t, again))
	})
}
