package glove

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vocab"
)

func small() Config {
	c := DefaultConfig()
	c.MinCount, c.Count.Window, c.Dim, c.XMax, c.Epochs = 3, 5, 20, 10, 4
	return c
}

func trained(t testing.TB, c Config) []byte {
	t.Helper()
	m, err := Train(t.Context(), lee(t), c)
	require.NoError(t, err)
	return saved(t, m)
}

func saved(t testing.TB, m *Model) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, m.Save(&file))
	return file.Bytes()
}

// Costs fall as those of the C program do, which begins elsewhere and visits pairs in another order, however the pairs
// are cut into tiles; and the model comes to know counts.
func TestLearns(t *testing.T) {
	for _, blocks := range []int{1, 8} {
		c := small()
		c.Epochs, c.Blocks = 25, blocks
		m, err := Train(t.Context(), lee(t), c)
		require.NoError(t, err)
		costs := m.Costs()
		require.Len(t, costs, 25)
		require.InDelta(t, 0.065529, costs[0], 0.004)
		require.InDelta(t, 0.025044, costs[24], 0.003)
		require.True(t, slices.IsSortedFunc(costs, func(a, b float64) int { return -1 * compare(a, b) }), "%v", costs)

		often, err := m.LogCount("of", "the")
		require.NoError(t, err)
		require.InDelta(t, math.Log(173), often, 1.5)
		seldom, err := m.LogCount("people", "fire")
		require.NoError(t, err)
		require.Less(t, seldom, often-2)
	}
}

func compare(a, b float64) int {
	if a < b {
		return -1
	}
	return 1
}

func TestSameSeedSameBytes(t *testing.T) {
	one := small()
	one.Workers = 1
	want := trained(t, one)
	two := small()
	two.Workers = 3
	require.Equal(t, want, trained(t, two), "on another number of workers")
	for name, change := range map[string]func(*Config){
		"seed":   func(c *Config) { c.Seed++ },
		"blocks": func(c *Config) { c.Blocks = 3 },
		"order":  func(c *Config) { c.KeepOrder = true },
	} {
		c := small()
		change(&c)
		require.NotEqual(t, want, trained(t, c), name)
	}
}

func TestSaveLoad(t *testing.T) {
	m, err := Train(t.Context(), lee(t), small())
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, m.SaveFile(path))
	again, err := LoadFile(path)
	require.NoError(t, err)
	require.Equal(t, m.Vectors().Data(), again.Vectors().Data())
	require.Equal(t, m.Vocabulary().Words(), again.Vocabulary().Words())
	require.Equal(t, saved(t, m), saved(t, again))

	row, ok := m.Vectors().Row("the")
	require.True(t, ok)
	word, _ := m.WordVectors().Row("the")
	asContext, _ := m.ContextVectors().Row("the")
	for i := range row {
		require.Equal(t, word[i]+asContext[i], row[i])
	}
}

// A training that is stopped anywhere and goes on comes to the same bytes, also one that was shorter at first.
func TestCancelAndResume(t *testing.T) {
	want := trained(t, small())
	for name, stop := range map[string]struct{ epoch, report int }{"in the first epoch": {1, 3}, "later": {3, 1}} {
		c := small()
		c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
		ctx, cancel := context.WithCancel(t.Context())
		reports := 0
		c.Progress = func(p Progress) error {
			if p.Epoch == stop.epoch {
				if reports++; reports == stop.report {
					cancel()
				}
			}
			return nil
		}
		m, err := Train(ctx, lee(t), c)
		require.ErrorIs(t, err, context.Canceled, name)
		require.Less(t, len(m.Costs()), c.Epochs, name)
		c.Progress = nil
		require.Equal(t, want, trained(t, c), name)
		require.Equal(t, want, trained(t, c), "%s, resumed when all is done", name)
	}
	c := small()
	c.Checkpoint, c.Resume, c.Epochs = filepath.Join(t.TempDir(), "checkpoint"), true, 2
	trained(t, c)
	c.Epochs = 4
	require.Equal(t, want, trained(t, c))
	c.Rate = 0.1
	_, err := Train(t.Context(), lee(t), c)
	require.ErrorIs(t, err, ErrFile)
	require.ErrorContains(t, err, "another training")
}

func TestProgress(t *testing.T) {
	c := small()
	var last Progress
	epochs := 0
	c.Progress = func(p Progress) error {
		require.Positive(t, p.Cost)
		require.LessOrEqual(t, p.Pairs, p.Of)
		if p.EpochDone {
			epochs++
			require.Equal(t, p.Of, p.Pairs)
		}
		last = p
		return nil
	}
	trained(t, c)
	require.Equal(t, c.Epochs, epochs)
	require.Equal(t, c.Epochs, last.Epoch)

	stop := errors.New("enough")
	c.Progress = func(Progress) error { return stop }
	m, err := Train(t.Context(), lee(t), c)
	require.ErrorIs(t, err, stop)
	require.NotNil(t, m)
}

