package glove

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func small() Config {
	c := DefaultConfig()
	c.MinCount, c.Count.Window, c.Dim, c.XMax, c.Epochs = 3, 5, 20, 10, 4
	return c
}

func trained(t testing.TB, c Config) []byte {
	t.Helper()
	m, err := Train(t.Context(), books(t), c)
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
		m, err := Train(t.Context(), books(t), c)
		require.NoError(t, err)
		costs := m.Costs()
		require.Len(t, costs, 25)
		require.InDelta(t, 0.084928, costs[0], 0.004)
		require.InDelta(t, 0.026289, costs[24], 0.003)
		require.True(t, slices.IsSortedFunc(costs, func(a, b float64) int { return -1 * compare(a, b) }), "%v", costs)

		often, err := m.LogCount("of", "the")
		require.NoError(t, err)
		require.InDelta(t, math.Log(710), often, 1.5)
		seldom, err := m.LogCount("people", "house")
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
	m, err := Train(t.Context(), books(t), small())
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
		m, err := Train(ctx, books(t), c)
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
	_, err := Train(t.Context(), books(t), c)
	require.ErrorIs(t, err, ErrFile)
	require.ErrorContains(t, err, "another training")
}

// A checkpoint that has gone farther than is wanted is refused, also one that stands within a further epoch; one that has
// gone just so far is the model.
func TestResumeWithFewerEpochs(t *testing.T) {
	c := small()
	c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
	want := trained(t, c)
	require.Equal(t, want, trained(t, c))
	c.Epochs = 3
	_, err := Train(t.Context(), books(t), c)
	require.ErrorIs(t, err, ErrFile)
	require.ErrorContains(t, err, "farther than the 3 epochs wanted: 4")

	c = small()
	c.Checkpoint = filepath.Join(t.TempDir(), "checkpoint")
	stop := errors.New("enough")
	c.Progress = func(p Progress) error {
		if p.Epoch == 3 {
			return stop
		}
		return nil
	}
	_, err = Train(t.Context(), books(t), c)
	require.ErrorIs(t, err, stop)
	c.Progress, c.Resume, c.Epochs = nil, true, 2
	_, err = Train(t.Context(), books(t), c)
	require.ErrorIs(t, err, ErrFile)
	c.Epochs = 3
	trained(t, c)
}

// A checkpoint that cannot be written stops the training, and what was learned is there.
func TestCheckpointCannotBeWritten(t *testing.T) {
	c := small()
	c.Checkpoint = filepath.Join(t.TempDir(), "no such folder", "checkpoint")
	m, err := Train(t.Context(), books(t), c)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Len(t, m.Costs(), 1)
	one := small()
	one.Epochs = 1
	require.Equal(t, trained(t, one), saved(t, m))
}

// The last step of a training shows in no residual: weights are looked at before they are kept or given away.
func TestWeightsNotFinite(t *testing.T) {
	c := small()
	c.Rate, c.BiasRate, c.Clip, c.Epochs, c.Blocks = 1e38, 1e38, 0, 1, 1
	c.Checkpoint = filepath.Join(t.TempDir(), "checkpoint")
	m, err := TrainCounts(t.Context(), numbered(t, 2), []Cooccurrence{{0, 1, 1e30}}, c)
	require.ErrorIs(t, err, ErrNotFinite)
	require.ErrorContains(t, err, "after 1 epochs")
	require.Nil(t, m)
	require.NoFileExists(t, c.Checkpoint)

	m, err = TrainCounts(t.Context(), numbered(t, 2), []Cooccurrence{{0, 1, 2}}, small())
	require.NoError(t, err)
	m.contexts[3] = float32(math.NaN())
	_, err = Load(bytes.NewReader(saved(t, m)))
	require.ErrorIs(t, err, ErrFile)
	require.ErrorIs(t, err, ErrNotFinite)
	require.ErrorContains(t, err, "number 3 of contexts.vectors is NaN")
}

func TestFromManyGoroutines(t *testing.T) {
	c := small()
	c.Epochs = 1
	m, err := Train(t.Context(), books(t), c)
	require.NoError(t, err)
	want, err := m.LogCount("of", "the")
	require.NoError(t, err)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			got, err := m.LogCount("of", "the")
			assert.NoError(t, err)
			assert.Equal(t, want, got)
			assert.Equal(t, m.Vocabulary().Len(), m.Vectors().Len())
			assert.NoError(t, m.Save(io.Discard))
		})
	}
	all.Wait()
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
	m, err := Train(t.Context(), books(t), c)
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
	_, err := Train(t.Context(), books(t), c)
	require.ErrorIs(t, err, ErrConfig)
	c = small()
	c.MinCount = 1e6
	_, err = Train(t.Context(), books(t), c)
	require.ErrorIs(t, err, ErrCorpus)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Count(done, books(t), words, DefaultCountConfig())
	require.ErrorIs(t, err, context.Canceled)
	m, err := Train(t.Context(), books(t), small())
	require.NoError(t, err)
	_, err = m.LogCount("the", "xyzzy")
	require.ErrorIs(t, err, ErrWord)
	require.ErrorContains(t, err, "xyzzy")
}
