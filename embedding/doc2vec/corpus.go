package doc2vec

import (
	"context"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

// Document is a text with its tags: names under which its vector is found. Documents may share tags, such as an author.
// One without tags has its number, from 0, as its tag; so a tag "7" elsewhere is the same as that of a document 7 without tags.
type Document struct {
	Tags  []string
	Words []string
}

// corpus is documents in numbers: words 0 … len(words)−1, then tags. A long document is several sequences with the same tags.
type corpus struct {
	words  []string
	counts []int64
	tags   []string
	texts  *loglinear.Corpus // ids of words
	tagged loglinear.Corpus  // rows of tags
}

// collect reads all documents, once.
func collect(ctx context.Context, documents iter.Seq[Document], c *Config) (*corpus, error) {
	all := &corpus{}
	text := kind.NewText(ctx)
	index := map[string]int32{}
	var word []byte
	var tags []int32
	documentsRead := 0
	for d := range documents {
		before := text.Sequences()
		for _, w := range d.Words {
			word = append(word[:0], w...)
			if err := text.Word(word); err != nil {
				return nil, err
			}
		}
		if err := text.End(); err != nil {
			return nil, err
		}
		if len(d.Tags) == 0 {
			d.Tags = []string{strconv.Itoa(documentsRead)}
		}
		tags = tags[:0]
		for _, tag := range d.Tags {
			id, ok := index[tag]
			if !ok {
				id = int32(len(all.tags))
				tag = strings.Clone(tag)
				index[tag] = id
				all.tags = append(all.tags, tag)
			}
			tags = append(tags, id)
		}
		for range text.Sequences() - before {
			all.tagged.Append(tags...)
		}
		documentsRead++
	}
	if err := text.Err(); err != nil {
		return nil, err
	}
	var err error
	if all.words, all.counts, all.texts, err = text.Cut(c.MinCount, c.MaxWords, 1); err != nil {
		return nil, err
	}
	if len(all.words)+len(all.tags) > math.MaxInt32 {
		return nil, fmt.Errorf("%w: %d words and %d tags, want less than 2^31", ErrCorpus, len(all.words), len(all.tags))
	}
	for _, tags := range all.tagged.All() {
		for i := range tags {
			tags[i] += int32(len(all.words))
		}
	}
	return all, nil
}
