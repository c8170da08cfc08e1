package main

import (
	"bytes"
	_ "embed" // for the pairs
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"unicode"

	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/examples/internal/glove"
)

//go:embed data/pairs.tsv
var ownPairs []byte

// quickPairs is how many pairs -quick leaves.
const quickPairs = 500

// corpus is pairs of sentences and the vectors of their words.
type corpus struct {
	name, vectors string
	pairs         []vectors.SentencePair
	v             *vectors.Vectors
}

func load(o options) (*corpus, error) {
	c := &corpus{name: "a small set of our own", vectors: glove.Name}
	var err error
	if o.sts != "" {
		c.name = o.sts
		c.pairs, err = vectors.LoadSentencePairs(o.sts)
	} else {
		c.pairs, err = vectors.ReadSentencePairs(bytes.NewReader(ownPairs))
	}
	if err != nil {
		return nil, err
	}
	if o.quick && len(c.pairs) > quickPairs {
		rand.New(rand.NewPCG(o.seed, 0)).Shuffle(len(c.pairs), func(i, j int) { c.pairs[i], c.pairs[j] = c.pairs[j], c.pairs[i] })
		c.pairs = c.pairs[:quickPairs]
	}
	if o.vectors == "" {
		c.v, err = glove.Load()
		return c, err
	}
	c.vectors = o.vectors
	// The words of the sentences alone: all of a large file would take gigabytes.
	wanted := map[string]bool{}
	for tokens := range c.sentences {
		for _, w := range tokens {
			wanted[w] = true
		}
	}
	for _, w := range tokenize(o.ask) {
		wanted[w] = true
	}
	c.v, err = vectors.LoadFile(o.vectors, vectors.Options{
		InvalidUTF8: vectors.UTF8Replace, // the word2vec program cuts long words
		Keep:        func(word string) bool { return wanted[word] },
	})
	if err == nil && c.v.Len() == 0 {
		err = fmt.Errorf("%s: no word of the sentences has a vector", o.vectors)
	}
	return c, err
}

// tokenize cuts out the runs of letters and digits, in lower case.
func tokenize(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

// sentences yields the words of all sentences.
func (c *corpus) sentences(yield func([]string) bool) {
	for _, p := range c.pairs {
		if !yield(tokenize(p.A)) || !yield(tokenize(p.B)) {
			return
		}
	}
}

// figures are how the similarities of a method agree with the scores.
type figures struct {
	pearson, spearman float64
	similarity        []float64 // of the pairs
}

func (c *corpus) correlate(similarity func(a, b []string) float64) figures {
	var want []float64
	var f figures
	for _, p := range c.pairs {
		want = append(want, p.Score)
		f.similarity = append(f.similarity, similarity(tokenize(p.A), tokenize(p.B)))
	}
	f.pearson, f.spearman = vectors.Pearson(want, f.similarity), vectors.Spearman(want, f.similarity)
	return f
}

// judge compares the cosines of a method with the scores.
func (c *corpus) judge(m method) (figures, error) {
	vector, err := m.vector(c)
	if err != nil {
		return figures{}, err
	}
	f := c.correlate(func(a, b []string) float64 { return vectors.Cosine(vector(a), vector(b)) })
	if math.IsNaN(f.pearson) {
		return f, fmt.Errorf("%s: %d pairs, too few or too alike to be compared", c.name, len(c.pairs))
	}
	return f, nil
}

// overlap is the part that both sentences have of the words of either.
func (c *corpus) overlap() figures {
	return c.correlate(func(a, b []string) float64 {
		in, all := map[string]bool{}, map[string]bool{}
		for _, w := range a {
			in[w], all[w] = true, true
		}
		common := 0
		for _, w := range b {
			if in[w] {
				common++
				in[w] = false
			}
			all[w] = true
		}
		return float64(common) / float64(max(len(all), 1))
	})
}

// counts are how often the words come in all sentences.
func (c *corpus) counts() (*vocab.Vocabulary, error) {
	var counter vocab.Counter
	for tokens := range c.sentences {
		for _, w := range tokens {
			counter.Add(w)
		}
	}
	return counter.Vocabulary(vocab.Config{})
}

// answer shows the sentences of the set that are nearest to one.
func (c *corpus) answer(o options, t *terminal) error {
	m, err := byName(o.method)
	if err != nil {
		return err
	}
	vector, err := m.vector(c)
	if err != nil {
		return err
	}
	var texts []string
	var rows [][]float32
	seen := map[string]bool{}
	for _, p := range c.pairs {
		for _, s := range []string{p.A, p.B} {
			if !seen[s] {
				seen[s] = true
				texts, rows = append(texts, s), append(rows, vector(tokenize(s)))
			}
		}
	}
	table, err := vectors.FromRows(texts, rows)
	if err != nil {
		return err
	}
	asked := vector(tokenize(o.ask))
	if vectors.Norm(asked) == 0 {
		return fmt.Errorf("no word that counts has a vector in %q", o.ask)
	}
	matches, err := table.NearestTo(asked, o.top)
	if err != nil {
		return err
	}
	for _, match := range matches {
		t.Printf("  %.4f  %s\n", match.Score, match.Word)
	}
	return nil
}
