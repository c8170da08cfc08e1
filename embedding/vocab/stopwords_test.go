package vocab

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ExampleStopWords_Without() {
	tokens := Texts(Unicode{Lower: true}.Tokenize("The tower of the old town doesn't lean"))
	fmt.Println(EnglishStopWords().Without(tokens))
	fmt.Println(SpanishStopWords().Without(strings.Fields("Puedo escribir los versos más tristes esta noche")))
	// Output:
	// [tower old town lean]
	// [Puedo escribir versos tristes noche]
}

func TestStopWordLists(t *testing.T) {
	for name, s := range map[string]StopWords{"en": EnglishStopWords(), "es": SpanishStopWords()} {
		words := s.Words()
		require.Len(t, words, s.Len(), name)
		assert.Greater(t, s.Len(), 300, name)
		assert.True(t, slices.IsSorted(words), name)
		for _, w := range words {
			assert.Equal(t, fold(w), w, name)
			assert.NotContains(t, w, "#", name)
		}
	}
	for _, w := range []string{"the", "The", "THE", "don't", "don’t", "n't", "s"} {
		assert.True(t, EnglishStopWords().Has(w), w)
	}
	for _, w := range []string{"el", "Él", "SEGÚN", "está"} {
		assert.True(t, SpanishStopWords().Has(w), w)
	}
	for _, w := range []string{"", "#", "tower", "good"} {
		assert.False(t, EnglishStopWords().Has(w), w)
	}
	assert.False(t, SpanishStopWords().Has("noche"))
}

func TestStopWordsInPlace(t *testing.T) {
	s := NewStopWords("A", "b")
	tokens := []string{"x", "a", "B", "y"}
	assert.Equal(t, []string{"x", "y"}, s.AppendWithout(tokens[:0], tokens))
	assert.Empty(t, s.Without(nil))
	assert.Equal(t, []string{"a"}, StopWords{}.Without([]string{"a"}))
	assert.Equal(t, []string{"a", "b"}, s.Words())
}
