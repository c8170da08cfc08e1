package vocab

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func build(t testing.TB, text string, cfg Config) *Vocabulary {
	t.Helper()
	v, err := Build(slices.Values(strings.Fields(text)), cfg)
	require.NoError(t, err)
	return v
}

func TestBuildOrder(t *testing.T) {
	none := Config{}
	tests := []struct {
		name, text string
		cfg        Config
		want       []string
		counts     []int64
	}{
		{"falling counts", "a b b c c c", none, []string{"c", "b", "a"}, []int64{3, 2, 1}},
		{"ties by first appearance", "z y x y z w", none, []string{"z", "y", "x", "w"}, []int64{2, 2, 1, 1}},
		{"special first", "a b b", DefaultConfig(), []string{"<pad>", "<unk>", "b", "a"}, []int64{0, 0, 2, 1}},
		{"special in the text", "<unk> a <unk>", DefaultConfig(), []string{"<pad>", "<unk>", "a"}, []int64{0, 2, 1}},
		{"minimum count", "a b b c c", Config{MinCount: 2}, []string{"b", "c"}, []int64{2, 2}},
		{"minimum count feeds unk", "a b b <unk>", Config{MinCount: 2, Special: []string{"<unk>"}, Unk: "<unk>"}, []string{"<unk>", "b"}, []int64{2, 2}},
		{"maximum size", "a b b c c c", Config{MaxSize: 2}, []string{"c", "b"}, []int64{3, 2}},
		{"maximum size counts special", "a b b c c c", Config{MaxSize: 2, Special: []string{"<unk>"}, Unk: "<unk>"}, []string{"<unk>", "c"}, []int64{3, 3}},
		{"only special", "a", Config{MaxSize: 1, Special: []string{"<s>"}}, []string{"<s>"}, []int64{0}},
		{"empty", "", none, []string{}, []int64{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := build(t, test.text, test.cfg)
			require.Equal(t, test.want, v.Words())
			assert.Equal(t, len(test.cfg.Special), len(v.Special()))
			for id, want := range test.counts {
				assert.Equal(t, want, v.Count(id), v.words[id])
			}
			// Total is what the tokens come to as ids.
			assert.EqualValues(t, len(v.IDs(strings.Fields(test.text))), v.Total())
		})
	}
}

func TestLookUp(t *testing.T) {
	v := build(t, "the cat the dog", DefaultConfig())
	for id, w := range v.Words() {
		got, ok := v.ID(w)
		assert.True(t, ok)
		assert.Equal(t, id, got)
		word, ok := v.Word(id)
		assert.True(t, ok)
		assert.Equal(t, w, word)
	}
	pad, ok := v.Pad()
	assert.True(t, ok)
	assert.Equal(t, 0, pad)
	unk, ok := v.Unk()
	assert.True(t, ok)
	assert.Equal(t, 1, unk)
	id, ok := v.ID("fish")
	assert.False(t, ok)
	assert.Equal(t, unk, id)
	assert.Equal(t, []int{2, 1, 4}, v.IDs([]string{"the", "fish", "dog"}))
	assert.Equal(t, []int{7, 3}, v.AppendIDs([]int{7}, []string{"cat"}))
	for _, bad := range []int{-1, v.Len()} {
		_, ok = v.Word(bad)
		assert.False(t, ok)
		assert.Zero(t, v.Count(bad))
	}
	v.Words()[0] = "changed"
	v.Special()[0] = "changed"
	word, _ := v.Word(0)
	assert.Equal(t, "<pad>", word, "Words and Special return copies")
}

func TestUnknownWithoutUnk(t *testing.T) {
	v := build(t, "the cat", Config{})
	id, ok := v.ID("fish")
	assert.False(t, ok)
	assert.Equal(t, -1, id)
	assert.Equal(t, []int{0, 1}, v.IDs([]string{"the", "fish", "cat"}))
	_, ok = v.Pad()
	assert.False(t, ok)
}

