package vocab

import (
	"compress/gzip"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// news is a corpus of some 300 short documents.
func news(t testing.TB) (sentences [][]string) {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "glove", "testdata", "glove-c", "corpus.txt.gz"))
	require.NoError(t, err)
	defer file.Close()
	z, err := gzip.NewReader(file)
	require.NoError(t, err)
	text, err := io.ReadAll(z)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		sentences = append(sentences, strings.Fields(line))
	}
	return sentences
}

// plain finds and joins phrases by the definition, with joined strings for keys.
type plain struct {
	cfg    PhraseConfig
	counts map[string]float64
	tokens float64
}

// each calls single for every word that is no connector, and pair for every two of them with nothing but connectors between.
func (p *plain) each(sentence []string, pair func(words []string), single func(w string)) {
	for i, w := range sentence {
		if slices.Contains(p.cfg.Connectors, w) {
			continue
		}
		single(w)
		for j := i - 1; j >= 0; j-- {
			if !slices.Contains(p.cfg.Connectors, sentence[j]) {
				pair(sentence[j : i+1])
				break
			}
		}
	}
}

func (p *plain) count(sentences [][]string) {
	p.counts = map[string]float64{}
	for _, s := range sentences {
		p.tokens += float64(len(s))
		p.each(s, func(words []string) { p.counts[strings.Join(words, "_")]++ }, func(w string) { p.counts[w]++ })
	}
}

func (p *plain) score(words []string) (float64, bool) {
	a, b, ab := p.counts[words[0]], p.counts[words[len(words)-1]], p.counts[strings.Join(words, "_")]
	score := (ab - float64(p.cfg.MinCount)) / a / b * float64(len(p.counts))
	if p.cfg.Score == NPMI {
		score = math.Log(ab*p.tokens/(a*b)) / math.Log(p.tokens/ab)
		if ab < float64(p.cfg.MinCount) {
			return 0, false
		}
	}
	return score, a > 0 && b > 0 && ab > 0 && score > p.cfg.Threshold
}

// join takes words off the front: a phrase if one begins there, else one word.
func (p *plain) join(s []string) (joined []string) {
	for len(s) > 0 {
		n := 1
		if !slices.Contains(p.cfg.Connectors, s[0]) {
			end := 1
			for end < len(s) && slices.Contains(p.cfg.Connectors, s[end]) {
				end++
			}
			if end < len(s) {
				if _, ok := p.score(s[:end+1]); ok {
					n = end + 1
				}
			}
		}
		joined, s = append(joined, strings.Join(s[:n], "_")), s[n:]
	}
	return joined
}

func TestPhrasesByDefinition(t *testing.T) {
	corpus := news(t)
	few := func(score PhraseScore, minCount int64, threshold float64, connectors []string) PhraseConfig {
		c := DefaultPhraseConfig()
		c.Score, c.MinCount, c.Threshold, c.Connectors = score, minCount, threshold, connectors
		return c
	}
	for name, cfg := range map[string]PhraseConfig{
		"default": DefaultPhraseConfig(), "low": few(Collocation, 1, .5, nil), "connectors": few(Collocation, 2, 4, EnglishConnectors()),
		"NPMI": few(NPMI, 3, .4, nil), "NPMI, connectors": few(NPMI, 2, -.1, EnglishConnectors()),
	} {
		want := plain{cfg: cfg}
		want.count(corpus)
		p, err := FindPhrases(t.Context(), slices.Values(corpus), cfg)
		require.NoError(t, err)
		found, connected := 0, 0
		seen := map[string]bool{}
		for _, s := range corpus {
			want.each(s, func(words []string) {
				score, ok := want.score(words)
				got, is := p.Score(words...)
				require.Equal(t, ok, is, "%s: %q %v", name, words, score)
				if is {
					require.InEpsilon(t, score, got, 1e-12, "%s: %q", name, words)
				}
				if key := strings.Join(words, " "); is && !seen[key] {
					seen[key] = true
					found++
					if len(words) > 2 {
						connected++
					}
				}
			}, func(string) {})
		}
		require.Equal(t, found, p.Len(), name)
		require.Greater(t, found, 5, name)
		require.Equal(t, cfg.Connectors != nil, connected > 0, name)
		i := 0
		for joined := range p.JoinAll(slices.Values(corpus)) {
			require.Equal(t, want.join(corpus[i]), joined, name)
			i++
		}
		require.Equal(t, len(corpus), i)
		last := math.Inf(1)
		for words, score := range p.All() {
			require.LessOrEqual(t, score, last)
			require.Greater(t, score, cfg.Threshold)
			again, ok := p.Score(words...)
			require.True(t, ok)
			require.Equal(t, score, again)
			last = score
		}
	}
}

