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

// instance is one example of pre-training: a pair of passages with masked places.
type instance struct {
	ids, types []int
	wanted     []int // 0, the place of [CLS], and the masked places, rising
	labels     []int // what stood at the masked places
	follows    int   // 0: the second passage follows the first, 1: it does not
}

// drawer makes instances of documents, as the program of Devlin et al. 2019 does.
type drawer struct {
	c         PretrainConfig
	pieces    *wordpiece.Tokenizer
	documents [][][]int // pieces of each sentence of each document
	inside    []bool    // by number: a piece that goes on with a word
	ordinary  []int     // numbers of all pieces that are not special
	rng       *rand.Rand
}

// instances cuts a corpus into examples, c.Copies times with other cuts, pairs
// and masks.
func instances(ctx context.Context, pieces *wordpiece.Tokenizer, corpus []Document, c PretrainConfig) ([]instance, error) {
	d := &drawer{c: c, pieces: pieces, rng: rand.New(rand.NewPCG(c.Seed, 0x6d61736b))}
	for id, s := range pieces.Tokens() {
		d.inside = append(d.inside, strings.HasPrefix(s, "##"))
		if !pieces.Special(id) {
			d.ordinary = append(d.ordinary, id)
		}
	}
	for _, doc := range corpus {
		var cut [][]int
		for _, s := range doc {
			var ids []int
			for _, p := range pieces.Pieces(s) {
				ids = append(ids, p.ID)
			}
			if ids != nil {
				cut = append(cut, ids)
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("cutting the corpus: %w", err)
		}
		if cut != nil {
			d.documents = append(d.documents, cut)
		}
	}
	var out []instance
	for range c.Copies {
		for i := range d.documents {
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("making examples: %w", err)
			}
			out = d.document(out, i)
		}
	}
	if len(out) == 0 || len(d.ordinary) == 0 {
		return nil, fmt.Errorf("%w: %d documents give no example", ErrCorpus, len(corpus))
	}
	return out, nil
}

// document appends the instances of one document: sentences are gathered until
// they fill a sequence, then cut in two, and half of the time the second part is
// replaced by one from elsewhere.
func (d *drawer) document(out []instance, number int) []instance {
	doc, most := d.documents[number], d.c.MaxPieces-3
	target := d.target(most)
	var chunk [][]int
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
func (d *drawer) elsewhere(number, target int) []int {
	other := number
	for range 10 {
		if other = d.rng.IntN(len(d.documents)); other != number {
			break
		}
	}
	var out []int
	doc := d.documents[other]
	for _, s := range doc[d.rng.IntN(len(doc)):] {
		if out = append(out, s...); len(out) >= target {
			break
		}
	}
	return out
}

// truncate takes pieces from the front or the back of the longer passage.
func (d *drawer) truncate(a, b []int, most int) (x, y []int) {
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

// mask joins two passages and hides some of their pieces: of those drawn, 80 %
// become [MASK], 10 % another piece, 10 % stay.
func (d *drawer) mask(a, b []int, follows int) instance {
	n := len(a) + len(b) + 3
	in := instance{ids: make([]int, 0, n), types: make([]int, n), follows: follows}
	in.ids = append(append(append(in.ids, d.pieces.Class()), a...), d.pieces.Separator())
	for i := len(in.ids); i < n; i++ {
		in.types[i] = 1
	}
	in.ids = append(append(in.ids, b...), d.pieces.Separator())

	var groups [][]int // places that are hidden together
	for i, id := range in.ids {
		switch {
		case id == d.pieces.Class() || id == d.pieces.Separator():
		case d.c.WholeWords && d.inside[id] && len(groups) > 0 && groups[len(groups)-1][len(groups[len(groups)-1])-1] == i-1:
			groups[len(groups)-1] = append(groups[len(groups)-1], i)
		default:
			groups = append(groups, []int{i})
		}
	}
	d.rng.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	count := min(d.c.MaxMasked, max(1, int(math.Round(d.c.Masked*float64(n)))))
	var places []int
	for _, g := range groups {
		if len(places)+len(g) <= count {
			places = append(places, g...)
		}
	}
	slices.Sort(places)
	in.wanted = append([]int{0}, places...)
	for _, i := range places {
		in.labels = append(in.labels, in.ids[i])
		switch draw := d.rng.Float64(); {
		case draw < 0.8:
			in.ids[i] = d.pieces.Mask()
		case draw < 0.9:
			in.ids[i] = d.ordinary[d.rng.IntN(len(d.ordinary))]
		}
	}
	return in
}
