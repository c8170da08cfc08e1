package item2vec_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed6481993f/verso/embedding/item2vec"
)

func Example() {
	baskets := slices.Values([][]string{
		{"flour", "yeast", "salt"}, {"yeast", "flour"}, {"salt", "yeast", "flour", "oil"}, {"flour", "salt"},
		{"nails", "hammer", "saw"}, {"saw", "hammer"}, {"hammer", "nails", "glue"}, {"nails", "saw"},
	})
	c := item2vec.DefaultConfig()
	c.MinCount, c.Dim, c.Sample, c.Epochs = 1, 8, 0, 300
	m, err := item2vec.Train(context.Background(), baskets, c)
	if err != nil {
		fmt.Println(err)
		return
	}
	v := m.Vectors()
	flour, _ := v.Row("flour")
	near := func(item string) (dot float32) {
		row, _ := v.Row(item)
		for i := range row {
			dot += flour[i] * row[i]
		}
		return dot
	}
	fmt.Println(near("yeast") > near("hammer"), near("salt") > near("saw"))
	// Output:
	// true true
}
