package glove

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// unpacked reads a file of the C program's outputs.
func unpacked(t testing.TB, name string) []byte {
	t.Helper()
	path := filepath.Join("testdata", "glove-c", name)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	if filepath.Ext(name) != ".gz" {
		return data
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	data, err = io.ReadAll(z)
	require.NoError(t, err)
	return data
}

// books is the text behind the C program's outputs, a document a line.
func books(t testing.TB) iter.Seq[[]string] {
	t.Helper()
	text := string(unpacked(t, "corpus.txt.gz"))
	return func(yield func([]string) bool) {
		for line := range strings.Lines(text) {
			if !yield(strings.Fields(line)) {
				return
			}
		}
	}
}

// shuffled returns the counts in the order in which the C program read them.
func shuffled(t testing.TB, words int) []Cooccurrence {
	t.Helper()
	counts, err := ReadCooccurrences(bytes.NewReader(unpacked(t, "cooccurrence.shuf.bin.gz")), words)
	require.NoError(t, err)
	return counts
}

func TestVocabularyOfTheCProgram(t *testing.T) {
	words, err := BuildVocabulary(t.Context(), books(t), 3, 0)
	require.NoError(t, err)
	var lines strings.Builder
	for i, word := range words.Words() {
		fmt.Fprintf(&lines, "%s %d\n", word, words.Count(i))
	}
	require.Equal(t, string(unpacked(t, "vocab.txt")), lines.String())
}

// Counts are those of the C program, pair for pair; sums of 1/d in another order may differ in the last places. One pair
// is wrong there: for a file that it finds empty, as here, the program's merge takes the pair that it read last once more,
// which is the first of all.
func TestCountsOfTheCProgram(t *testing.T) {
	words, err := BuildVocabulary(t.Context(), books(t), 3, 0)
	require.NoError(t, err)
	counts, err := Count(t.Context(), books(t), words, CountConfig{Window: 5, Symmetric: true, Distance: true})
	require.NoError(t, err)
	want := shuffled(t, words.Len())
	slices.SortFunc(want, byPair)
	want[0].Value /= 2
	require.Len(t, counts, len(want))
	for i, x := range counts {
		require.Zero(t, byPair(want[i], x), "record %d: got %v, want %v", i, x, want[i])
		require.InEpsilon(t, want[i].Value, x.Value, 1e-14, "record %d: %v", i, x)
	}
}

// From the C program's first numbers and in its order, training comes to its costs and its vectors, to the last digit
// that it prints.
func TestTrainingOfTheCProgram(t *testing.T) {
	words, err := BuildVocabulary(t.Context(), books(t), 3, 0)
	require.NoError(t, err)
	c := DefaultConfig()
	c.Dim, c.XMax, c.Blocks, c.KeepOrder, c.Workers = 20, 10, 1, true, 1
	tr := newTrainer[float64](words, shuffled(t, words.Len()), &c)
	drand := glibc(7)
	for _, w := range []*weights[float64]{&tr.words, &tr.contexts} {
		for i := range words.Len() {
			for k := range c.Dim {
				w.v[i*c.Dim+k] = (drand() - 0.5) / float64(c.Dim)
			}
			w.b[i] = (drand() - 0.5) / float64(c.Dim)
		}
	}
	stopped, err := tr.run(t.Context())
	require.NoError(t, err)
	require.NoError(t, stopped)

	var costs strings.Builder
	for i, cost := range tr.costs {
		fmt.Fprintf(&costs, "iter: %03d, cost: %.6f\n", i+1, cost)
	}
	require.Equal(t, string(unpacked(t, "costs.txt")), costs.String())

	lines := bufio.NewScanner(bytes.NewReader(unpacked(t, "vectors.txt.gz")))
	for i, word := range words.Words() {
		require.True(t, lines.Scan())
		fields := strings.Fields(lines.Text())
		require.Equal(t, word, fields[0])
		got := slices.Concat(tr.words.v[i*c.Dim:(i+1)*c.Dim], tr.words.b[i:i+1], tr.contexts.v[i*c.Dim:(i+1)*c.Dim], tr.contexts.b[i:i+1])
		require.Len(t, fields, 1+len(got))
		for k, x := range got {
			want, err := strconv.ParseFloat(fields[1+k], 64)
			require.NoError(t, err)
			require.InDelta(t, want, x, 1e-6, "%s, number %d", word, k)
		}
	}
}

// glibc returns rand()/RAND_MAX of the GNU C library: r_i = r_{i−3} + r_{i−31} mod 2³², of which the upper 31 bits are
// taken, after 310 numbers have been thrown away.
func glibc(seed int64) func() float64 {
	r := []uint32{uint32(seed)}
	x := seed
	for range 30 {
		x = 16807 * x % math.MaxInt32
		r = append(r, uint32(x))
	}
	next := func() uint32 {
		n := len(r)
		var sum uint32
		if n < 34 {
			sum = r[n-31]
		} else {
			sum = r[n-3] + r[n-31]
		}
		r = append(r, sum)
		return sum >> 1
	}
	for len(r) < 344 {
		next()
	}
	return func() float64 { return float64(next()) / math.MaxInt32 }
}
