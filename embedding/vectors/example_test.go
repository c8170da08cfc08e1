package vectors_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/embedding/vectors"
)

func Example() {
	file := `3 2
noche 0.25 -1
estrella 0.5 2
mar -0.75 1
`
	v, err := vectors.Read(strings.NewReader(file), vectors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	row, ok := v.Row("estrella")
	fmt.Println(v.Len(), v.Dim(), row, ok)
	_, ok = v.Row("luna")
	fmt.Println(ok)
	// Output:
	// 3 2 [0.5 2] true
	// false
}

// east is to west as north is to …
func ExampleVectors_MostSimilar() {
	v, err := vectors.Read(strings.NewReader(`5 3
north 0 1 0.1
south 0 -1 0.1
east 1 0 0.1
west -1 0 0.1
up 0 0 1
`), vectors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	answers, err := v.MostSimilar(vectors.Query{
		Positive: []string{"east", "west"},
		Negative: []string{"north"},
	}, 2)
	for _, m := range answers {
		fmt.Printf("%s %.2f\n", m.Word, m.Score)
	}
	fmt.Println(err)
	_, err = v.Nearest("left", 1)
	fmt.Println(err)
	// Output:
	// south 1.00
	// up 0.10
	// <nil>
	// vectors: unknown words: ["left"]
}

func ExampleVectors_EvaluateAnalogies() {
	v, err := vectors.FromRows([]string{"man", "woman", "king", "queen"}, [][]float32{{1, 0}, {1, 1}, {3, 0.2}, {3, 2.5}})
	if err != nil {
		fmt.Println(err)
		return
	}
	questions, err := vectors.ReadAnalogies(strings.NewReader(": family\nMan Woman King Queen\nMan Woman Boy Girl\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := v.EvaluateAnalogies(context.Background(), questions, vectors.DefaultEvaluateConfig())
	fmt.Printf("%d of %d right, of %d questions; %v\n", report.All.Correct, report.All.Asked, report.All.Total, err)
	// Output:
	// 1 of 1 right, of 2 questions; <nil>
}

// Rare words weigh more: "a" is in every sentence and weighs nothing.
func ExampleSentences() {
	v, err := vectors.FromRows([]string{"a", "cat", "dog"}, [][]float32{{9, 9}, {1, 0}, {0, 1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	texts := [][]string{{"a", "cat"}, {"a", "dog"}, {"a", "cat", "a", "dog"}}
	idf := vectors.CountIDF(slices.Values(texts))
	mean := vectors.NewSentences(v, vectors.DefaultSentenceConfig())
	weighted := vectors.NewSentences(v, vectors.SentenceConfig{Weight: idf.Weight})
	for _, s := range []*vectors.Sentences{mean, weighted} {
		fmt.Printf("%.2f\n", vectors.Cosine(s.Vector(texts[0]), s.Vector(texts[1])))
	}
	// Output:
	// 0.99
	// 0.00
}

// Only the words of a vocabulary take memory.
func ExampleOptions() {
	glove := "the 0.1 0.2\nnew york 0.3 0.4\n. . . 0.5 0.6\n"
	wanted := map[string]bool{"the": true, ". . .": true}
	v, err := vectors.ReadGloVe(strings.NewReader(glove), vectors.Options{
		Keep: func(word string) bool { return wanted[word] },
	})
	fmt.Printf("%q %v\n", v.Words(), err)
	// Output:
	// ["the" ". . ."] <nil>
}

func ExampleVectors_WriteWord2VecText() {
	v, err := vectors.FromRows([]string{"sí", "no"}, [][]float32{{1, 0.1}, {-1, 1e-7}})
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	if err := v.WriteWord2VecText(&file); err != nil {
		fmt.Println(err)
	}
	_, _ = os.Stdout.Write(file.Bytes())
	// Output:
	// 2 2
	// sí 1 0.1
	// no -1 1e-07
}

// The second text says the same as the first with other words.
func ExampleVectors_MoverDistance() {
	v, err := vectors.FromRows([]string{"obama", "president", "speaks", "greets", "band", "plays"},
		[][]float32{{1, .2}, {1, .1}, {.2, 1}, {.3, 1}, {-1, .5}, {-.5, -1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"the president greets", "the band plays"} {
		d, err := v.MoverDistance(context.Background(), []string{"obama", "speaks"}, strings.Fields(text), vectors.DefaultMoverConfig())
		fmt.Printf("%.2f %v\n", d, err)
	}
	// Output:
	// 0.10 <nil>
	// 1.51 <nil>
}

func ExampleVectors_Select() {
	v, err := vectors.FromRows([]string{"sun", "moon", "sea"}, [][]float32{{3, 4}, {1, 0}, {0, 2}})
	if err != nil {
		fmt.Println(err)
		return
	}
	few, err := v.Select([]string{"sea", "sun"})
	if err != nil {
		fmt.Println(err)
		return
	}
	unit, _ := few.Unit("sun")
	fmt.Println(few.Words(), few.Data(), unit)
	// Output: [sea sun] [0 2 3 4] [0.6 0.8]
}

func ExampleIDF_Write() {
	idf := vectors.CountIDF(slices.Values([][]string{{"a", "cat"}, {"a", "dog"}}))
	if err := idf.Write(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output: {"version":1,"sentences":2,"holding":{"a":2,"cat":1,"dog":1}}
}
