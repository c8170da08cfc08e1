package main

import (
	"math"
	"strings"

	"github.com/seed6481993f/verso/embedding/dataset"
)

// majority is the accuracy of always guessing the class that is most frequent in training.
func majority(train, test []dataset.Example) float64 {
	count := map[string]int{}
	for _, e := range train {
		count[e.Class]++
	}
	best := ""
	for _, c := range dataset.Classes(train) {
		if best == "" || count[c] > count[best] {
			best = c
		}
	}
	hits := 0
	for _, e := range test {
		if e.Class == best {
			hits++
		}
	}
	return float64(hits) / float64(len(test))
}

// bayes is the accuracy of multinomial naive Bayes over the lower-cased words
// between blanks, each counted once more than seen (Laplace).
func bayes(train, test []dataset.Example) float64 {
	classes := dataset.Classes(train)
	words, total, prior := map[string]map[string]float64{}, map[string]float64{}, map[string]float64{}
	vocabulary := map[string]bool{}
	for _, c := range classes {
		words[c] = map[string]float64{}
	}
	for _, e := range train {
		prior[e.Class]++
		for w := range strings.FieldsSeq(strings.ToLower(e.Text)) {
			words[e.Class][w]++
			total[e.Class]++
			vocabulary[w] = true
		}
	}
	hits := 0
	for _, e := range test {
		best, top := "", math.Inf(-1)
		for _, c := range classes {
			p := math.Log(prior[c])
			for w := range strings.FieldsSeq(strings.ToLower(e.Text)) {
				if vocabulary[w] {
					p += math.Log((words[c][w] + 1) / (total[c] + float64(len(vocabulary))))
				}
			}
			if p > top {
				best, top = c, p
			}
		}
		if best == e.Class {
			hits++
		}
	}
	return float64(hits) / float64(len(test))
}
