// Package readme runs the snippets of README.md.
package readme

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/seed6481993f/verso/bert"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/examples/internal/glove"
)

func Example_classifier() {
	ctx := context.Background()

	train := []dataset.Example{ // dataset.LoadTSV reads them from a file: class, tab, text
		{Class: "neg", Text: "a dull , lifeless film"}, {Class: "pos", Text: "a witty , gorgeous film"},
		{Class: "neg", Text: "dull and far too long"}, {Class: "pos", Text: "gorgeous and never too long"},
		{Class: "neg", Text: "not funny , just dull"}, {Class: "pos", Text: "funny and gorgeous"},
	}
	c, fit := conv1d.DefaultConfig(), conv1d.DefaultFit() // Kim's classifier and his training
	c.Dim, c.Maps, fit.Epochs = 20, 10, 100
	model, _, err := conv1d.Train(ctx, train, nil, nil, c, fit) // the nils: examples to choose the epoch by, pretrained vectors
	if err != nil {
		log.Fatal(err)
	}
	answer, err := model.Predict("a gorgeous picture")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.Class) // pos

	// Output: pos
}

// The vectors that the examples ship stand in for GloVe's file.
func Example_vectors() {
	leave := inFolder()
	small, err := glove.Load()
	if err != nil {
		log.Fatal(err)
	}
	if err := small.SaveFile("glove.6B.100d.txt", vectors.GloVe); err != nil {
		log.Fatal(err)
	}

	v, err := vectors.LoadFile("glove.6B.100d.txt", vectors.Options{Limit: 50_000})
	if err != nil {
		log.Fatal(err)
	}
	near, err := v.MostSimilar(vectors.Query{Positive: []string{"king", "woman"}, Negative: []string{"man"}}, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s %.2f\n", near[0].Word, near[0].Score) // queen 0.77
	leave()

	// Output: queen 0.77
}

// A tiny BERT that has learned what animals eat stands in for a real one.
func Example_bert() {
	ctx := context.Background()
	leave := inFolder()
	if err := farm(ctx).SaveFolder("bert-base-uncased"); err != nil {
		log.Fatal(err)
	}

	m, err := bert.OpenFolder("bert-base-uncased") // as Hugging Face's save_pretrained writes it
	if err != nil {
		log.Fatal(err)
	}
	words, err := m.FillMask(ctx, "The cow eats [MASK].", 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(words[0][0].Text) // grass
	leave()

	// Output: grass
}

// farm pre-trains on twelve sentences.
func farm(ctx context.Context) *bert.Model {
	c := bert.DefaultPretrainConfig()
	c.Model = bert.TinyConfig()
	c.Model.Hidden, c.Model.Heads, c.Model.Intermediate, c.Model.Positions = 32, 2, 64, 32
	c.Model.InitializerRange = 0.1
	c.Vocabulary.Size, c.MaxPieces, c.Rate = 100, 32, 5e-3
	var corpus []bert.Document
	for range 30 {
		corpus = append(corpus,
			bert.Document{"The cat eats fish.", "A cat likes fish."},
			bert.Document{"The cow eats grass.", "A cow likes grass."})
	}
	fit := bert.DefaultPretraining()
	fit.Batch = 16
	m, _, err := bert.Pretrain(ctx, corpus, c, fit)
	if err != nil {
		log.Fatal(err)
	}
	return m
}

// inFolder goes to an empty folder and returns the way back.
func inFolder() func() {
	here, err := os.Getwd()
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "readme")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.Chdir(dir); err != nil {
		log.Fatal(err)
	}
	return func() {
		if err := os.Chdir(here); err != nil {
			log.Fatal(err)
		}
		os.RemoveAll(dir)
	}
}
