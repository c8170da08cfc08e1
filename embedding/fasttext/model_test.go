package fasttext

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func tiny(t testing.TB, change func(a *Args)) *Model {
	t.Helper()
	a := Args{Dim: 2, Window: 5, Epochs: 5, MinCount: 1, Negative: 5, WordNgrams: 2, Loss: HierarchicalSoftmax, Kind: Supervised, Bucket: 3, MinN: 2, MaxN: 3, LRUpdateRate: 100, Threshold: 1e-4}
	if change != nil {
		change(&a)
	}
	entries := []Entry{{"</s>", 9, false}, {"mar", 5, false}, {"sol", 2, false}, {"__label__a", 6, true}, {"__label__b", 4, true}, {"__label__c", 3, true}}
	if a.Kind != Supervised {
		entries = entries[:3]
	}
	d, err := NewDictionary(entries, 16)
	require.NoError(t, err)
	input := make([]float32, (3+a.Bucket)*a.Dim)
	for i := range input {
		input[i] = float32(math.Sin(float64(i + 1)))
	}
	output := make([]float32, 3*a.Dim)
	for i := range output {
		output[i] = float32(math.Cos(float64(i + 1)))
	}
	m, err := New(a, d, input, output)
	require.NoError(t, err)
	return m
}

func file(t testing.TB, m *Model) []byte {
	var b bytes.Buffer
	require.NoError(t, m.Write(&b))
	return b.Bytes()
}

// The hash against values of the reference cases is in TestGolden; here what differs from FNV-1a.
func TestHashExtendsTheSign(t *testing.T) {
	assert.Equal(t, uint32(2166136261), Hash(""))
	assert.Equal(t, uint32(0xe40c292c), Hash("a")) // FNV-1a's own
	var h uint32 = 2166136261
	for _, b := range []byte("ñ") {
		h = (h ^ (0xffffff00 | uint32(b))) * 16777619
	}
	assert.Equal(t, h, Hash("ñ"))
}

func TestNgrams(t *testing.T) {
	texts := func(a Args, word string) (list []string) {
		eachNgram(&a, word, func(text string, hash uint32) {
			list = append(list, text)
			assert.Equal(t, Hash(text), hash)
		})
		return list
	}
	tests := []struct {
		min, max int
		word     string
		want     []string
	}{
		{1, 2, "ab", []string{"<a", "a", "ab", "b", "b>"}}, // not < and > alone
		{0, 1, "ab", []string{"a", "b"}},
		{3, 3, "año", []string{"<añ", "año", "ño>"}},
		{3, 9, "", nil},
		{2, 9, "", []string{"<>"}},
		{4, 3, "word", nil},
		{3, 0, "word", nil},
		{1, 9, "</s>", nil},
		{2, 2, "\xff\x80x", []string{"<\xff\x80", "\xff\x80x", "x>"}}, // what is no UTF-8, by its bytes
		{2, 2, "\x80x", []string{"<\x80x", "x>"}},
	}
	for _, test := range tests {
		assert.Equal(t, test.want, texts(Args{MinN: test.min, MaxN: test.max, Bucket: 7}, test.word), test)
	}
	assert.Empty(t, texts(Args{MinN: 1, MaxN: 2}, "ab"), "no buckets")
}

func TestLine(t *testing.T) {
	m := tiny(t, func(a *Args) { a.MaxN = 0 })
	// Words of the dictionary, runs of two over all words, known or not, and no labels.
	run := func(a, b string) int {
		return 3 + int((uint64(int64(int32(Hash(a))))*116049371+uint64(int64(int32(Hash(b)))))%3)
	}
	got := m.appendLine(nil, "mar\tluna __label__a __label__unknown\x00sol\n")
	assert.Equal(t, []int{1, 2, 0, run("mar", "luna"), run("luna", "sol"), run("sol", "</s>")}, got)
	assert.Equal(t, []int{0}, m.appendLine(nil, " \r\n"), "an empty line ends too")
}

