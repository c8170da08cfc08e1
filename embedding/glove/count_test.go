package glove

import (
	"bytes"
	"context"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vocab"
)

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
	counts := shuffled(t, 709)
	var file bytes.Buffer
	require.NoError(t, WriteCooccurrences(&file, counts))
	require.Equal(t, unpacked(t, "cooccurrence.shuf.bin.gz"), file.Bytes())
	_, err := ReadCooccurrences(bytes.NewReader(file.Bytes()[:100]), 709)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = ReadCooccurrences(bytes.NewReader(file.Bytes()), 708)
	require.ErrorIs(t, err, ErrCounts)
	require.ErrorIs(t, WriteCooccurrences(io.Discard, []Cooccurrence{{-1, 0, 1}}), ErrCounts)
}

// Words outside the vocabulary are not there, whether it has a word for them or not: w is beside a, though rare words stood
// between.
func TestCountLeavesUnknownWordsOut(t *testing.T) {
	corpus := slices.Values([][]string{strings.Fields("a rare w seldom a")})
	for _, cfg := range []vocab.Config{{MinCount: 2, Special: []string{"w"}}, {MinCount: 2, Special: []string{"w", "<unk>"}, Unk: "<unk>"}} {
		words, err := vocab.Build(slices.Values(strings.Fields("a rare w seldom a")), cfg)
		require.NoError(t, err)
		counts, err := Count(t.Context(), corpus, words, CountConfig{Window: 1, Symmetric: true})
		require.NoError(t, err)
		a, _ := words.ID("a")
		require.Equal(t, []Cooccurrence{{0, int32(a), 2}, {int32(a), 0, 2}}, counts)
	}
}

// The counts of the C program are those of its own list of words.
func TestWordsAndCountsOfTheCProgram(t *testing.T) {
	words, err := vocab.ReadWordCounts(bytes.NewReader(unpacked(t, "vocab.txt")), vocab.Config{})
	require.NoError(t, err)
	counts := shuffled(t, words.Len())
	want, err := Count(t.Context(), books(t), words, CountConfig{Window: 5, Symmetric: true, Distance: true})
	require.NoError(t, err)
	slices.SortFunc(counts, byPair)
	require.Len(t, counts, len(want))
	for i, x := range counts[1:] {
		require.InEpsilon(t, want[i+1].Value, x.Value, 1e-14)
	}
	var file bytes.Buffer
	require.NoError(t, words.WriteWordCounts(&file))
	require.Equal(t, string(unpacked(t, "vocab.txt")), file.String())
}

// A cancel is seen in the middle of a sentence, in both passes over a corpus.
func TestCancelWhileReading(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read := 0
	long := tokens(func(yield func(string, bool) bool) {
		for ; yield("a", false); read++ {
			if read == looks {
				cancel()
			}
		}
	})
	_, err := vocabulary(ctx, long, 1, 0)
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, read, 3*looks)

	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	read = 0
	_, err = count(ctx, long, numbered(t, 2), DefaultCountConfig())
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, read, 3*looks)

	m, err := Train(ctx, books(t), small())
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "glove: counting words")
	require.Nil(t, m)
	_, err = BuildVocabulary(t.Context(), books(t), -1, 0)
	require.ErrorIs(t, err, ErrConfig)
}