// What gensim's documentation and tests say of nine titles (Deerwester et al. 1990): how many entries there are, what is
// joined, and scores to three digits.
func TestPhrasesAsGensim(t *testing.T) {
	titles := strings.Fields(`computer human interface computer response survey system time user interface system user eps
		human system system eps response time user trees trees graph trees graph minors survey graph minors`)
	cfg := DefaultPhraseConfig()
	cfg.MinCount, cfg.Threshold = 1, 1
	c, err := NewPhraseCounter(cfg)
	require.NoError(t, err)
	c.Add(titles) // all as one sentence
	require.EqualValues(t, 29, c.tokens)
	require.Equal(t, 37, len(c.words)+len(c.pairs))
	require.EqualValues(t, 2, *c.words["computer"])
	require.EqualValues(t, 1, *c.pairs["response\xfftime"])
	p, err := c.Phrases()
	require.NoError(t, err)
	require.Equal(t, []string{"trees_graph", "minors"}, p.Join([]string{"trees", "graph", "minors"}))

	c.Add(strings.Fields("the mayor of new york was there"))
	c.Add(strings.Fields("machine learning can be new york sometimes"))
	require.Equal(t, 60, len(c.words)+len(c.pairs))
	again, err := c.Phrases()
	require.NoError(t, err)
	require.Equal(t, []string{"the", "mayor", "new_york"}, again.Join([]string{"the", "mayor", "new", "york"}))
	require.Equal(t, []string{"new", "york"}, p.Join([]string{"new", "york"}), "what was made stays as it is")

	var sentences [][]string
	for line := range strings.Lines(`human interface computer
survey user computer system response time
eps user interface system
system human system eps
user response time
trees
graph trees
graph minors trees
graph minors survey
graph minors survey human interface`) {
		sentences = append(sentences, strings.Fields(line))
	}
	for score, want := range map[PhraseScore][2]float64{Collocation: {5.167, 3.444}, NPMI: {.882, .714}} {
		cfg.Score, cfg.Threshold = score, .5
		p, err := FindPhrases(t.Context(), slices.Values(sentences), cfg)
		require.NoError(t, err)
		for i, words := range [][]string{{"graph", "minors"}, {"human", "interface"}} {
			got, ok := p.Score(words...)
			require.True(t, ok)
			require.InDelta(t, want[i], got, 5e-4)
		}
	}
}

func york(t testing.TB) *Phrases {
	t.Helper()
	p := newPhrases("_", []string{"of", "the"})
	require.NoError(t, p.add([]string{"new", "york"}, 8))
	require.NoError(t, p.add([]string{"york", "city"}, 9))
	require.NoError(t, p.add([]string{"bank", "of", "the", "west"}, 8))
	p.sort()
	return p
}

func TestJoin(t *testing.T) {
	p := york(t)
	for text, want := range map[string]string{
		"":                              "",
		"new york city":                 "new_york city", // not york_city
		"old york city of new york":     "old york_city of new_york",
		"bank of the west":              "bank_of_the_west",
		"the bank of the west of":       "the bank_of_the_west of",
		"bank of west the bank of the":  "bank of west the bank of the",
		"of the":                        "of the",
		"new new york":                  "new new_york",
		"new of york":                   "new of york",
		"york new york york city":       "york new_york york_city",
		"bank of the bank of the west.": "bank of the bank of the west.",
	} {
		assert.Equal(t, want, strings.Join(p.Join(strings.Fields(text)), " "), text)
	}
	assert.Equal(t, []string{"a", "new_york"}, p.AppendJoin([]string{"a"}, []string{"new", "york"}))
	_, ok := p.Score("new", "of", "york")
	assert.False(t, ok)
	_, ok = p.Score()
	assert.False(t, ok)
	var none Phrases
	assert.Equal(t, []string{"new", "york"}, none.Join([]string{"new", "york"}))
	assert.Zero(t, none.Len())

	text := "In New  York, the Bank of the West."
	tokens := p.Tokenizer(Unicode{Lower: true}).Tokenize(text)
	assert.Equal(t, []Token{{"in", 0, 2}, {"new_york", 3, 12}, {"the", 14, 17}, {"bank_of_the_west", 18, 34}}, tokens)
	assert.Equal(t, "New  York", text[tokens[1].Start:tokens[1].End])
}

