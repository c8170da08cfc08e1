// Translate learns to translate from pairs of sentences, and shows where it looked.
//
//	go run ./examples/translate                      # English to Spanish, under two minutes
//	go run ./examples/translate -quick               # a part of it, some seconds
//	go run ./examples/translate "Where is my book?"  # translate this as well
//	go run ./examples/translate -data pairs.tsv -minutes 20
//
// A file of pairs has a source, a tab and a target a line, in UTF-8; it may be
// gzip'ed (.gz), and what follows a second tab is passed over. Its last 2,000
// distinct sources, of fewer than 4,000 a fifth, are held out with all their
// targets, which are the references that translations of them are judged by. With
// -quick the test is the 300 shortest of them. All flags: -help.
//
// The last line of the output is bleu=… baseline_bleu=…: corpus BLEU of the
// text as it would be read, with sacreBLEU's 13a tokens, case kept, from 0 to 100.
// The baseline translates word by word, with a dictionary of what occurs together
// in the same pairs. Bad input is one line on standard error and exit code 1; an
// interrupt shows what was learned until then and gives exit code 130.
//
// Sources: Bahdanau, Cho & Bengio 2015, Neural machine translation by jointly
// learning to align and translate; Papineni et al. 2002, BLEU; Post 2018, A call
// for clarity in reporting BLEU scores. Data: see data/README.md.
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
