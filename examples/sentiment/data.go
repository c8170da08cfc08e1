package main

import (
	"bytes"
	"compress/gzip"
	_ "embed" // for the film reviews
	"fmt"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/conv1d"
	"github.com/seed6481993f/verso/embedding/dataset"
	"github.com/seed6481993f/verso/embedding/vectors"
)

//go:embed data/mr.tsv.gz
var filmReviews []byte

// heldOut is the part of the examples that is kept for the test, and of the rest
// that chooses the epoch.
const heldOut = 0.1

// corpus is all text of a run and, where the variant wants them, word vectors.
type corpus struct {
	name      string // for messages
	classes   []string
	examples  []dataset.Example
	test, dev []dataset.Example // of files of their own; nil without
	vectors   *vectors.Vectors
}

// part is one cut of a corpus.
type part struct {
	train []dataset.Example // to learn from
	dev   []dataset.Example // to choose the epoch by
	test  []dataset.Example // to be judged on
}

// load reads everything that the flags name, and with -quick keeps a sample.
func load(o options) (*corpus, error) {
	c := &corpus{name: "film reviews"}
	var err error
	if o.data != "" {
		c.name = o.data
		c.examples, err = dataset.LoadTSV(o.data)
	} else {
		c.examples, err = builtIn()
	}
	if err != nil {
		return nil, err
	}
	if c.classes = dataset.Classes(c.examples); len(c.classes) < 2 {
		return nil, fmt.Errorf("%s: want at least two classes, got only %q", c.name, c.classes[0])
	}
	if c.test, err = c.further(o.test); err != nil {
		return nil, err
	}
	if c.dev, err = c.further(o.dev); err != nil {
		return nil, err
	}
	if o.quick {
		budget := sampleCost
		if o.several() {
			budget /= 2
		}
		c.examples, c.test, c.dev = sample(c.examples, budget, o.seed), sample(c.test, budget, o.seed), sample(c.dev, budget/2, o.seed)
	}
	if o.vectors != "" {
		err = c.loadVectors(o)
	}
	return c, err
}

// frequentWords is how many word vectors are kept whatever the texts say, so that
// a saved model knows more words than it was trained on.
const frequentWords = 100_000

// loadVectors reads the vectors of the words that the corpus has, and of the
// most frequent ones, which files have first. All of a large file would take
// gigabytes.
func (c *corpus) loadVectors(o options) error {
	seen, err := conv1d.Words(slices.Concat(c.examples, c.dev, c.test), nil, o.convolution(o.seed))
	if err != nil {
		return err
	}
	row, found := 0, 0
	c.vectors, err = vectors.LoadFile(o.vectors, vectors.Options{
		InvalidUTF8: vectors.UTF8Replace, // the word2vec program cuts long words
		Keep: func(word string) bool {
			row++
			_, ok := seen.ID(word)
			if ok {
				found++
			}
			return ok || row <= frequentWords
		},
	})
	if err == nil && found == 0 {
		err = fmt.Errorf("%s: no word of the texts has a vector", o.vectors)
	}
	return err
}

func builtIn() ([]dataset.Example, error) {
	z, err := gzip.NewReader(bytes.NewReader(filmReviews))
	if err != nil {
		return nil, err
	}
	return dataset.ReadTSV(z)
}

// further reads a test or development file, whose classes the data must have.
func (c *corpus) further(path string) ([]dataset.Example, error) {
	if path == "" {
		return nil, nil
	}
	examples, err := dataset.LoadTSV(path)
	if err != nil {
		return nil, err
	}
	for _, class := range dataset.Classes(examples) {
		if !slices.Contains(c.classes, class) {
			return nil, fmt.Errorf("%s: no example of %s has the class %q, only %q", path, c.name, class, c.classes)
		}
	}
	return examples, nil
}

// cut holds examples out for the test and for choosing the epoch, unless they
// have files of their own.
func (c *corpus) cut(seed uint64) (part, error) {
	p := part{train: c.examples, dev: c.dev, test: c.test}
	if p.test == nil {
		fraction := max(heldOut, 1/float64(len(p.train))) // at least one
		if p.train, p.test = holdOut(p.train, fraction, seed); len(p.test) == 0 {
			return p, fmt.Errorf("%s: no example can be held out, each is the only one of its class: give -test FILE", c.name)
		}
	}
	if p.dev == nil {
		p.train, p.dev = holdOut(p.train, heldOut, seed)
	}
	return p, nil
}

// holdOut shuffles the examples and holds the last fraction of them out, but no
// class's only example.
func holdOut(examples []dataset.Example, fraction float64, seed uint64) (rest, held []dataset.Example) {
	numbers := make([]int, len(examples))
	for i := range numbers {
		numbers[i] = i
	}
	a, b, _ := verso.Split(numbers, fraction, seed) // of a fraction that is in range
	rest = dataset.Pick(examples, a)
	for _, e := range dataset.Pick(examples, b) {
		if hasClass(rest, e.Class) {
			held = append(held, e)
		} else {
			rest = append(rest, e)
		}
	}
	return rest, held
}

func hasClass(examples []dataset.Example, class string) bool {
	return slices.ContainsFunc(examples, func(e dataset.Example) bool { return e.Class == class })
}
