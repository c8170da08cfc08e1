package main

import (
	"math"
	"strings"

	"gonum.org/v1/gonum/floats"

	"github.com/seed6481993f/verso/embedding/dataset"
)

// baselines are the accuracies of two answers that need no network.
type baselines struct {
	majority   float64 // always the most frequent class
	naiveBayes float64 // single words, each for itself
}

// judgeBaselines learns from the texts that the network learned from and those
// that chose its epoch.
func judgeBaselines(p part, classes []string) baselines {
	nb := newNaiveBayes(append(p.train[:len(p.train):len(p.train)], p.dev...), classes)
	var b baselines
	for _, e := range p.test {
		if e.Class == nb.majority() {
			b.majority++
		}
		if e.Class == nb.predict(e.Text) {
			b.naiveBayes++
		}
	}
	n := float64(len(p.test))
	return baselines{majority: b.majority / n, naiveBayes: b.naiveBayes / n}
}

// naiveBayes is the multinomial model with add-one smoothing: the class c with
// the largest log P(c) + Σ over the words w of log P(w | c), where
//
//	P(c) = (texts of c + 1) / (texts + classes)
//	P(w | c) = (occurrences of w in c + 1) / (words in c + vocabulary)
type naiveBayes struct {
	classes []string
	texts   []float64            // of each class
	words   []float64            // of each class, all occurrences
	counts  map[string][]float64 // of each word, occurrences by class
}

func newNaiveBayes(examples []dataset.Example, classes []string) *naiveBayes {
	k := len(classes)
	nb := &naiveBayes{classes: classes, texts: make([]float64, k), words: make([]float64, k), counts: map[string][]float64{}}
	number := map[string]int{}
	for i, c := range classes {
		number[c] = i
	}
	for _, e := range examples {
		c := number[e.Class]
		nb.texts[c]++
		for _, w := range strings.Fields(e.Text) {
			if nb.counts[w] == nil {
				nb.counts[w] = make([]float64, k)
			}
			nb.counts[w][c]++
			nb.words[c]++
		}
	}
	return nb
}

// predict passes over words that no example had.
func (nb *naiveBayes) predict(text string) string {
	score := make([]float64, len(nb.classes))
	for c := range score {
		score[c] = math.Log(nb.texts[c] + 1) // the denominator is the same for all
		for _, w := range strings.Fields(text) {
			if n := nb.counts[w]; n != nil {
				score[c] += math.Log((n[c] + 1) / (nb.words[c] + float64(len(nb.counts))))
			}
		}
	}
	return nb.classes[floats.MaxIdx(score)]
}

// majority is the most frequent class.
func (nb *naiveBayes) majority() string { return nb.classes[floats.MaxIdx(nb.texts)] }

// mean averages the baselines of several parts.
func mean(all []baselines) baselines {
	var m baselines
	for _, b := range all {
		m.majority += b.majority / float64(len(all))
		m.naiveBayes += b.naiveBayes / float64(len(all))
	}
	return m
}
