// Bert pre-trains a small BERT on two novels, lets it fill in missing words, and
// fine-tunes it to tell good film reviews from bad ones; or takes one of Hugging
// Face's models and does the last two with it.
//
//	go run ./examples/bert                         # both, under two minutes
//	go run ./examples/bert -quick                  # on a part of the data, some seconds
//	go run ./examples/bert -pretrain=my.txt        # on a text of your own, a sentence a line
//	go run ./examples/bert -finetune train.tsv     # on examples of your own
//	go run ./examples/bert -model DIR              # fill [MASK] in lines that you type
//	go run ./examples/bert -model DIR -finetune train.tsv
//
// A corpus has a sentence a line and an empty line between two documents.
// Examples are one a line: a class, a tab, a text. Both are UTF-8 and may be
// gzip'ed (.gz). A tenth of the examples, drawn with -seed, is held out. DIR is
// what save_pretrained of Hugging Face's library writes: config.json, vocab.txt
// and model.safetensors or pytorch_model.bin. All flags: -help.
//
// The last line of the output is accuracy=0.xxxx, of the held-out examples, with
// those of guessing the most frequent class (majority=) and of naive Bayes over
// words (bayes=) beside it; after -pretrain alone it is the accuracy on hidden
// pieces, beside that of always guessing the most frequent one. Bad input is one
// line on standard error and exit code 1; an interrupt gives exit code 130.
//
// Two novels and a minute are little: do not expect more than naive Bayes from
// what is learned here. The weights of Devlin et al. saw 3.3 billion words.
package main

import (
	"github.com/seed6481993f/verso/examples/internal/cli"
)

func main() { cli.Main(run) }
