package doc2vec

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// texts are how sixty books of the Bible begin.
func texts(t testing.TB) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "glove", "testdata", "glove-c", "corpus.txt.gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	file, err := io.ReadAll(z)
	require.NoError(t, err)
	var all [][]string
	for line := range strings.Lines(string(file)) {
		all = append(all, strings.Fields(strings.ToLower(line)))
	}
	require.Len(t, all, 60)
	return all
}

func quick(mode Mode) Config {
	c := DefaultConfig()
	c.Mode, c.Dim, c.MinCount, c.Epochs = mode, 20, 2, 3
	return c
}

func trained(t testing.TB, c Config) *Model {
	t.Helper()
	m, err := Train(t.Context(), untagged(texts(t)), c)
	require.NoError(t, err)
	return m
}

func saved(t testing.TB, m *Model) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, m.Save(&file))
	return file.Bytes()
}

// A model trained on the first halves of news items knows to which item a second half belongs, which it has not seen.
func TestFindsTheOtherHalf(t *testing.T) {
	all := texts(t)
	first := make([][]string, len(all))
	for i, words := range all {
		first[i] = words[:len(words)/2]
	}
	for name, test := range map[string]struct {
		change func(*Config)
		least  int // of 60; by chance 1
		same   int // texts that the model has seen
	}{
		"PV-DBOW":           {func(c *Config) { c.Mode = DBOW }, 20, 58},
		"PV-DBOW and words": {func(c *Config) { c.Mode, c.TrainWords = DBOW, true }, 20, 58},
		"PV-DBOW, blocks":   {func(c *Config) { c.Mode, c.Blocks = DBOW, 4 }, 20, 58},
		"PV-DBOW, tree":     {func(c *Config) { c.Mode, c.Negatives, c.HierarchicalSoftmax = DBOW, 0, true }, 20, 58},
		"PV-DM":             {func(c *Config) { c.Mode = DM }, 8, 30},
		"PV-DM, sum":        {func(c *Config) { c.Mode = DMSum }, 20, 58},
	} {
		t.Run(name, func(t *testing.T) {
			c := DefaultConfig()
			c.Dim, c.MinCount, c.Epochs = 32, 2, 60
			test.change(&c)
			m, err := Train(t.Context(), untagged(first), c)
			require.NoError(t, err)
			documents := m.Documents()
			require.Equal(t, 60, documents.Len())
			found, same := 0, 0
			for i, words := range all {
				for k, part := range [][]string{words[len(words)/2:], words[:len(words)/2]} {
					v, err := m.Infer(t.Context(), part, m.DefaultInfer())
					require.NoError(t, err)
					near, err := documents.NearestTo(v, 1)
					require.NoError(t, err)
					if best := near[0].Word == strconv.Itoa(i); best && k == 0 {
						found++
					} else if best {
						same++
					}
				}
			}
			t.Logf("other half found: %d of 60, the same text: %d", found, same)
			require.GreaterOrEqual(t, found, test.least)
			require.GreaterOrEqual(t, same, test.same)
		})
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	for _, mode := range []Mode{DM, DMSum, DBOW} {
		want := saved(t, trained(t, quick(mode)))
		c := quick(mode)
		c.Workers = 3
		require.Equal(t, want, saved(t, trained(t, c)))
		c.Seed++
		require.NotEqual(t, want, saved(t, trained(t, c)))
	}
	one, three := quick(DBOW), quick(DBOW)
	one.Blocks, one.Workers, three.Blocks, three.Workers = 4, 1, 4, 3
	require.Equal(t, saved(t, trained(t, one)), saved(t, trained(t, three)))
}

func TestSaveLoad(t *testing.T) {
	for _, dim := range []int{16, 20} { // with and without room between rows
		c := quick(DM)
		c.Dim = dim
		m := trained(t, c)
		path := filepath.Join(t.TempDir(), "model")
		require.NoError(t, m.SaveFile(path))
		again, err := LoadFile(path)
		require.NoError(t, err)
		require.Equal(t, saved(t, m), saved(t, again))
		text := texts(t)[5]
		want, err := m.Infer(t.Context(), text, m.DefaultInfer())
		require.NoError(t, err)
		got, err := again.Infer(t.Context(), text, again.DefaultInfer())
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Len(t, got, dim)
	}
	_, err := Load(strings.NewReader("nothing"))
	require.ErrorIs(t, err, ErrFile)
}

func TestInferConcurrently(t *testing.T) {
	m := trained(t, quick(DBOW))
	all := texts(t)
	before := saved(t, m)
	want := make([][]float32, 8)
	for i := range want {
		var err error
		want[i], err = m.Infer(t.Context(), all[i], m.DefaultInfer())
		require.NoError(t, err)
	}
	var wait sync.WaitGroup
	got := make([][]float32, len(want))
	for i := range got {
		wait.Go(func() { got[i], _ = m.Infer(t.Context(), all[i], m.DefaultInfer()) })
	}
	wait.Wait()
	require.Equal(t, want, got)
	require.Equal(t, before, saved(t, m), "reading a document changes nothing")
	nothing, err := m.Infer(t.Context(), []string{"xyzzy"}, m.DefaultInfer())
	require.NoError(t, err)
	require.Len(t, nothing, 20)
}

func TestCancelAndResume(t *testing.T) {
	for _, mode := range []Mode{DM, DBOW} {
		long := slices.Repeat(texts(t), 3) // some blocks an epoch
		whole, err := Train(t.Context(), untagged(long), quick(mode))
		require.NoError(t, err)
		want := saved(t, whole)
		for _, stop := range []int{1, 2, 3, 5} {
			c := quick(mode)
			c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
			ctx, cancel := context.WithCancel(t.Context())
			reports := 0
			c.Progress = func(Progress) error {
				if reports++; reports == stop {
					cancel()
				}
				return nil
			}
			m, err := Train(ctx, untagged(long), c)
			require.ErrorIs(t, err, context.Canceled)
			require.NotEqual(t, want, saved(t, m))
			c.Progress = nil
			m, err = Train(t.Context(), untagged(long), c)
			require.NoError(t, err)
			require.Equal(t, want, saved(t, m), "stopped after %d reports", stop)
			c.Window++
			_, err = Train(t.Context(), untagged(long), c)
			require.ErrorIs(t, err, ErrFile)
		}
	}
}

func TestErrors(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"Mode": func(c *Config) { c.Mode = "cbow" }, "Dim": func(c *Config) { c.Dim = 0 }, "Window": func(c *Config) { c.Window = 0 },
		"Epochs": func(c *Config) { c.Epochs = 0 }, "Negatives": func(c *Config) { c.Negatives = -1 }, "neither": func(c *Config) { c.Negatives = 0 }, "Rate": func(c *Config) { c.Rate = 0 },
		"MinRate": func(c *Config) { c.MinRate = math.NaN() }, "Sample": func(c *Config) { c.Sample = -1 }, "TrainWords": func(c *Config) { c.TrainWords = true },
		"Blocks": func(c *Config) { c.Blocks = 2 }, "Checkpoint": func(c *Config) { c.Resume = true }, "NoisePower": func(c *Config) { c.NoisePower = math.NaN() },
	} {
		c := quick(DM)
		change(&c)
		_, err := Train(t.Context(), untagged(texts(t)), c)
		require.ErrorIs(t, err, ErrConfig, name)
		require.ErrorContains(t, err, name)
	}
	_, err := Train(t.Context(), untagged(nil), quick(DM))
	require.ErrorIs(t, err, ErrCorpus)
	_, err = Train(t.Context(), untagged([][]string{{"once"}, {}}), quick(DM))
	require.ErrorIs(t, err, ErrCorpus)
	c := quick(DBOW)
	c.MinCount = 1
	_, err = Train(t.Context(), untagged([][]string{{"once"}, {}}), c)
	require.NoError(t, err)

	c.Rate = 1e30
	_, err = Train(t.Context(), untagged(texts(t)), c)
	require.ErrorIs(t, err, ErrNotFinite)
	c.Rate = 0.025
	enough := errors.New("enough")
	c.Progress = func(Progress) error { return enough }
	_, err = Train(t.Context(), untagged(texts(t)), c)
	require.ErrorIs(t, err, enough)
	m := trained(t, quick(DM))
	for _, bad := range []InferConfig{{0, 1, 0, 1}, {1, 0, 0, 1}, {1, 1, 2, 1}} {
		_, err = m.Infer(t.Context(), nil, bad)
		require.ErrorIs(t, err, ErrConfig)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = m.Infer(done, nil, m.DefaultInfer())
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzLoad(f *testing.F) {
	c := quick(DM)
	c.Dim, c.MinCount = 2, 1
	m, err := Train(f.Context(), untagged([][]string{{"a", "b", "a"}, {"b", "c"}}), c)
	require.NoError(f, err)
	f.Add(saved(f, m))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Load(bytes.NewReader(file))
		if err != nil {
			return
		}
		require.Equal(t, len(m.rows.Tags), m.Documents().Len())
		require.Equal(t, len(m.rows.Names), m.Words().Len())
		c := m.DefaultInfer()
		c.Epochs = 1
		_, err = m.Infer(t.Context(), []string{"a", "b"}, c)
		require.NoError(t, err)
	})
}