func TestVector(t *testing.T) {
	m := tiny(t, nil)
	got, err := m.AppendVector([]float32{7}, "sol")
	require.NoError(t, err)
	require.Len(t, got, 3)
	assert.EqualValues(t, 7, got[0])
	var sum [2]float64
	rows := []int{2}
	for _, g := range m.Ngrams("sol") {
		rows = append(rows, g.Row)
	}
	require.Len(t, rows, 1+4+3) // <s so ol l>, <so sol ol>
	for _, r := range rows {
		row, ok := m.InputRow(r)
		require.True(t, ok)
		sum[0] += float64(row[0]) / 8
		sum[1] += float64(row[1]) / 8
	}
	assert.InDeltaSlice(t, sum[:], got[1:], 1e-6)

	plain := tiny(t, func(a *Args) { a.Kind, a.Loss, a.MaxN = SkipGram, NegativeSampling, 0 })
	dst, err := plain.AppendVector([]float32{7}, "luna")
	require.ErrorIs(t, err, ErrUnknown)
	assert.Equal(t, []float32{7}, dst)
	_, err = plain.Nearest("luna", 1)
	require.ErrorIs(t, err, ErrUnknown)
	_, err = plain.Vector("__label__a")
	require.ErrorIs(t, err, ErrUnknown)
	assert.Equal(t, []float32{0, 0}, plain.SentenceVector("luna llena"))
	for _, bad := range []int{-1, 6} {
		_, ok := m.InputRow(bad)
		assert.False(t, ok)
	}
}

// The probabilities of the tree's leaves add up to one and follow its shape: b and c, the
// rarest, are under one node.
func TestHierarchicalSoftmax(t *testing.T) {
	m := tiny(t, nil)
	assert.Equal(t, tree{leaves: 3, left: []int32{2, 0}, right: []int32{1, 3}}, m.tree())
	// Of equal counts the inner node goes first, to the left.
	assert.Equal(t, tree{leaves: 3, left: []int32{2, 3}, right: []int32{1, 0}}, newTree([]int64{2, 1, 1}))
	got, err := m.Predict("mar sol", 3, 0)
	require.NoError(t, err)
	h := m.SentenceVector("mar sol")
	dot := func(i int) float64 { return float64(h[0]*m.output[2*i] + h[1]*m.output[2*i+1]) }
	root := sigmoid(dot(1))
	want := map[string]float64{"__label__a": 1 - root, "__label__b": root * sigmoid(dot(0)), "__label__c": root * sigmoid(-dot(0))}
	for _, p := range got {
		assert.InDelta(t, want[p.Label], p.Probability, 1e-6, p.Label)
	}
	assert.True(t, slices.IsSortedFunc(got, func(a, b Prediction) int { return int(math.Copysign(1, float64(b.Probability-a.Probability))) }))
	for k := 1; k < 3; k++ {
		some, err := m.Predict("mar sol", k, 0)
		require.NoError(t, err)
		assert.Equal(t, got[:k], some)
	}
}

func TestPredict(t *testing.T) {
	for _, loss := range []Loss{Softmax, OneVsAll, NegativeSampling} {
		m := tiny(t, func(a *Args) { a.Loss = loss })
		h := m.SentenceVector("mar sol")
		var p [3]float64
		total := 0.0
		for i := range p {
			p[i] = math.Exp(float64(h[0]*m.output[2*i] + h[1]*m.output[2*i+1]))
			total += p[i]
		}
		got, err := m.Predict("mar sol", 9, 0)
		require.NoError(t, err)
		require.Len(t, got, 3)
		for _, g := range got {
			i := slices.Index(m.Dictionary().Labels(), g.Label)
			want := p[i] / (1 + p[i]) // σ
			if loss == Softmax {
				want = p[i] / total
			}
			assert.InDelta(t, want, g.Probability, 1e-6, "%v %s", loss, g.Label)
		}
	}
}

func TestPredictErrors(t *testing.T) {
	_, err := tiny(t, nil).Predict("mar", 0, 0)
	require.ErrorIs(t, err, ErrQuery)
	_, err = tiny(t, func(a *Args) { a.Kind = CBOW }).Predict("mar", 1, 0)
	require.ErrorIs(t, err, ErrKind)
	require.ErrorContains(t, err, "cbow, want supervised")
	d, err := NewDictionary([]Entry{{"mar", 1, false}, {"__label__a", 1, true}}, 1)
	require.NoError(t, err)
	m, err := New(Args{Dim: 1, Loss: Softmax, Kind: Supervised}, d, make([]float32, 1), make([]float32, 1))
	require.NoError(t, err)
	_, err = m.Predict("luna", 1, 0)
	require.ErrorIs(t, err, ErrEmpty)
	got, err := m.Predict("mar", 1, 0)
	require.NoError(t, err)
	assert.Equal(t, []Prediction{{"__label__a", 1}}, got)
}