func TestZeroVocabulary(t *testing.T) {
	var v Vocabulary
	id, ok := v.ID("a")
	assert.False(t, ok)
	assert.Equal(t, -1, id)
	assert.Empty(t, v.IDs([]string{"a"}))
	assert.Zero(t, v.Len())
	text, err := v.MarshalText()
	require.NoError(t, err)
	var back Vocabulary
	require.NoError(t, back.UnmarshalText(text))
	assert.Zero(t, back.Len())
}

func TestConfigErrors(t *testing.T) {
	tests := []struct {
		name string
		cfg  Config
		want error
	}{
		{"negative minimum", Config{MinCount: -1}, ErrConfig},
		{"negative size", Config{MaxSize: -1}, ErrConfig},
		{"size below special", Config{MaxSize: 1, Special: []string{"a", "b"}}, ErrConfig},
		{"pad not special", Config{Pad: "p"}, ErrConfig},
		{"unk not special", Config{Special: []string{"p"}, Unk: "u"}, ErrConfig},
		{"special twice", Config{Special: []string{"p", "p"}}, ErrDuplicate},
		{"special not UTF-8", Config{Special: []string{"\xff"}}, ErrInvalidUTF8},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Build(slices.Values([]string{"a"}), test.cfg)
			require.ErrorIs(t, err, test.want)
		})
	}
}

func TestWordErrors(t *testing.T) {
	_, err := Build(slices.Values([]string{"ok", "caf\xe9"}), Config{})
	require.ErrorIs(t, err, ErrInvalidUTF8)
	require.ErrorContains(t, err, `caf\xe9`)
	_, err = Build(slices.Values([]string{strings.Repeat("x", maxWord+1)}), Config{})
	require.ErrorIs(t, err, ErrTooLong)
	_, err = Build(slices.Values([]string{strings.Repeat("x", maxWord)}), Config{})
	require.NoError(t, err)
	// A bad word that is not kept does no harm.
	_, err = Build(slices.Values([]string{"ok", "ok", "\xff"}), Config{MinCount: 2})
	require.NoError(t, err)
}

func TestCounter(t *testing.T) {
	var c Counter
	c.Add("b")
	c.AddAll(slices.Values([]string{"a", "a"}))
	require.NoError(t, c.AddN("c", 5))
	require.NoError(t, c.AddN("c", 0))
	assert.Equal(t, 3, c.Len())
	assert.EqualValues(t, 5, c.Count("c"))
	assert.Zero(t, c.Count("d"))

	require.ErrorIs(t, c.AddN("c", -1), ErrCount)
	require.ErrorIs(t, c.AddN("c", math.MaxInt64), ErrCount)
	assert.EqualValues(t, 5, c.Count("c"), "a refused count changes nothing")

	v, err := c.Vocabulary(Config{})
	require.NoError(t, err)
	assert.Equal(t, []string{"c", "a", "b"}, v.Words())
	c.Add("d") // the Counter goes on, the Vocabulary stays
	assert.Equal(t, 3, v.Len())

	require.NoError(t, c.AddN("huge", math.MaxInt64))
	_, err = c.Vocabulary(Config{})
	require.ErrorIs(t, err, ErrCount)
	_, err = c.Vocabulary(Config{MaxSize: 1, Special: []string{"u"}, Unk: "u"})
	require.ErrorIs(t, err, ErrCount)
}

func TestReadFromManyGoroutines(t *testing.T) {
	v := build(t, "the cat the dog", DefaultConfig())
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				assert.Equal(t, []int{2, 1}, v.IDs([]string{"the", "fish"}))
			}
		})
	}
	wg.Wait()
}

func BenchmarkIDs(b *testing.B) {
	text := strings.Fields(strings.Repeat("the cat sat on the mat and never moved again ", 100))
	v := build(b, strings.Join(text, " "), DefaultConfig())
	var ids []int
	for b.Loop() {
		ids = v.AppendIDs(ids[:0], text)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(ids)), "ns/token")
}

func BenchmarkBuild(b *testing.B) {
	text := strings.Fields(strings.Repeat("the cat sat on the mat and never moved again ", 100))
	for b.Loop() {
		_, _ = Build(slices.Values(text), DefaultConfig())
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(text)), "ns/token")
}
