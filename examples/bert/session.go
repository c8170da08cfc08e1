package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/examples/internal/cli"
)

// session is one run of the program.
type session struct {
	options
	t       *cli.Terminal
	stdin   io.Reader
	m       *bert.Model
	held    []bert.Document // of the corpus, for judging
	filled  int             // texts
	figures string          // the last line
}

// open reads a model of Hugging Face's.
func (r *session) open() (err error) {
	if r.m, err = bert.OpenFolder(r.model); err != nil {
		return err
	}
	c := r.m.Config()
	r.t.Printf("%s: %d layers of %d features, %d heads, %d word pieces\n", r.model, c.Layers, c.Hidden, c.Heads, c.VocabSize)
	return nil
}

// small is what a minute of two cores can pre-train: two layers of 128 features,
// sequences of 32 pieces out of 3,000.
func (r *session) small() bert.PretrainConfig {
	c := bert.DefaultPretrainConfig()
	c.Model = bert.TinyConfig()
	c.Model.Positions, c.Model.InitializerRange = 128, 0.05
	c.Model.HiddenDropout, c.Model.AttentionDropout = 0, 0 // no text is seen twice with the same mask
	c.Vocabulary.Size, c.MaxPieces, c.Copies, c.Rate, c.Seed = 3_000, 32, r.copies, 1e-3, r.seed
	return c
}

// optimiser is AdamW as short trainings of small models want it.
func optimiser() verso.Optimizer {
	a := verso.DefaultBertAdamConfig()
	a.Beta2 = 0.98
	return verso.AdamW(a)
}

func (r *session) fit(f verso.FitConfig, name string, every int) verso.FitConfig {
	f.Batch, f.Shards, f.Seed, f.Workers = 16, 2, r.seed, r.workers
	f.Progress = progress(r.t, name, every)
	return f
}

// learn pre-trains a model and judges it on what was held out.
func (r *session) learn(ctx context.Context) error {
	train, test, err := r.corpus()
	if err != nil {
		return err
	}
	r.held = test
	if len(test) == 0 {
		return fmt.Errorf("the corpus is too small: want at least 10 passages, got %d", len(train))
	}
	if r.finetunes() { // the texts of the examples are text too; their classes are not looked at
		examples, _, err := r.examples()
		if err != nil {
			return err
		}
		train = append(train, texts(examples)...)
	}
	c := r.small()
	fit := r.fit(bert.DefaultPretraining(), "pre-training", 500)
	fit.Optimizer = optimiser()
	if r.m, _, err = bert.Pretrain(ctx, train, c, fit); err != nil {
		return err
	}
	c.Copies = 1
	s, err := r.m.EvaluatePretraining(ctx, test, c)
	if err != nil {
		return err
	}
	guess := frequent(r.m, train, test)
	r.t.Printf("%d hidden pieces of unseen text: %.4f right (always the most frequent: %.4f), loss %.3f; next passage: %.4f of %d pairs right\n",
		s.Masked, s.MaskedAccuracy, guess, s.MaskedLoss, s.NextAccuracy, s.Pairs)
	r.figures = fmt.Sprintf("accuracy=%.4f majority=%.4f masked_loss=%.4f next_accuracy=%.4f", s.MaskedAccuracy, guess, s.MaskedLoss, s.NextAccuracy)
	return nil
}

// texts makes documents of examples, fifty in each.
func texts(examples []dataset.Example) []bert.Document {
	var out []bert.Document
	for i, e := range examples {
		if i%50 == 0 {
			out = append(out, nil)
		}
		if s := strings.TrimSpace(e.Text); s != "" {
			out[len(out)-1] = append(out[len(out)-1], s)
		}
	}
	return out
}

// frequent is the share of pieces of the held-out text that are the most
// frequent one of the training text.
func frequent(m *bert.Model, train, test []bert.Document) float64 {
	count := func(docs []bert.Document) []int {
		n := make([]int, m.Pieces().Len())
		for _, d := range docs {
			for _, s := range d {
				for _, p := range m.Pieces().Pieces(s) {
					n[p.ID]++
				}
			}
		}
		return n
	}
	best, seen := 0, count(train)
	for id, n := range seen {
		if n > seen[best] {
			best = id
		}
	}
	total, held := 0, count(test)
	for _, n := range held {
		total += n
	}
	return float64(held[best]) / float64(max(1, total))
}

