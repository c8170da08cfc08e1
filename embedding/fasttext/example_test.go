package fasttext_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/seed6481993f/verso/embedding/fasttext"
)

// A word that the model never saw has a vector, from its n-grams.
func Example() {
	m, err := fasttext.ReadFile("testdata/golden/fasttext/skipgram_3_6/model.bin")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, known := m.Dictionary().Index("fathers")
	v, err := m.Vector("fathers")
	fmt.Println(known, len(v), err)
	for _, g := range m.Ngrams("get")[:3] {
		fmt.Println(g.Text)
	}
	nearest, err := m.Nearest("fathers", 1)
	for _, match := range nearest {
		fmt.Printf("%s %.2f\n", match.Word, match.Score)
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// false 10 <nil>
	// <ge
	// <get
	// <get>
	// father 0.90
}

func ExampleModel_Predict() {
	m, err := fasttext.ReadFile("testdata/golden/fasttext/supervised_hs/model.bin")
	if err != nil {
		fmt.Println(err)
		return
	}
	labels, err := m.Predict("and the waters decreased continually until the tenth month", 2, 0)
	for _, p := range labels {
		fmt.Printf("%s %.3f\n", p.Label, p.Probability)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	// Output:
	// __label__b0 0.712
	// __label__b3 0.104
}

// A classifier is learned from lines of labels and words.
func ExampleTrainSupervisedLines() {
	lines := strings.Repeat("__label__where which city is it in ?\n__label__who which writer is it by ?\n", 50)
	c := fasttext.DefaultSupervised()
	c.Dim, c.WordNgrams, c.Bucket, c.Rate = 10, 2, 1000, 0.5
	m, err := fasttext.TrainSupervisedLines(context.Background(), strings.NewReader(lines), c)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"in which city ?", "by which writer ?"} {
		said, err := m.Predict(text, 1, 0)
		fmt.Println(said[0].Label, said[0].Probability > 0.9, err)
	}
	// Output:
	// __label__where true <nil>
	// __label__who true <nil>
}
