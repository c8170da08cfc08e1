package glove_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/embedding/glove"
)

func Example() {
	corpus := slices.Values([][]string{
		strings.Fields("the king rules the land"),
		strings.Fields("the queen rules the land"),
		strings.Fields("a dog chases a cat"),
	})
	c := glove.DefaultConfig()
	c.MinCount, c.Dim, c.Epochs = 1, 10, 50
	m, err := glove.Train(context.Background(), corpus, c)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Vectors().Len(), "words of", m.Dim(), "numbers")
	fmt.Println("cost falls:", m.Costs()[49] < m.Costs()[0]/2)
	// Output:
	// 9 words of 10 numbers
	// cost falls: true
}

func ExampleCount() {
	corpus := slices.Values([][]string{{"a", "rose", "is", "a", "rose"}})
	words, err := glove.BuildVocabulary(context.Background(), corpus, 1, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	counts, err := glove.Count(context.Background(), corpus, words, glove.CountConfig{Window: 2, Symmetric: true, Distance: true})
	for _, x := range counts {
		fmt.Println(words.Words()[x.Word], words.Words()[x.Context], x.Value)
	}
	fmt.Println(err)
	// Output:
	// a rose 2.5
	// a is 1.5
	// rose a 2.5
	// rose is 1.5
	// is a 1.5
	// is rose 1.5
	// <nil>
}
