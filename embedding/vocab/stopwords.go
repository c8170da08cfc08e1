package vocab

import (
	_ "embed" // for the lists
	"slices"
	"strings"
	"sync"
)

// StopWords is a set of words that say little about what a text is about, such as "the"
// or "de". It does not change once made. The zero value is empty.
type StopWords struct {
	words map[string]bool
}

// NewStopWords makes a set of the words, without regard to case.
func NewStopWords(words ...string) StopWords {
	s := StopWords{words: make(map[string]bool, len(words))}
	for _, w := range words {
		s.words[fold(w)] = true
	}
	return s
}

//go:embed stopwords/en.txt
var englishList string

//go:embed stopwords/es.txt
var spanishList string

var (
	english = sync.OnceValue(func() StopWords { return parseStopWords(englishList) })
	spanish = sync.OnceValue(func() StopWords { return parseStopWords(spanishList) })
)

// EnglishStopWords returns some 300 words: articles, pronouns, auxiliary verbs, prepositions,
// conjunctions and adverbs of little content, and contractions, whole ("don't") and in the
// pieces that tokenizers cut them into ("n't", "don", "t").
func EnglishStopWords() StopWords { return english() }

// SpanishStopWords returns some 350 words of the same kinds.
func SpanishStopWords() StopWords { return spanish() }

// parseStopWords reads words parted by blanks; a line that begins with # is a remark.
func parseStopWords(list string) StopWords {
	var words []string
	for line := range strings.Lines(list) {
		if !strings.HasPrefix(line, "#") {
			words = append(words, strings.Fields(line)...)
		}
	}
	return NewStopWords(words...)
}

// fold makes case and the two forms of the apostrophe equal.
func fold(word string) string { return strings.ReplaceAll(strings.ToLower(word), "’", "'") }

// Has tells whether a word is in the set, without regard to case.
func (s StopWords) Has(word string) bool { return s.words[word] || s.words[fold(word)] }

// Len is the number of words.
func (s StopWords) Len() int { return len(s.words) }

// Words returns the words in alphabetical order.
func (s StopWords) Words() []string {
	words := make([]string, 0, len(s.words))
	for w := range s.words {
		words = append(words, w)
	}
	slices.Sort(words)
	return words
}

// Without returns the tokens that are not in the set.
func (s StopWords) Without(tokens []string) []string {
	return s.AppendWithout(make([]string, 0, len(tokens)), tokens)
}

// AppendWithout appends what [StopWords.Without] returns to dst, which may be tokens[:0].
func (s StopWords) AppendWithout(dst, tokens []string) []string {
	for _, t := range tokens {
		if !s.Has(t) {
			dst = append(dst, t)
		}
	}
	return dst
}
