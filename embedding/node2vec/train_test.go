package node2vec

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func karate(t testing.TB) *Graph {
	t.Helper()
	g, err := LoadEdges(filepath.Join("testdata", "karate.tsv"), false)
	require.NoError(t, err)
	require.Equal(t, 34, g.Len())
	require.Equal(t, 78, g.Size())
	return g
}

func quick() Config {
	c := DefaultConfig()
	c.Dim, c.Walk.Walks, c.Walk.Length, c.Epochs = 16, 4, 20, 3
	return c
}

func saved(t testing.TB, m *Model) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, m.Save(&file))
	return file.Bytes()
}

func trained(t testing.TB, c Config) []byte {
	t.Helper()
	m, err := Train(t.Context(), karate(t), c)
	require.NoError(t, err)
	return saved(t, m)
}

// With the paper's settings the two groups found are the two clubs, but for at most two members, whatever the seed.
func TestKarateClub(t *testing.T) {
	g := karate(t)
	file, err := os.ReadFile(filepath.Join("testdata", "karate.groups.tsv"))
	require.NoError(t, err)
	club := make([]int, g.Len())
	for line := range strings.Lines(string(file)) {
		name, group, _ := strings.Cut(strings.TrimSpace(line), "\t")
		i, ok := g.Index(name)
		require.True(t, ok)
		if group == "Officer" {
			club[i] = 1
		}
	}
	for seed := range uint64(10) {
		c := DefaultConfig()
		c.Seed = seed
		m, err := Train(t.Context(), g, c)
		require.NoError(t, err)
		found, err := Communities(m.Vectors(), 2, seed)
		require.NoError(t, err)
		apart := 0
		for i := range found {
			apart += found[i] ^ club[i]
		}
		require.LessOrEqual(t, min(apart, 34-apart), 2, "seed %d", seed)

		near, err := m.Score("34", "33")
		require.NoError(t, err)
		far, err := m.Score("34", "17")
		require.NoError(t, err)
		require.Greater(t, near, far)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	one := quick()
	one.Workers = 1
	want := trained(t, one)
	three := quick()
	three.Workers = 3
	require.Equal(t, want, trained(t, three), "on another number of workers")
	one.Blocks, three.Blocks = 4, 4
	parted := trained(t, one)
	require.NotEqual(t, want, parted)
	require.Equal(t, parted, trained(t, three), "on another number of workers, in blocks")
	for name, change := range map[string]func(*Config){
		"seed": func(c *Config) { c.Seed++ }, "p": func(c *Config) { c.Walk.P = 2 }, "q": func(c *Config) { c.Walk.Q = 2 },
		"window": func(c *Config) { c.FixedWindow = true },
	} {
		c := quick()
		change(&c)
		require.NotEqual(t, want, trained(t, c), name)
	}
}

func TestSaveLoad(t *testing.T) {
	m, err := Train(t.Context(), karate(t), quick())
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, m.SaveFile(path))
	again, err := LoadFile(path)
	require.NoError(t, err)
	require.Equal(t, saved(t, m), saved(t, again))
	require.Equal(t, m.Vectors(), again.Vectors())
	require.Equal(t, karate(t).Nodes(), again.Vectors().Words())
	_, err = Load(strings.NewReader("nothing"))
	require.ErrorIs(t, err, ErrFile)
	_, err = LoadFile(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestCancelAndResume(t *testing.T) {
	long := quick()
	long.Walk.Walks = 40 // some blocks an epoch
	want := trained(t, long)
	for _, stop := range []int{1, 2, 4, 7} {
		c := long
		c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
		ctx, cancel := context.WithCancel(t.Context())
		reports := 0
		c.Progress = func(Progress) error {
			if reports++; reports == stop {
				cancel()
			}
			return nil
		}
		m, err := Train(ctx, karate(t), c)
		require.ErrorIs(t, err, context.Canceled)
		require.NotNil(t, m)
		require.NotEqual(t, want, saved(t, m))
		c.Progress = nil
		require.Equal(t, want, trained(t, c), "stopped after %d reports", stop)
		require.Equal(t, want, trained(t, c), "resumed when all is done")
		c.Seed++
		_, err = Train(t.Context(), karate(t), c)
		require.ErrorIs(t, err, ErrFile)
		require.ErrorContains(t, err, "another training")
	}
}

// Names are any bytes, and come back from a file as they were.
func TestAnyBytes(t *testing.T) {
	g, err := NewGraph(slices.Values([]Edge{{"\xe9", "\xe8", 1}, {"\xe8", "\n", 1}}), false)
	require.NoError(t, err)
	m, err := Train(t.Context(), g, quick())
	require.NoError(t, err)
	again, err := Load(bytes.NewReader(saved(t, m)))
	require.NoError(t, err)
	require.Equal(t, []string{"\xe9", "\xe8", "\n"}, again.Vectors().Words())
}

func TestSampling(t *testing.T) {
	c := quick()
	want := trained(t, c)
	c.Sample = 1e-3
	require.NotEqual(t, want, trained(t, c))
}

func TestProgress(t *testing.T) {
	c := quick()
	var last Progress
	c.Progress = func(p Progress) error {
		require.GreaterOrEqual(t, p.Done(), last.Done())
		require.LessOrEqual(t, p.Epoch, c.Epochs)
		last = p
		return nil
	}
	trained(t, c)
	require.Equal(t, 1.0, last.Done())
	enough := errors.New("enough")
	c.Progress = func(Progress) error { return enough }
	m, err := Train(t.Context(), karate(t), c)
	require.ErrorIs(t, err, enough)
	require.NotNil(t, m)
}

func TestTrainErrors(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"Dim": func(c *Config) { c.Dim = 0 }, "Window": func(c *Config) { c.Window = -1 }, "Negatives": func(c *Config) { c.Negatives = 0 },
		"Epochs": func(c *Config) { c.Epochs = 0 }, "Rate": func(c *Config) { c.Rate = math.NaN() }, "MinRate": func(c *Config) { c.MinRate = 1 },
		"NoisePower": func(c *Config) { c.NoisePower = math.Inf(1) }, "Workers": func(c *Config) { c.Workers = -1 },
		"Blocks": func(c *Config) { c.Blocks = 99 }, "blocks": func(c *Config) { c.Blocks = 40 },
		"Checkpoint": func(c *Config) { c.Resume = true }, "P": func(c *Config) { c.Walk.P = 0 },
	} {
		c := quick()
		change(&c)
		_, err := Train(t.Context(), karate(t), c)
		require.ErrorIs(t, err, ErrConfig, name)
		require.ErrorContains(t, err, name)
	}
	_, err := Train(t.Context(), edges(t, "", false), quick())
	require.ErrorIs(t, err, ErrGraph)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Train(done, karate(t), quick())
	require.ErrorIs(t, err, context.Canceled)
	c := quick()
	c.Rate = 1e30
	_, err = Train(t.Context(), karate(t), c)
	require.ErrorIs(t, err, ErrNotFinite)
	m, err := Train(t.Context(), edges(t, "a a\n", true), quick())
	require.NoError(t, err, "a node alone")
	_, err = m.Score("a", "b")
	require.ErrorIs(t, err, ErrNode)
	_, err = m.Score("b", "a")
	require.ErrorIs(t, err, ErrNode)
}

func FuzzLoad(f *testing.F) {
	c := quick()
	c.Dim = 2
	m, err := Train(f.Context(), edges(f, "a b\nb c\n", false), c)
	require.NoError(f, err)
	f.Add(saved(f, m))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Load(bytes.NewReader(file))
		if err != nil {
			return
		}
		require.Equal(t, len(m.rows.Names), m.Vectors().Len())
		_ = saved(t, m)
	})
}
