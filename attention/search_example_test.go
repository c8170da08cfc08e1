package attention_test

import (
	"context"
	"fmt"
	"math"

	"github.com/seed6481993f/verso/attention"
)

// The likeliest first word is a garden path: after it everything is unlikely. Two
// beams find the way that one misses.
func ExampleSearch() {
	words := []string{"<s>", "</s>", "the", "a", "cat", "dog"}
	next := map[int][]float64{ // P of the words after a word
		0: {0, 0, 0.6, 0.4, 0, 0},
		2: {0, 0, 0, 0, 0.5, 0.5},
		3: {0, 0, 0, 0, 0.9, 0.1},
		4: {0, 1, 0, 0, 0, 0},
		5: {0, 1, 0, 0, 0, 0},
	}
	step := func(last, _ []int) ([]float32, error) { // it has no states that would follow the parents
		var logp []float32
		for _, word := range last {
			for _, p := range next[word] {
				logp = append(logp, float32(math.Log(p)))
			}
		}
		return logp, nil
	}
	for _, beams := range []int{1, 2} {
		found, err := attention.Search(context.Background(), step, []int{5}, 0, 1, attention.SearchConfig{Beam: beams})
		if err != nil {
			panic(err)
		}
		best := found[0][0]
		for _, w := range best.Words {
			fmt.Print(words[w], " ")
		}
		fmt.Printf("%.2f\n", math.Exp(best.Score))
	}
	// Output:
	// the cat 0.30
	// a cat 0.36
}
