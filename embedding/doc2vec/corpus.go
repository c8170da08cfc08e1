package doc2vec

import (
	"context"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// Document is a text with its tags: names under which its vector is found. Documents may share tags, such as an author.
// One without tags has its number, from 0, as its tag.
type Document struct {
	Tags  []string
	Words []string
}

// corpus is documents in numbers: words 0 … len(words)−1, then tags.
type corpus struct {
	words  *vocab.Vocabulary
	tags   []string
	texts  *loglinear.Corpus // ids of words
	tagged loglinear.Corpus  // rows of tags
}

// collect reads all documents twice: to count words, and to number them.
func collect(ctx context.Context, documents iter.Seq[Document], c *Config) (*corpus, error) {
	var counter vocab.Counter
	n := 0
	for d := range documents {
		if n++; n%64 == 0 && ctx.Err() != nil {
			break
		}
		for _, w := range d.Words {
			counter.Add(w)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("doc2vec: reading: %w", err)
	}
	words, err := counter.Vocabulary(vocab.Config{MinCount: c.MinCount, MaxSize: c.MaxWords})
	if err != nil {
		return nil, fmt.Errorf("doc2vec: %w", err)
	}
	if words.Len() == 0 {
		return nil, fmt.Errorf("%w: %d documents without a word that occurs %d times", ErrCorpus, n, c.MinCount)
	}
	all := &corpus{words: words, texts: &loglinear.Corpus{}}
	index := map[string]int32{}
	var ids []int
	var text, rows []int32
	for d := range documents {
		ids, text, rows = words.AppendIDs(ids[:0], d.Words), text[:0], rows[:0]
		for _, id := range ids {
			text = append(text, int32(id))
		}
		tags := d.Tags
		if len(tags) == 0 {
			tags = []string{strconv.Itoa(all.texts.Len())}
		}
		for _, tag := range tags {
			row, ok := index[tag]
			if !ok {
				if len(all.tags) >= math.MaxInt32-words.Len() {
					return nil, fmt.Errorf("%w: more than 2^31-1 words and tags", ErrCorpus)
				}
				row = int32(words.Len() + len(all.tags))
				index[tag] = row
				all.tags = append(all.tags, strings.Clone(tag))
			}
			rows = append(rows, row)
		}
		all.texts.Append(text...)
		all.tagged.Append(rows...)
	}
	return all, nil
}

// counts are those of the words.
func (c *corpus) counts() []int64 {
	counts := make([]int64, c.words.Len())
	for i := range counts {
		counts[i] = c.words.Count(i)
	}
	return counts
}
