package bert_test

import (
	"context"
	"fmt"
	"math"
	"os"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert"
	"github.com/seed6481993f/verso/embedding/dataset"
)

// Vectors of texts from a folder of Hugging Face's, and how alike two are.
func ExampleOpenFolder() {
	dir := farmFolder() // such as all-MiniLM-L6-v2 as it was downloaded
	defer os.RemoveAll(dir)
	m, err := bert.OpenFolder(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	c := bert.DefaultEncodeConfig()
	c.Normalise = true
	v, err := m.Encode(context.Background(), []string{"the cat eats fish .", "a cat likes fish best .", "every cow dreams of grass ."}, c)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(v), "vectors of", len(v[0]), "numbers; alike:", dot(v[0], v[1]) > dot(v[0], v[2]))
	// Output: 3 vectors of 32 numbers; alike: true
}

func dot(a, b []float32) (sum float32) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// The words that may stand at a place.
func ExampleModel_FillMask() {
	m, err := farmModel()
	if err != nil {
		fmt.Println(err)
		return
	}
	words, err := m.FillMask(context.Background(), "the monkey eats [MASK] .", 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(words[0][0].Text, words[0][0].Probability > 0.5)
	// Output: bananas true
}

// A row of numbers for each piece, with its place in the text.
func ExampleModel_HiddenStates() {
	m, err := farmModel()
	if err != nil {
		fmt.Println(err)
		return
	}
	text := "the cat"
	h, err := m.HiddenStates(context.Background(), []string{text}, bert.DefaultHiddenConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, p := range h[0].Pieces {
		if p.Start < 0 {
			fmt.Println(p.Text, len(h[0].Rows[i]))
			continue
		}
		fmt.Println(p.Text, len(h[0].Rows[i]), text[p.Start:p.End])
	}
	// Output:
	// [CLS] 32
	// the 32 the
	// cat 32 cat
	// [SEP] 32
}

// A pre-trained model learns classes of texts.
func ExampleFineTune() {
	m, err := farmModel()
	if err != nil {
		fmt.Println(err)
		return
	}
	var train []dataset.Example
	for range 40 {
		train = append(train,
			dataset.Example{Class: "bird", Text: "a duck"}, dataset.Example{Class: "beast", Text: "a cat"},
			dataset.Example{Class: "beast", Text: "the bear"}, dataset.Example{Class: "bird", Text: "the goose"})
	}
	c := bert.DefaultClassifierConfig()
	c.Rate = 2e-3 // for a small model
	k, _, err := bert.FineTune(context.Background(), m, train, nil, c, bert.DefaultFineTuning())
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := k.Predict("the cat")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Class)
	// Output: beast
}

// A fine-tuned classifier goes to Hugging Face's library and comes back.
func ExampleClassifierFromFolder() {
	k, err := menuClassifier()
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "classifier")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := k.SaveFolder(dir); err != nil {
		fmt.Println(err)
		return
	}
	again, err := bert.ClassifierFromFolder(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := again.Predict("The cow gets grass!")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.Classes(), p.Class)
	// Output: [fierce peaceful] fierce
}

// The encoder in a graph of one's own.
func ExampleEncoder_Forward() {
	m, err := farmModel()
	if err != nil {
		fmt.Println(err)
		return
	}
	g := verso.NewGraph(1)
	in := bert.NewInput(g, "text")
	last := m.Encoder().Forward(g, in).Last // (total, H)
	longest := verso.MaxOverTime(g, last)   // (batch, H)
	machine, err := g.Compile(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer machine.Close()
	e, err := m.Pieces().Encode("the dog eats bones .", 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := in.Feed(machine, [][]int{e.IDs}, [][]int{e.Types}); err != nil {
		fmt.Println(err)
		return
	}
	if err := machine.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(machine.Float32s(longest)), "numbers, finite:", !math.IsNaN(float64(machine.Float32s(longest)[0])))
	// Output: 32 numbers, finite: true
}

// farmFolder is a folder as Hugging Face's library writes it.
func farmFolder() string {
	m, err := farmModel()
	if err != nil {
		panic(err)
	}
	dir, err := os.MkdirTemp("", "model")
	if err == nil {
		err = m.SaveFolder(dir)
	}
	if err != nil {
		panic(err)
	}
	return dir
}
