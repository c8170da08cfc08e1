package multimodal_test

import (
	"context"
	"fmt"

	"github.com/seed6481993f/verso/multimodal"
)

func Example() {
	features, _ := multimodal.NewFeatures([]string{"p1", "p2", "p3", "p4"}, []float32{1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0}, 3)
	captions := []multimodal.Caption{{"p1", "a red car"}, {"p2", "a red house"}, {"p3", "a blue car"}}
	c := multimodal.Word2VisualVec()
	c.Text.Levels, c.Text.MinCount, c.Text.Head = []multimodal.Level{multimodal.Bag}, 1, multimodal.HeadConfig{Sizes: []int{0}, Zero: true}
	m, err := multimodal.TrainRidge(context.Background(), captions, features, nil, c, 0.01)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	x, _ := multimodal.IndexPictures(ctx, m, features, features.IDs())
	hits, _ := m.Search(ctx, x, "blue house", 1) // no caption has both words
	fmt.Println(hits[0].ID)
	// Output: p4
}

func ExampleIndex() {
	x, err := multimodal.NewIndex([]string{"east", "north", "north-east"}, []float32{3, 0, 0, 2, 1, 1}, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	hits, _ := x.Search([]float32{1, 0.2}, 2)
	for _, h := range hits {
		fmt.Printf("%s %.2f\n", h.ID, h.Score)
	}
	// Output:
	// east 0.98
	// north-east 0.83
}

func ExampleRank() {
	// Two queries of three items. The first finds its answer at the second place.
	scores := []float32{
		0.9, 0.7, 0.1,
		0.2, 0.3, 0.8,
	}
	r, err := multimodal.Rank(context.Background(), scores, 3, [][]int{{1}, {2}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Recall(1), r.MedianRank(), r.MRR())
	// Output: 0.5 1 0.75
}