// Rare entries are forgotten while counting, and what is often stays.
func TestPhrasesForget(t *testing.T) {
	cfg := DefaultPhraseConfig()
	cfg.MinCount, cfg.Threshold, cfg.MaxEntries = 1, .1, 9
	c, err := NewPhraseCounter(cfg)
	require.NoError(t, err)
	for i := range 50 {
		c.Add([]string{"new", "york"})
		if i%3 == 0 {
			c.Add([]string{string(rune('a' + i)), string(rune('A' + i))})
		}
		require.LessOrEqual(t, len(c.words)+len(c.pairs), cfg.MaxEntries)
	}
	require.EqualValues(t, 50, *c.words["new"])
	require.EqualValues(t, 134, c.tokens)
	p, err := c.Phrases()
	require.NoError(t, err)
	require.Equal(t, []string{"new_york"}, p.Join([]string{"new", "york"}))

	*c.words["new"] = 0 // a word that is gone makes no phrase
	delete(c.words, "new")
	p, err = c.Phrases()
	require.NoError(t, err)
	_, ok := p.Score("new", "york")
	require.False(t, ok)
}

func TestPhraseErrors(t *testing.T) {
	for says, change := range map[string]func(*PhraseConfig){
		"score 2":                  func(c *PhraseConfig) { c.Score = 2 },
		"MinCount 0, want 1":       func(c *PhraseConfig) { c.MinCount = 0 },
		"Threshold 0, want more":   func(c *PhraseConfig) { c.Threshold = 0 },
		"Threshold NaN, want more": func(c *PhraseConfig) { c.Threshold = math.NaN() },
		"Threshold 10 of NPMI":     func(c *PhraseConfig) { c.Score = NPMI },
		"no Delimiter":             func(c *PhraseConfig) { c.Delimiter = "" },
		"MaxEntries -1, want 0":    func(c *PhraseConfig) { c.MaxEntries = -1 },
	} {
		cfg := DefaultPhraseConfig()
		change(&cfg)
		_, err := FindPhrases(t.Context(), slices.Values([][]string{{"a"}}), cfg)
		require.ErrorIs(t, err, ErrConfig)
		require.ErrorContains(t, err, says)
	}
	cfg := DefaultPhraseConfig()
	cfg.MinCount, cfg.Threshold = 1, .1
	_, err := FindPhrases(t.Context(), slices.Values([][]string{{"a", "\xfe"}, {"a", "\xfe"}}), cfg)
	require.ErrorIs(t, err, ErrInvalidUTF8)
	long := strings.Repeat("x", maxWord)
	_, err = FindPhrases(t.Context(), slices.Values([][]string{{"a", long}, {"a", long}}), cfg)
	require.ErrorIs(t, err, ErrTooLong)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read := 0
	_, err = FindPhrases(ctx, func(yield func([]string) bool) {
		for sentence := make([]string, 100); yield(sentence); read++ {
			cancel()
		}
	}, cfg)
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, read, 1000)
}

func TestPhrasesFromManyGoroutines(t *testing.T) {
	p := york(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				assert.Equal(t, []string{"new_york", "city"}, p.Join([]string{"new", "york", "city"}))
			}
		})
	}
	all.Wait()
}

func BenchmarkJoin(b *testing.B) {
	corpus := news(b)
	p, err := FindPhrases(b.Context(), slices.Values(corpus), DefaultPhraseConfig())
	require.NoError(b, err)
	tokens := 0
	for _, s := range corpus {
		tokens += len(s)
	}
	var dst []string
	for b.Loop() {
		for _, s := range corpus {
			dst = p.AppendJoin(dst[:0], s)
		}
	}
	b.ReportMetric(float64(b.N)*float64(tokens)/b.Elapsed().Seconds(), "tokens/s")
}

func BenchmarkFindPhrases(b *testing.B) {
	corpus := news(b)
	tokens := 0
	for _, s := range corpus {
		tokens += len(s)
	}
	for b.Loop() {
		_, err := FindPhrases(b.Context(), slices.Values(corpus), DefaultPhraseConfig())
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.N)*float64(tokens)/b.Elapsed().Seconds(), "tokens/s")
}