func TestErrors(t *testing.T) {
	words := numbered(t, 3)
	fit := func(counts []Cooccurrence, change func(*Config)) error {
		c := small()
		change(&c)
		_, err := TrainCounts(t.Context(), words, counts, c)
		return err
	}
	none := func(*Config) {}
	ok := []Cooccurrence{{0, 1, 2}, {1, 0, 2}}
	require.NoError(t, fit(ok, none))
	for name, c := range map[string]struct {
		err  error
		want error
		says string
	}{
		"no counts":       {fit(nil, none), ErrCorpus, "no co-occurrences"},
		"word":            {fit([]Cooccurrence{{3, 0, 1}}, none), ErrCounts, "0 … 2"},
		"negative":        {fit([]Cooccurrence{{0, -1, 1}}, none), ErrCounts, "0 … 2"},
		"zero":            {fit([]Cooccurrence{{0, 1, 0}}, none), ErrCounts, "value 0"},
		"NaN":             {fit([]Cooccurrence{{0, 1, math.NaN()}}, none), ErrCounts, "NaN"},
		"Dim":             {fit(ok, func(c *Config) { c.Dim = 0 }), ErrConfig, "Dim"},
		"Blocks":          {fit(ok, func(c *Config) { c.Blocks = 0 }), ErrConfig, "Blocks"},
		"XMax":            {fit(ok, func(c *Config) { c.XMax = 0 }), ErrConfig, "XMax"},
		"Rate":            {fit(ok, func(c *Config) { c.Rate = math.NaN() }), ErrConfig, "Rate"},
		"Resume":          {fit(ok, func(c *Config) { c.Resume = true }), ErrConfig, "Checkpoint"},
		"rate of nothing": {fit(ok, func(c *Config) { c.Rate, c.Clip, c.BiasRate, c.Epochs = 1e38, 0, 1e38, 9 }), ErrNotFinite, "Rate"},
	} {
		require.ErrorIs(t, c.err, c.want, name)
		require.ErrorContains(t, c.err, c.says, name)
	}

	c := small()
	c.Count.Window = 0
	_, err := Train(t.Context(), lee(t), c)
	require.ErrorIs(t, err, ErrConfig)
	c = small()
	c.MinCount = 1e6
	_, err = Train(t.Context(), lee(t), c)
	require.ErrorIs(t, err, ErrCorpus)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Count(done, lee(t), words, DefaultCountConfig())
	require.ErrorIs(t, err, context.Canceled)
	m, err := Train(t.Context(), lee(t), small())
	require.NoError(t, err)
	_, err = m.LogCount("the", "xyzzy")
	require.ErrorIs(t, err, ErrWord)
	require.ErrorContains(t, err, "xyzzy")
}

// Beyond the table of frequent pairs, counts are collected, sorted and merged: to the same sums.
func TestCountsOfRarePairs(t *testing.T) {
	var counter vocab.Counter
	names := make([]string, 1500)
	for i := range names {
		names[i] = string(rune('一' + i))
		_ = counter.AddN(names[i], int64(3000-i))
	}
	words, err := counter.Vocabulary(vocab.Config{})
	require.NoError(t, err)
	corpus := func(yield func([]string) bool) {
		for i := range 900 {
			s := []string{names[i*37%1500], names[i*i%1500], names[1499-i%40], names[1499-i*7%90]}
			if !yield(s) {
				return
			}
		}
	}
	for _, cfg := range []CountConfig{{3, true, true}, {2, false, true}, {9, true, false}} {
		want := map[[2]int32]float64{}
		for s := range corpus {
			ids := words.IDs(s)
			for i, a := range ids {
				for j, b := range ids {
					d := j - i
					if d == 0 || max(d, -d) > cfg.Window || d < 0 && !cfg.Symmetric {
						continue
					}
					weight := 1.0
					if cfg.Distance {
						weight = 1 / math.Abs(float64(d))
					}
					want[[2]int32{int32(a), int32(b)}] += weight
				}
			}
		}
		counts, err := Count(t.Context(), corpus, words, cfg)
		require.NoError(t, err)
		require.Len(t, counts, len(want))
		require.True(t, slices.IsSortedFunc(counts, byPair))
		rare := 0
		for _, x := range counts {
			require.InEpsilon(t, want[[2]int32{x.Word, x.Context}], x.Value, 1e-14)
			if (int(x.Word)+1)*(int(x.Context)+1) > denseProduct {
				rare++
			}
		}
		require.Greater(t, rare, 1000)
	}
}

func TestCooccurrencesRoundTrip(t *testing.T) {
	counts := shuffled(t, 694)
	var file bytes.Buffer
	require.NoError(t, WriteCooccurrences(&file, counts))
	require.Equal(t, unpacked(t, "cooccurrence.shuf.bin.gz"), file.Bytes())
	_, err := ReadCooccurrences(bytes.NewReader(file.Bytes()[:100]), 694)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = ReadCooccurrences(bytes.NewReader(file.Bytes()), 693)
	require.ErrorIs(t, err, ErrCounts)
	require.ErrorIs(t, WriteCooccurrences(io.Discard, []Cooccurrence{{-1, 0, 1}}), ErrCounts)
}