func TestNewErrors(t *testing.T) {
	good := tiny(t, nil)
	for name, test := range map[string]struct {
		change func(a *Args)
		want   error
	}{
		"no dimension": {func(a *Args) { a.Dim = 0 }, ErrArgs},
		"kind":         {func(a *Args) { a.Kind = 4 }, ErrArgs},
		"loss":         {func(a *Args) { a.Loss = 0 }, ErrArgs},
		"buckets":      {func(a *Args) { a.Bucket = -1 }, ErrArgs},
		"n-grams":      {func(a *Args) { a.MaxN = -1 }, ErrArgs},
		"long n-grams": {func(a *Args) { a.MaxN = maxNgram + 1 }, ErrArgs},
		"word n-grams": {func(a *Args) { a.WordNgrams = -2 }, ErrArgs},
		"epochs":       {func(a *Args) { a.Epochs = math.MaxInt32 + 1 }, ErrArgs},
		"too few rows": {func(a *Args) { a.Bucket = 4 }, ErrShape},
		"outputs":      {func(a *Args) { a.Dim = 1 }, ErrShape},
		"odd numbers":  {func(a *Args) { a.Dim = 5 }, ErrShape},
	} {
		a := good.Args()
		test.change(&a)
		_, err := New(a, good.dict, good.input, good.output)
		require.ErrorIs(t, err, test.want, name)
	}
	for name, entries := range map[string][]Entry{
		"twice":               {{"a", 1, false}, {"a", 1, false}},
		"label first":         {{"l", 1, true}, {"a", 1, false}},
		"count":               {{"a", -1, false}},
		"count too large":     {{"a", math.MaxInt64, false}},
		"byte 0":              {{"a\x00b", 1, false}},
		"too long":            {{strings.Repeat("x", maxWord+1), 1, false}},
		"a label as the word": {{"a", 1, false}, {"a", 1, true}},
	} {
		_, err := NewDictionary(entries, 1)
		require.ErrorIs(t, err, ErrDictionary, name)
	}
	_, err := NewDictionary(nil, -1)
	require.ErrorIs(t, err, ErrDictionary)
}

// put writes 32 bits into a copy of a file.
func put(file []byte, at int, x uint32) []byte {
	file = slices.Clone(file)
	binary.LittleEndian.PutUint32(file[at:], x)
	return file
}

func TestReadErrors(t *testing.T) {
	good := file(t, tiny(t, nil))
	dictionary := 8 + 12*4 + 8
	matrix := len(good) - 17 - 3*2*4 // of the output
	input := matrix - 17 - 6*2*4
	_, err := Read(bytes.NewReader(good))
	require.NoError(t, err)
	tests := []struct {
		name string
		file []byte
		want error
		says string
	}{
		{"empty", nil, ErrTruncated, ""},
		{"text", []byte("2 2\nword 1 2\n" + strings.Repeat("x", 99)), ErrFormat, "want 0x2f4f16ba"},
		{"older version", put(good, 4, 10), ErrFormat, "version 10, want 11 or 12"},
		{"newer version", put(good, 4, 13), ErrFormat, "version 13"},
		{"dimension", put(good, 8, 0), ErrArgs, "dimension 0"},
		{"kind", put(good, 8+7*4, 9), ErrArgs, "model 9"},
		{"entries", put(good, dictionary, 7), ErrDictionary, "7 entries, but 3 words and 3 labels"},
		{"words", put(good, dictionary+4, 1<<31), ErrDictionary, "words"},
		{"types", put(put(good, dictionary+4, 2), dictionary+8, 4), ErrDictionary, "want 2 words, then 4 labels"},
		{"pruned", slices.Concat(good[:dictionary+20], []byte{1, 0, 0, 0, 0, 0, 0, 0}, good[dictionary+28:input], make([]byte, 8), good[input:]), ErrDictionary, "pruned"},
		{"quantised", replace(good, input, 1), ErrQuantized, "input"},
		{"quantised output", replace(good, matrix, 1), ErrQuantized, "output"},
		{"rows", slices.Concat(put(good, input+1, 5)[:matrix-8], good[matrix:]), ErrShape, "10 numbers of input, want 6 rows of 2"},
		{"columns", put(good, input+9, 3), ErrShape, "6×3, want rows of 2"},
		{"negative rows", put(good, input+5, 1<<31), ErrShape, ""},
		{"lying rows", put(good, matrix+5, 1<<20), ErrTruncated, "output matrix"},
		{"goes on", append(slices.Clone(good), 0), ErrFormat, "more bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read(bytes.NewReader(test.file))
			require.ErrorIs(t, err, test.want)
			require.ErrorContains(t, err, test.says)
		})
	}
	for cut := range good {
		_, err := Read(bytes.NewReader(good[:cut]))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, cut)
	}
}

