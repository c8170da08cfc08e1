package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed" // for the novels
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/seed6481993f/verso/embedding/vectors"
)

var (
	//go:embed data/novels.txt.gz
	novels []byte
	//go:embed data/pairs.tsv
	ownPairs []byte
)

// corpus is a text cut into words, and pairs to judge by.
type corpus struct {
	name      string
	sentences [][]string
	words     int
	pairs     []vectors.WordPair
}

func load(o options) (*corpus, error) {
	c := &corpus{name: "six novels"}
	var err error
	if o.pairs != "" {
		c.pairs, err = vectors.LoadPairs(o.pairs)
	} else {
		c.pairs, err = vectors.ReadPairs(bytes.NewReader(ownPairs))
	}
	if err != nil {
		return nil, err
	}
	var text io.Reader = bytes.NewReader(novels)
	zipped := true
	if o.corpus != "" {
		f, err := os.Open(o.corpus)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		c.name, text, zipped = o.corpus, f, strings.HasSuffix(o.corpus, ".gz")
	}
	if zipped {
		if text, err = gzip.NewReader(text); err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	if err := c.read(text); err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	if o.quick { // every third sentence, so that all novels have a part
		part := c.sentences[:0]
		c.words = 0
		for i := 0; i < len(c.sentences); i += 3 {
			part = append(part, c.sentences[i])
			c.words += len(c.sentences[i])
		}
		c.sentences = part
	}
	return c, nil
}

// read cuts lines into words.
func (c *corpus) read(text io.Reader) error {
	s := bufio.NewScanner(text)
	s.Buffer(nil, 1<<30)
	for s.Scan() {
		words := strings.FieldsFunc(strings.ToLower(s.Text()), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\''
		})
		if len(words) > 0 {
			c.sentences = append(c.sentences, words)
			c.words += len(words)
		}
	}
	return s.Err()
}
