package doc2vec

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTags(t *testing.T) {
	documents := func(yield func(Document) bool) {
		for i, words := range texts(t) {
			tags := []string{"item", "even"}
			if i%2 == 1 {
				tags = []string{"item", "odd"}
			}
			if i == 7 {
				tags = nil
			}
			if !yield(Document{tags, words}) {
				return
			}
		}
	}
	for _, mode := range []Mode{DM, DBOW} {
		m, err := Train(t.Context(), documents, quick(mode))
		require.NoError(t, err)
		require.Equal(t, []string{"item", "even", "odd", "7"}, m.Documents().Words())
		first := trained(t, quick(mode))
		require.Equal(t, first.Words().Words(), m.Words().Words())
	}
}

// Tags and words are any bytes, and come back from a file as they were.
func TestAnyBytes(t *testing.T) {
	for _, mode := range []Mode{DM, DBOW} {
		c := quick(mode)
		c.MinCount = 1
		documents := []Document{{[]string{"\xe9"}, []string{"a", "\xff"}}, {[]string{"\xe8"}, []string{"a", "\n"}}, {[]string{""}, nil}}
		m, err := Train(t.Context(), slices.Values(documents), c)
		require.NoError(t, err)
		again, err := Load(bytes.NewReader(saved(t, m)))
		require.NoError(t, err)
		require.Equal(t, []string{"\xe9", "\xe8", ""}, again.Documents().Words())
		require.Equal(t, []string{"a", "\xff", "\n"}, again.Words().Words())
	}
}

// Documents are gone over once, so that they may come from where they can be read only once.
func TestReadsOnce(t *testing.T) {
	once := untagged(texts(t))
	used := false
	m, err := Train(t.Context(), func(yield func(Document) bool) {
		require.False(t, used)
		used = true
		once(yield)
	}, quick(DM))
	require.NoError(t, err)
	require.Equal(t, saved(t, trained(t, quick(DM))), saved(t, m))
}

// A document longer than a sequence may be still has one vector, and is learned from to its end.
func TestLongDocument(t *testing.T) {
	long := slices.Repeat([]string{"a", "b"}, 12_000)
	for i := range 200 {
		long[len(long)-1-i] = []string{"c", "d"}[i%2]
	}
	for _, mode := range []Mode{DM, DBOW} {
		c := quick(mode)
		c.Epochs = 1
		reports := 0
		c.Progress = func(Progress) error { reports++; return nil }
		m, err := Train(t.Context(), untagged([][]string{long, {"c", "d"}}), c)
		require.NoError(t, err)
		require.Equal(t, []string{"0", "1"}, m.Documents().Words())
		require.Equal(t, []string{"a", "b", "c", "d"}, slices.Sorted(slices.Values(m.Words().Words())))
		require.Greater(t, reports, 2)
	}
}