func replace(file []byte, at int, b byte) []byte {
	file = slices.Clone(file)
	file[at] = b
	return file
}

func TestReadersErrorsPass(t *testing.T) {
	good, broken := file(t, tiny(t, nil)), errors.New("broken")
	for cut := range len(good) + 1 {
		_, err := Read(io.MultiReader(bytes.NewReader(good[:cut]), iotest.ErrReader(broken)))
		require.ErrorIs(t, err, broken, cut)
	}
	m, err := Read(iotest.OneByteReader(bytes.NewReader(good)))
	require.NoError(t, err)
	assert.Equal(t, good, file(t, m))
}

// Whatever the sizes promise, memory follows what the file holds.
func TestLyingSizesTakeNoMemory(t *testing.T) {
	good := file(t, tiny(t, func(a *Args) { a.MaxN, a.WordNgrams = 0, 1 }))
	matrix := len(good) - 17 - 3*2*4
	entries := put(put(good, 64, math.MaxInt32), 68, math.MaxInt32-3)
	for _, lying := range [][]byte{put(good, matrix+5, 1<<24), entries} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Read(bytes.NewReader(lying))
		runtime.ReadMemStats(&after)
		require.Error(t, err)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20))
	}
}

// Supervised models of version 11 have no character n-grams, whatever their settings say.
func TestVersion11(t *testing.T) {
	m, err := Read(bytes.NewReader(put(file(t, tiny(t, nil)), 4, 11)))
	require.NoError(t, err)
	assert.Equal(t, 0, m.Args().MaxN)
	assert.Empty(t, m.Ngrams("mar"))
	words := tiny(t, func(a *Args) { a.Kind = SkipGram })
	m, err = Read(bytes.NewReader(put(file(t, words), 4, 11)))
	require.NoError(t, err)
	assert.Equal(t, 3, m.Args().MaxN)
}

func TestWriteFile(t *testing.T) {
	m := tiny(t, nil)
	path := filepath.Join(t.TempDir(), "model.bin")
	require.NoError(t, m.WriteFile(path))
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, file(t, m), raw)
	again, err := ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, m.Args(), again.Args())
	assert.Equal(t, m.Dictionary().Entries(), again.Dictionary().Entries())
	assert.Equal(t, m.Input(), again.Input())
	assert.Equal(t, m.Output(), again.Output())
	_, err = ReadFile(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestManyGoroutines(t *testing.T) {
	m := tiny(t, nil)
	want, err := m.Predict("mar y sol", 3, 0)
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				got, err := m.Predict("mar y sol", 3, 0)
				assert.NoError(t, err)
				assert.Equal(t, want, got)
				near, err := m.Nearest("marea", 2)
				assert.NoError(t, err)
				assert.Len(t, near, 2)
			}
		})
	}
	group.Wait()
}

// Whatever is read without an error can be asked, written and read again.
func FuzzRead(f *testing.F) {
	for _, change := range []func(*Args){nil, func(a *Args) { a.Kind, a.Loss = SkipGram, NegativeSampling }, func(a *Args) { a.Loss, a.Bucket = Softmax, 0 }} {
		good := file(f, tiny(f, change))
		f.Add(good)
		f.Add(put(good, 4, 11))
		f.Add(good[8:])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		_, _ = m.Vector("mar")
		_ = m.SentenceVector("mar y sol")
		if _, err := m.Predict("mar y sol", 2, 0); m.args.Kind != Supervised {
			require.ErrorIs(t, err, ErrKind)
		}
		first := file(t, m)
		again, err := Read(bytes.NewReader(first))
		require.NoError(t, err)
		require.Equal(t, first, file(t, again))
	})
}
