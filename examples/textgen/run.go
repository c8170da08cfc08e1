package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/seed6481993f/verso/examples/internal/cli"
	"github.com/seed6481993f/verso/recurrent"
)

// run is the program. It writes results to stdout; to stderr it writes the
// progress bar and, where something is wrong, one line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return cli.Exit(ctx, "textgen", start(ctx, args, stdout, stderr), stderr)
}

func start(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stdout)
	if err != nil {
		return err
	}
	t := cli.NewTerminal(stdout, stderr)
	defer t.Close()
	if o.model != "" {
		m, err := recurrent.LoadLMFile(o.model)
		if err != nil {
			return err
		}
		if err := o.write(ctx, m, t); err != nil || o.test == "" {
			return err
		}
		return o.judgeFile(ctx, m, t)
	}
	text, err := o.texts()
	if err != nil {
		return err
	}
	m, train, err := o.learn(ctx, text, t)
	if err != nil {
		return err
	}
	if o.save != "" {
		if err := m.SaveFile(o.save); err != nil {
			return err
		}
	}
	if err := o.write(ctx, m, t); err != nil {
		return err
	}
	return o.judge(ctx, m, train, text.test, t)
}

// judge prints the perplexity of the held-out text beside that of counting.
func (o *options) judge(ctx context.Context, m *recurrent.LanguageModel, train []int, text string, t *cli.Terminal) error {
	test, err := m.IDs(text)
	if err != nil {
		return err
	}
	perplexity, err := m.Perplexity(ctx, test)
	if err != nil {
		return err
	}
	unigram, bigram := baselines(train, test, m.Words().Len())
	t.Printf("%d held-out tokens: the model is, on average, choosing between %.2f tokens, counted pairs between %.2f, counted tokens between %.2f\n",
		len(test), perplexity, bigram, unigram)
	t.Printf("perplexity=%.4f baseline_perplexity=%.4f unigram_perplexity=%.4f tokens=%d\n", perplexity, bigram, unigram, len(test))
	return nil
}

// learn trains a model and returns it with the numbers of the training text.
func (o *options) learn(ctx context.Context, text texts, t *cli.Terminal) (*recurrent.LanguageModel, []int, error) {
	words, err := recurrent.LMVocabulary(text.train, o.config)
	if err != nil {
		return nil, nil, err
	}
	m, err := recurrent.NewLM(words, o.config)
	if err != nil {
		return nil, nil, err
	}
	train, err := m.IDs(text.train)
	if err != nil {
		return nil, nil, err
	}
	valid, err := m.IDs(text.valid)
	if err != nil {
		return nil, nil, err
	}
	if err := o.accepts(ctx, m, train); err != nil {
		return nil, nil, err
	}
	t.Printf("%d tokens to learn from, %d different, %d weights\n", len(train), words.Len(), m.Params().Len())
	f := o.fit(len(train))
	f.Progress = progress(t)
	_, err = m.Fit(ctx, train, valid, f)
	return m, train, err
}

// accepts refuses a prompt that the model will not be able to go on from: now, and
// not after the training. Where no prompt is given and the text has no line's end
// to begin after, the text's first known token is the prompt.
func (o *options) accepts(ctx context.Context, m *recurrent.LanguageModel, text []int) error {
	one := o.generate
	one.Length = 1
	var err error
	for _, err = range m.Generate(ctx, o.prompt, one) {
	}
	if !errors.Is(err, recurrent.ErrText) {
		return err
	}
	unk, has := m.Words().Unk()
	for _, id := range text {
		if word, _ := m.Words().Word(id); !has || id != unk {
			o.prompt = word
			return nil
		}
	}
	return err
}

// write goes on from the prompt.
func (o *options) write(ctx context.Context, m *recurrent.LanguageModel, t *cli.Terminal) error {
	var out []string
	if p := strings.TrimRight(o.prompt, " "); p != "" && m.Config().Level == recurrent.LevelWord {
		out = append(out, p)
	} else {
		out = append(out, o.prompt)
	}
	for token, err := range m.Generate(ctx, o.prompt, o.generate) {
		if err != nil {
			return err
		}
		out = append(out, token.Text)
	}
	t.Printf("\n%s\n\n", strings.TrimSpace(m.Join(out)))
	return nil
}

// judgeFile prints the perplexity of -test by a model that was read.
func (o *options) judgeFile(ctx context.Context, m *recurrent.LanguageModel, t *cli.Terminal) error {
	text, err := readText(o.test)
	if err != nil {
		return err
	}
	ids, err := m.IDs(text)
	if err != nil {
		return err
	}
	perplexity, err := m.Perplexity(ctx, ids)
	if err != nil {
		return err
	}
	t.Printf("perplexity=%.4f tokens=%d\n", perplexity, len(ids))
	return nil
}
