package bert

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/bert/wordpiece"
)

// instance is one example of pre-training: a passage, or a pair, with hidden
// places. There are many: numbers take four bytes.
type instance struct {
	ids     []int32
	second  int     // where the second passage begins, whose pieces have type 1
	places  []int32 // that are hidden, rising
	labels  []int32 // what stood there
	follows int     // 0: the second passage follows the first, 1: it does not
}

// input returns the pieces and their types as a graph takes them.
func (e instance) input() (ids, types []int) {
	ids, types = make([]int, len(e.ids)), make([]int, len(e.ids))
	for i, id := range e.ids {
		ids[i] = int(id)
		if i >= e.second {
			types[i] = 1
		}
	}
	return ids, types
}

// drawer makes instances of documents, as the program of Devlin et al. 2019 does.
type drawer struct {
	c         PretrainConfig
	pieces    *wordpiece.Tokenizer
	documents [][][]int32 // pieces of each sentence of each document
	inside    []bool      // by number: a piece that goes on with a word
	ordinary  []int32     // numbers of all pieces that are not special
	rng       *rand.Rand
}

// instances cuts a corpus into examples, c.Copies times with other cuts, pairs
// and masks.
func instances(ctx context.Context, pieces *wordpiece.Tokenizer, corpus []Document, c PretrainConfig) ([]instance, error) {
	d := &drawer{c: c, pieces: pieces, rng: rand.New(rand.NewPCG(c.Seed, 0x6d61736b))}
	for id, s := range pieces.Tokens() {
		d.inside = append(d.inside, strings.HasPrefix(s, "##"))
		if !pieces.Special(id) {
			d.ordinary = append(d.ordinary, int32(id))
		}
	}
	for _, doc := range corpus {
		var cut [][]int32
		for _, s := range doc {
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("cutting the corpus: %w", err)
			}
			found := pieces.Pieces(s)
			if len(found) == 0 {
				continue
			}
			ids := make([]int32, len(found))
			for i, p := range found {
				ids[i] = int32(p.ID)
			}
			cut = append(cut, ids)
		}
		if cut != nil {
			d.documents = append(d.documents, cut)
		}
	}
	cut := d.pairs
	if !c.NextSentence {
		cut = d.passages
	}
	var out []instance
	for range c.Copies {
		for i := range d.documents {
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("making examples: %w", err)
			}
			out = cut(out, i)
		}
	}
	if len(out) == 0 || len(d.ordinary) == 0 {
		return nil, fmt.Errorf("%w: %d documents give no example", ErrCorpus, len(corpus))
	}
	return out, nil
}

// passages appends the instances of one document without pairs: its pieces from
// the first to the last, a sequence after another.
func (d *drawer) passages(out []instance, number int) []instance {
	all, most := slices.Concat(d.documents[number]...), d.c.MaxPieces-2
	for len(all) > 0 {
		n := min(d.target(most), len(all))
		out = append(out, d.mask(all[:n], nil, 0))
		all = all[n:]
	}
	return out
}

// pairs appends the instances of one document: sentences are gathered until
// they fill a sequence, then cut in two, and half of the time the second part is
// replaced by one from elsewhere.
func (d *drawer) pairs(out []instance, number int) []instance {
	doc, most := d.documents[number], d.c.MaxPieces-3
	target := d.target(most)
	var chunk [][]int32
	length := 0
	for i := 0; i < len(doc); i++ {
		chunk = append(chunk, doc[i])
		length += len(doc[i])
		if i < len(doc)-1 && length < target {
			continue
		}
		end := 1 // sentences of the first passage
		if len(chunk) > 1 {
			end = 1 + d.rng.IntN(len(chunk)-1)
		}
		a := slices.Concat(chunk[:end]...)
		b, follows := slices.Concat(chunk[end:]...), 0
		if len(chunk) == 1 || d.rng.Float64() < 0.5 {
			b, follows = d.elsewhere(number, target-len(a)), 1
			i -= len(chunk) - end // what was not used comes again
		}
		a, b = d.truncate(a, b, most)
		out = append(out, d.mask(a, b, follows))
		chunk, length, target = nil, 0, d.target(most)
	}
	return out
}

// target is how many pieces a sequence is filled to: mostly all, now and then
// fewer, so that the model sees short ones too.
func (d *drawer) target(most int) int {
	if d.rng.Float64() < d.c.Short {
		return 2 + d.rng.IntN(max(1, most-1))
	}
	return most
}

// elsewhere returns a passage of another document, where there is one, of about so many pieces.
func (d *drawer) elsewhere(number, target int) []int32 {
	other := number
	for range 10 {
		if other = d.rng.IntN(len(d.documents)); other != number {
			break
		}
	}
	var out []int32
	doc := d.documents[other]
	for _, s := range doc[d.rng.IntN(len(doc)):] {
		if out = append(out, s...); len(out) >= target {
			break
		}
	}
	return out
}

// truncate takes pieces from the front or the back of the longer passage.
func (d *drawer) truncate(a, b []int32, most int) (x, y []int32) {
	for len(a)+len(b) > most {
		longer := &a
		if len(b) >= len(a) {
			longer = &b
		}
		if d.rng.IntN(2) == 0 {
			*longer = (*longer)[1:]
		} else {
			*longer = (*longer)[:len(*longer)-1]
		}
	}
	return a, b
}

// mask joins two passages, or takes one, and hides some of the pieces: of those
// drawn, 80 % become [MASK], 10 % another piece, 10 % stay.
func (d *drawer) mask(a, b []int32, follows int) instance {
	class, separator := int32(d.pieces.Class()), int32(d.pieces.Separator())
	ids := slices.Concat([]int32{class}, a, []int32{separator})
	in := instance{second: len(ids), follows: follows}
	if b != nil {
		ids = slices.Concat(ids, b, []int32{separator})
	}
	in.ids = ids
	in.places = d.places(ids)
	in.labels = make([]int32, len(in.places))
	for k, i := range in.places {
		in.labels[k] = ids[i]
		switch draw := d.rng.Float64(); {
		case draw < 0.8:
			ids[i] = int32(d.pieces.Mask())
		case draw < 0.9:
			ids[i] = d.ordinary[d.rng.IntN(len(d.ordinary))]
		}
	}
	return in
}

// places draws the places that are hidden.
func (d *drawer) places(ids []int32) []int32 {
	var groups [][]int32 // places that are hidden together
	for i, id := range ids {
		switch last := len(groups) - 1; {
		case int(id) == d.pieces.Class() || int(id) == d.pieces.Separator():
		case d.c.WholeWords && d.inside[id] && last >= 0 && int(groups[last][len(groups[last])-1]) == i-1:
			groups[last] = append(groups[last], int32(i))
		default:
			groups = append(groups, []int32{int32(i)})
		}
	}
	d.rng.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	count := min(d.c.MaxMasked, max(1, int(math.Round(d.c.Masked*float64(len(ids))))))
	var places []int32
	for _, g := range groups {
		if len(places)+len(g) <= count {
			places = append(places, g...)
		}
	}
	slices.Sort(places)
	return slices.Clip(places)
}
