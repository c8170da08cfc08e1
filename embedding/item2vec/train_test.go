package item2vec

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/node2vec"
)

// events are the women at each of 14 social events.
func events(t testing.TB) iter.Seq[[]string] {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", "southern-women.tsv"))
	require.NoError(t, err)
	at := map[string][]string{}
	var order []string
	for line := range strings.Lines(string(file)) {
		woman, event, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if at[event] == nil {
			order = append(order, event)
		}
		at[event] = append(at[event], woman)
	}
	require.Len(t, order, 14)
	return func(yield func([]string) bool) {
		for _, event := range order {
			if !yield(at[event]) {
				return
			}
		}
	}
}

func quick() Config {
	c := DefaultConfig()
	c.MinCount, c.Dim, c.Sample, c.Negatives, c.Epochs = 1, 8, 0, 5, 100
	return c
}

func trained(t testing.TB, c Config) *Model {
	t.Helper()
	m, err := Train(t.Context(), events(t), c)
	require.NoError(t, err)
	return m
}

func saved(t testing.TB, m *Model) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, m.Save(&file))
	return file.Bytes()
}

// Women fall into the two groups that the study found, whatever the seed. Of three of the 18 women later studies say
// that they stand between both (Freeman 2003).
func TestSouthernWomen(t *testing.T) {
	second := []string{"Katherina Rogers", "Sylvia Avondale", "Nora Fayette", "Helen Lloyd", "Dorothy Murchison", "Olivia Carleton",
		"Flora Price", "Verne Sanderson", "Myra Liddel"}
	for name, change := range map[string]func(*Config){
		"whole sets": func(*Config) {}, "some company": func(c *Config) { c.Company, c.Epochs = 3, 200 },
		"sub-sampled": func(c *Config) { c.Sample, c.Epochs = 0.02, 200 }, "blocks": func(c *Config) { c.Blocks = 2 },
	} {
		for seed := range uint64(5) {
			c := quick()
			c.Seed = seed
			change(&c)
			v := trained(t, c).Vectors()
			require.Equal(t, 18, v.Len())
			groups, err := node2vec.Communities(v, 2, 1)
			require.NoError(t, err)
			apart := 0
			for i, woman := range v.Words() {
				if (groups[i] == 1) != slices.Contains(second, woman) {
					apart++
				}
			}
			t.Logf("%s, seed %d: %d of 18 in the other group", name, seed, min(apart, 18-apart))
			require.LessOrEqual(t, min(apart, 18-apart), 3, "%s, seed %d", name, seed)
		}
	}
}

// Neither order nor repetition in a set matters, once the items have their numbers.
func TestSetsAreSets(t *testing.T) {
	known := map[string]bool{}
	m, err := Train(t.Context(), func(yield func([]string) bool) {
		clear(known)
		for set := range events(t) {
			again := slices.Clone(set)
			if !slices.ContainsFunc(set, func(woman string) bool { return !known[woman] }) {
				slices.Reverse(again)
			}
			for _, woman := range set {
				known[woman] = true
			}
			if !yield(append(again, set[:2]...)) {
				return
			}
		}
	}, quick())
	require.NoError(t, err)
	require.Equal(t, saved(t, trained(t, quick())), saved(t, m))
}

func TestSameSeedSameBytes(t *testing.T) {
	want := saved(t, trained(t, quick()))
	require.Equal(t, want, saved(t, trained(t, quick())))
	for name, change := range map[string]func(*Config){
		"seed": func(c *Config) { c.Seed++ }, "company": func(c *Config) { c.Company = 2 }, "sample": func(c *Config) { c.Sample = 0.01 },
	} {
		c := quick()
		change(&c)
		require.NotEqual(t, want, saved(t, trained(t, c)), name)
	}
	one, three := quick(), quick()
	one.Blocks, one.Workers, three.Blocks, three.Workers = 3, 1, 3, 3
	require.Equal(t, saved(t, trained(t, one)), saved(t, trained(t, three)))
}

func TestSaveLoad(t *testing.T) {
	m := trained(t, quick())
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, m.SaveFile(path))
	again, err := LoadFile(path)
	require.NoError(t, err)
	require.Equal(t, saved(t, m), saved(t, again))
	require.Equal(t, m.Vectors(), again.Vectors())
	require.Equal(t, m.CompanyVectors(), again.CompanyVectors())
	_, err = Load(strings.NewReader("nothing"))
	require.ErrorIs(t, err, ErrFile)
}

