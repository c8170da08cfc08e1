package doc2vec_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed6481993f/verso/embedding/doc2vec"
)

func Example() {
	texts := map[string]string{
		"kitchen": "cut the onion and fry the onion in oil then boil rice with salt and oil",
		"sea":     "the ship left the harbour and the wind drove the ship over the waves to the island",
	}
	documents := func(yield func(doc2vec.Document) bool) {
		for _, tag := range []string{"kitchen", "sea"} {
			if !yield(doc2vec.Document{Tags: []string{tag}, Words: strings.Fields(texts[tag])}) {
				return
			}
		}
	}
	c := doc2vec.DefaultConfig()
	c.Mode, c.MinCount, c.Dim, c.Epochs, c.Sample = doc2vec.DBOW, 1, 8, 200, 0
	m, err := doc2vec.Train(context.Background(), documents, c)
	if err != nil {
		fmt.Println(err)
		return
	}
	v, err := m.Infer(context.Background(), strings.Fields("rice fry salt onion"), m.DefaultInfer())
	if err != nil {
		fmt.Println(err)
		return
	}
	var score [2]float32
	for k := range score {
		_, d, _ := m.Documents().At(k)
		for i := range d {
			score[k] += d[i] * v[i]
		}
	}
	fmt.Println(m.Documents().Words(), "nearer to the first:", score[0] > 2*score[1])
	// Output:
	// [kitchen sea] nearer to the first: true
}
