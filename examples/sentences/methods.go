package main

import (
	"fmt"
	"strings"

	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// method is a way to make the vector of a sentence.
type method struct {
	name, says string
	// vector returns that way, for the words of the corpus.
	vector func(c *corpus) (func(tokens []string) []float32, error)
}

var methods = []method{
	{"mean", "mean of the word vectors", mean},
	{"content", "mean without stop words", content},
	{"idf", "mean with IDF weights", idf},
	{"sif", "mean with SIF weights, common part taken out", sif},
}

func names() string {
	var list []string
	for _, m := range methods {
		list = append(list, m.name)
	}
	return strings.Join(list, ", ")
}

func byName(name string) (method, error) {
	for _, m := range methods {
		if m.name == name {
			return m, nil
		}
	}
	return method{}, fmt.Errorf("-method wants one of %s, got %q", names(), name)
}

func mean(c *corpus) (func([]string) []float32, error) {
	return vectors.NewSentences(c.v, vectors.DefaultSentenceConfig()).Vector, nil
}

// content falls back on all words where a sentence has no others.
func content(c *corpus) (func([]string) []float32, error) {
	s := vectors.NewSentences(c.v, vectors.DefaultSentenceConfig())
	english, spanish := vocab.EnglishStopWords(), vocab.SpanishStopWords()
	stop := english
	if c.share(spanish) > c.share(english) {
		stop = spanish
	}
	return func(tokens []string) []float32 {
		if v := s.Vector(stop.Without(tokens)); vectors.Norm(v) > 0 {
			return v
		}
		return s.Vector(tokens)
	}, nil
}

// share counts the words of the sentences that are in the set.
func (c *corpus) share(stop vocab.StopWords) int {
	n := 0
	for tokens := range c.sentences {
		n += len(tokens) - len(stop.Without(tokens))
	}
	return n
}

func idf(c *corpus) (func([]string) []float32, error) {
	weights := vectors.CountIDF(c.sentences)
	return vectors.NewSentences(c.v, vectors.SentenceConfig{Weight: weights.Weight}).Vector, nil
}

// sif takes the parts p_w of the words from the sentences themselves.
func sif(c *corpus) (func([]string) []float32, error) {
	counts, err := c.counts()
	if err != nil {
		return nil, err
	}
	weight, err := vectors.SIF(1e-3, counts)
	if err != nil {
		return nil, err
	}
	s, err := vectors.NewSentences(c.v, vectors.SentenceConfig{Weight: weight}).WithoutCommon(c.sentences)
	if err != nil {
		return nil, err
	}
	return s.Vector, nil
}