func TestScore(t *testing.T) {
	m := trained(t, quick())
	near, err := m.Score("Evelyn Jefferson", "Laura Mandeville")
	require.NoError(t, err)
	far, err := m.Score("Evelyn Jefferson", "Olivia Carleton")
	require.NoError(t, err)
	require.Greater(t, near, far)
	for _, pair := range [][2]string{{"nobody", "Olivia Carleton"}, {"Olivia Carleton", "nobody"}} {
		_, err = m.Score(pair[0], pair[1])
		require.ErrorIs(t, err, ErrItem)
	}
}

// One account with very many items costs a bounded number of pairs.
func TestLargeSet(t *testing.T) {
	ids := make([]int32, 5000)
	for i := range ids {
		ids[i] = int32(i)
	}
	l, err := loglinear.NewTables[float32](len(ids), len(ids), 1)
	require.NoError(t, err)
	noise, err := loglinear.NewNoise(slices.Repeat([]int64{1}, len(ids)), 1)
	require.NoError(t, err)
	var loss float64
	learner, err := loglinear.NewLearner(l, loglinear.Objective{Noise: noise, Negatives: 1, Redraw: true}, rand.NewPCG(1, 1))
	require.NoError(t, err)
	learner.Loss = &loss
	company[float32](DefaultConfig().Company)(learner, 0, ids)
	learner.Flush()
	require.InEpsilon(t, 5000*100*2*math.Ln2, loss, 1e-9, "tables of zeros: each pair and its negative cost log 2")
}

func TestCancelAndResume(t *testing.T) {
	short := quick()
	short.Epochs = 10
	want := saved(t, trained(t, short))
	for _, stop := range []int{1, 2, 5, 9} {
		c := short
		c.Checkpoint, c.Resume = filepath.Join(t.TempDir(), "checkpoint"), true
		ctx, cancel := context.WithCancel(t.Context())
		reports := 0
		c.Progress = func(Progress) error {
			if reports++; reports == stop {
				cancel()
			}
			return nil
		}
		_, err := Train(ctx, events(t), c)
		require.ErrorIs(t, err, context.Canceled)
		c.Progress = nil
		require.Equal(t, want, saved(t, trained(t, c)))
		c.Dim++
		_, err = Train(t.Context(), events(t), c)
		require.ErrorIs(t, err, ErrFile)
	}
}

func TestErrors(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"Dim": func(c *Config) { c.Dim = 0 }, "Company": func(c *Config) { c.Company = -1 }, "Negatives": func(c *Config) { c.Negatives = 0 },
		"Epochs": func(c *Config) { c.Epochs = 0 }, "Rate": func(c *Config) { c.Rate = math.Inf(1) }, "MinRate": func(c *Config) { c.MinRate = -1 },
		"Sample": func(c *Config) { c.Sample = math.NaN() }, "NoisePower": func(c *Config) { c.NoisePower = math.NaN() }, "Checkpoint": func(c *Config) { c.Resume = true },
		"Blocks": func(c *Config) { c.Blocks = -1 },
	} {
		c := quick()
		change(&c)
		_, err := Train(t.Context(), events(t), c)
		require.ErrorIs(t, err, ErrConfig, name)
		require.ErrorContains(t, err, name)
	}
	c := quick()
	c.MinCount = 99
	_, err := Train(t.Context(), events(t), c)
	require.ErrorIs(t, err, ErrSets)
	_, err = Train(t.Context(), slices.Values([][]string{{"a"}, {"b", "b"}, {"a"}}), quick())
	require.ErrorIs(t, err, ErrSets, "no set has two items")
	c = quick()
	c.Rate = 1e30
	_, err = Train(t.Context(), events(t), c)
	require.ErrorIs(t, err, ErrNotFinite)
	enough := errors.New("enough")
	c = quick()
	c.Progress = func(p Progress) error {
		if p.Done() > 0.5 {
			return enough
		}
		return nil
	}
	m, err := Train(t.Context(), events(t), c)
	require.ErrorIs(t, err, enough)
	require.NotNil(t, m)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Train(done, events(t), quick())
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzLoad(f *testing.F) {
	c := quick()
	c.Dim, c.Epochs = 2, 1
	m, err := Train(f.Context(), slices.Values([][]string{{"a", "b"}, {"b", "c"}}), c)
	require.NoError(f, err)
	f.Add(saved(f, m))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := Load(bytes.NewReader(file))
		if err != nil {
			return
		}
		require.Equal(t, len(m.rows.Names), m.Vectors().Len())
		require.Equal(t, len(m.rows.Names), m.CompanyVectors().Len())
		_ = saved(t, m)
	})
}