// fillMasks shows what stands at [MASK]: in -fill, in lines that are typed, in
// three of our own, or in three held-out sentences of the user's corpus.
func (r *session) fillMasks(ctx context.Context) error {
	switch {
	case r.fill != "":
		return r.fillOne(ctx, r.fill)
	case r.model == "":
		texts := []string{"He took her [MASK] in his.", "\"I do not know,\" said [MASK].", "It is one of the [MASK] films of the year."}
		if r.pretrain.file != "" {
			texts = hideOne(r.held, 3)
		}
		for _, s := range texts {
			if err := r.fillOne(ctx, s); err != nil {
				return err
			}
		}
		return nil
	case r.finetunes():
		return nil
	}
	r.t.Printf("Type a line with [MASK] in it; an empty one ends.\n> ")
	for line, err := range cli.Lines(ctx, r.stdin) {
		if err != nil {
			return err
		}
		if strings.TrimSpace(line) == "" {
			break
		}
		switch err := r.fillOne(ctx, line); {
		case errors.Is(err, bert.ErrHead), ctx.Err() != nil:
			return err
		case err != nil:
			r.t.Printf("%v\n", err)
		}
		r.t.Printf("> ")
	}
	r.t.Printf("\n")
	return nil
}

// hideOne hides the word in the middle of the first sentence of some documents.
func hideOne(docs []bert.Document, n int) (texts []string) {
	for _, d := range docs[:min(n, len(docs))] {
		words := strings.Fields(d[0])
		words[len(words)/2] = mask
		texts = append(texts, strings.Join(words, " "))
	}
	return texts
}

func (r *session) fillOne(ctx context.Context, text string) error {
	places, err := r.m.FillMask(ctx, text, 5)
	if err != nil {
		return err
	}
	r.filled++
	r.t.Printf("%s\n", text)
	for _, words := range places {
		r.t.Printf("   ")
		for _, w := range words {
			r.t.Printf(" %s %.3f", w.Text, w.Probability)
		}
		r.t.Printf("\n")
	}
	return nil
}

// classify fine-tunes the model and judges it beside the baselines.
func (r *session) classify(ctx context.Context) error {
	train, test, err := r.examples()
	if err != nil {
		return err
	}
	c := bert.DefaultClassifierConfig()
	c.Rate, c.Seed = r.rate, r.seed
	fit := r.fit(bert.DefaultFineTuning(), "fine-tuning", 0)
	fit.Epochs = r.epochs
	if r.model == "" {
		fit.Optimizer = optimiser()
	} else {
		fit.Batch = 32
	}
	k, _, err := bert.FineTune(ctx, r.m, train, test, c, fit)
	if err != nil {
		return err
	}
	confusion, err := k.Evaluate(ctx, test)
	if err != nil {
		return err
	}
	for i := range min(3, len(test)) {
		p, err := k.Predict(test[i].Text)
		if err != nil {
			return err
		}
		r.t.Printf("%s, said %s with %.2f: %.90s\n", test[i].Class, p.Class, p.Probability, test[i].Text)
	}
	most, words := majority(train, test), bayes(train, test)
	r.t.Printf("%d held-out examples: %.4f right; the most frequent class %.4f, naive Bayes over words %.4f\n", len(test), confusion.Accuracy(), most, words)
	r.figures = fmt.Sprintf("accuracy=%.4f majority=%.4f bayes=%.4f test=%d", confusion.Accuracy(), most, words, len(test))
	if r.save == "" {
		return nil
	}
	return k.SaveFolder(r.save)
}

// keep writes a pre-trained model.
func (r *session) keep() error {
	if r.save == "" {
		return nil
	}
	return r.m.SaveFolder(r.save)
}
