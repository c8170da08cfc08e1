package word2vec_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed6481993f/verso/embedding/word2vec"
)

func Example() {
	// Two topics that share no word, many times over.
	text := strings.Repeat("sun moon star moon sun\nbread salt milk salt bread\nstar sun moon star\nmilk bread salt milk\n", 50)
	c := word2vec.DefaultConfig()
	c.Dim, c.Sample, c.Rate, c.Epochs = 10, 0, 0.1, 20
	m, err := word2vec.TrainLines(context.Background(), strings.NewReader(text), c)
	if err != nil {
		fmt.Println(err)
		return
	}
	near, err := m.Vectors().Nearest("sun", 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	words := []string{near[0].Word, near[1].Word}
	fmt.Println(len(m.Vocabulary().Words()), strings.Contains("star moon star", strings.Join(words, " ")))
	// Output: 6 true
}

func ExampleModel_LogOdds() {
	text := strings.Repeat("black cat\nwhite dog\n", 200)
	c := word2vec.DefaultConfig()
	c.Dim, c.Sample, c.Rate = 10, 0, 0.1
	m, err := word2vec.TrainLines(context.Background(), strings.NewReader(text), c)
	if err != nil {
		fmt.Println(err)
		return
	}
	beside, _ := m.LogOdds("black", "cat")
	apart, _ := m.LogOdds("black", "dog")
	fmt.Println(beside > 0, apart < 0)
	// Output: true true
}
