// Textgen learns a language model from a text and writes on from a prompt; by
// default it learns from Spanish sonnets, character by character.
//
//	go run ./examples/textgen                      # under two minutes
//	go run ./examples/textgen -quick               # on a part of the text, some seconds
//	go run ./examples/textgen -prompt "Amor, " -temperature 0.7
//	go run ./examples/textgen -level word -cell gru
//	go run ./examples/textgen -text my.txt -save my-model.safetensors
//	go run ./examples/textgen -model my-model.safetensors -prompt "Once"
//
// A text is UTF-8 and may be gzip'ed (.gz). Without -valid and -test the last
// twentieth of it is held out. With -zaremba this is the small model of Zaremba,
// Sutskever & Vinyals 2014, on the files of the Penn Treebank:
//
//	textgen -zaremba -text ptb.train.txt -valid ptb.valid.txt -test ptb.test.txt
//
// After a training the last line of the output is perplexity=…
// baseline_perplexity=…, of the held-out text: the model's and that of counted
// pairs of tokens; that of counted tokens follows (unigram_perplexity=). With -model
// it is perplexity=…, of -test, where that is given. All flags: -help. Bad input is one line on
// standard error and exit code 1; an interrupt gives exit code 130.
package main

import (
	"context"
	"io"

	"github.com/seed6481993f/verso/examples/internal/cli"
)

func main() {
	cli.Main(func(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
		return run(ctx, args, stdout, stderr)
	})
}
