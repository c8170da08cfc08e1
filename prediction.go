package verso

import (
	"cmp"
	"slices"
)

// Prediction is a classifier's answer to one text.
type Prediction struct {
	Class         string    // the most probable class
	Index         int       // its number
	Probability   float64   // its probability
	Probabilities []float64 // of all classes by number; they sum to 1
	Classes       []string  // names of all classes by number; shared, do not change
}

// ClassProbability is a class with its probability.
type ClassProbability struct {
	Class       string
	Index       int
	Probability float64
}

// NewPrediction picks the most probable class, the first of equal ones.
func NewPrediction(classes []string, probabilities []float64) Prediction {
	p := Prediction{Probabilities: probabilities, Classes: classes}
	for i, v := range probabilities {
		if v > probabilities[p.Index] {
			p.Index = i
		}
	}
	if len(probabilities) > 0 {
		p.Class, p.Probability = classes[p.Index], probabilities[p.Index]
	}
	return p
}

// Top returns the k most probable classes, all of them where k is larger, the
// most probable first and equal ones by number.
func (p Prediction) Top(k int) []ClassProbability {
	out := make([]ClassProbability, len(p.Probabilities))
	for i, v := range p.Probabilities {
		out[i] = ClassProbability{Class: p.Classes[i], Index: i, Probability: v}
	}
	slices.SortStableFunc(out, func(a, b ClassProbability) int { return cmp.Compare(b.Probability, a.Probability) })
	return out[:max(0, min(k, len(out)))]
}
