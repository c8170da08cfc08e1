package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/seed6481993f/verso/bert"
	"github.com/seed6481993f/verso/embedding/dataset"
)

//go:embed data/barclay.txt.gz
var novels []byte

//go:embed data/mr-part.tsv.gz
var reviews []byte

// Parts of the data that -quick has time for.
const (
	quickPassages = 40
	quickExamples = 1500
)

// corpus returns the documents to learn from and those held out, the last of ten each.
func (o options) corpus() (train, test []bert.Document, err error) {
	var r io.Reader = bytes.NewReader(novels)
	name := "the novels"
	if o.pretrain.file != "" {
		f, err := os.Open(o.pretrain.file)
		if err != nil {
			return nil, nil, err
		}
		defer f.Close()
		r, name = f, o.pretrain.file
	}
	if o.pretrain.file == "" || strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(r); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	all, err := bert.ReadCorpus(r)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	all = passages(all)
	if o.quick {
		all = all[:min(len(all), quickPassages)]
	}
	for i, d := range all {
		if i%10 == 9 {
			test = append(test, d)
		} else {
			train = append(train, d)
		}
	}
	return train, test, nil
}

// passages cuts documents into pieces of 40 sentences: pairs are drawn from
// other documents, of which a novel alone would have none.
func passages(all []bert.Document) []bert.Document {
	const most = 40
	var out []bert.Document
	for _, d := range all {
		for len(d) > most+most/2 {
			out, d = append(out, d[:most]), d[most:]
		}
		out = append(out, d)
	}
	return out
}

// examples returns those to fine-tune on and a held-out tenth.
func (o options) examples() (train, test []dataset.Example, err error) {
	var all []dataset.Example
	if o.finetune != "" {
		all, err = dataset.LoadTSV(o.finetune)
	} else {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(reviews)); err == nil {
			all, err = dataset.ReadTSV(z)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	order := rand.New(rand.NewPCG(o.seed, 0x637574)).Perm(len(all)) // a stream of its own
	if o.quick {
		order = order[:min(len(order), quickExamples)]
	}
	held := len(order) / 10
	if held < 1 {
		return nil, nil, fmt.Errorf("want at least 10 examples, got %d", len(all))
	}
	test, train = dataset.Pick(all, order[:held]), dataset.Pick(all, order[held:])
	known := map[string]bool{}
	for _, c := range dataset.Classes(train) {
		known[c] = true
	}
	for _, e := range test {
		if !known[e.Class] {
			return nil, nil, fmt.Errorf("class %q is among the %d held-out examples alone; give more of it", e.Class, held)
		}
	}
	return train, test, nil
}
