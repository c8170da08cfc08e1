package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed" // for the emoji
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/multimodal"
)

var (
	//go:embed data/names.tsv.gz
	namesFile []byte // a line an emoji: code, English name, keywords, Spanish name, keywords
	//go:embed data/vectors.npy
	vectorsFile []byte // (emoji, 256): what a network for pictures makes of the drawings
	//go:embed data/twemoji.png
	sheetFile []byte // the drawings, 40 a row
)

// Layout of the sheet of drawings.
const (
	cell    = 48
	columns = 40
)

// emoji is one picture with what is said of it in two languages.
type emoji struct {
	id       string // its code points
	names    [2]string
	keywords [2][]string
}

// corpus is everything that a run knows.
type corpus struct {
	emoji    []emoji
	number   map[string]int // of an id
	place    []int          // of each emoji in the sheet
	pictures *multimodal.Features
	sheet    image.Image
	vectors  *vectors.Vectors // nil without -vectors
}

// quickEmoji is how many -quick keeps.
const quickEmoji = 500

// load reads what the program carries, and the files that flags name.
func load(o options) (*corpus, error) {
	c := &corpus{number: map[string]int{}}
	z, err := gzip.NewReader(bytes.NewReader(namesFile))
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(z)
	lines.Scan() // the head
	for lines.Scan() {
		f := strings.Split(lines.Text(), "\t")
		if len(f) != 5 {
			return nil, fmt.Errorf("names: line %d has %d fields, want 5", len(c.emoji)+2, len(f))
		}
		c.emoji = append(c.emoji, emoji{f[0], [2]string{f[1], f[3]}, [2][]string{strings.Split(f[2], "|"), strings.Split(f[4], "|")}})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("names: %w", err)
	}
	ids := make([]string, len(c.emoji))
	for i, e := range c.emoji {
		ids[i], c.place = e.id, append(c.place, i)
	}
	if c.pictures, err = multimodal.ReadNPY(bytes.NewReader(vectorsFile), ids); err != nil {
		return nil, fmt.Errorf("vectors: %w", err)
	}
	if c.sheet, err = png.Decode(bytes.NewReader(sheetFile)); err != nil {
		return nil, fmt.Errorf("drawings: %w", err)
	}
	if o.quick {
		if err := c.sample(quickEmoji, o.seed); err != nil {
			return nil, err
		}
	}
	c.enumerate()
	if o.vectors != "" {
		c.vectors, err = vectors.LoadFile(o.vectors, vectors.Options{InvalidUTF8: vectors.UTF8Replace, Limit: 100_000})
	}
	return c, err
}

// enumerate gives each emoji its number.
func (c *corpus) enumerate() {
	clear(c.number)
	for i, e := range c.emoji {
		c.number[e.id] = i
	}
}

// sample keeps some of the emoji.
func (c *corpus) sample(n int, seed uint64) error {
	kept := rand.New(rand.NewPCG(seed, 0x71756963)).Perm(len(c.emoji))[:n]
	slices.Sort(kept)
	return c.keep(kept)
}

// leaveOut keeps the emoji whose ids are not among these.
func (c *corpus) leaveOut(ids map[string]bool) error {
	var kept []int
	for i, e := range c.emoji {
		if !ids[e.id] {
			kept = append(kept, i)
		}
	}
	return c.keep(kept)
}

// keep keeps the emoji of these numbers, in their order.
func (c *corpus) keep(numbers []int) (err error) {
	var some []emoji
	var place []int
	var ids []string
	for _, i := range numbers {
		some, place, ids = append(some, c.emoji[i]), append(place, c.place[i]), append(ids, c.emoji[i].id)
	}
	c.emoji, c.place = some, place
	c.enumerate()
	c.pictures, err = c.pictures.Select(ids)
	return err
}

// part is one cut of the emoji.
type part struct {
	train   []multimodal.Caption // of emoji that are seen
	queries []multimodal.Caption // the names of those held out
	unseen  map[string]bool      // ids of those held out
}

// heldOut is the share of emoji that no text names.
const heldOut = 0.2

// cut holds emoji out, by English name: two of one name go together. What
// is left to learn from has none of their names in it, nor any text around one.
func (c *corpus) cut(seed uint64) part {
	var names []string
	for _, e := range c.emoji {
		if !slices.Contains(names, e.names[0]) {
			names = append(names, e.names[0])
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0x756e7365))
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	held := names[:int(heldOut*float64(len(names)))]
	p := part{unseen: map[string]bool{}}
	var secret phrases
	for _, e := range c.emoji {
		if !slices.Contains(held, e.names[0]) {
			continue
		}
		p.unseen[e.id] = true
		for _, name := range e.names {
			secret.add(name)
			p.queries = append(p.queries, multimodal.Caption{ID: e.id, Text: name})
		}
	}
	for _, e := range c.emoji {
		if p.unseen[e.id] {
			continue
		}
		for language, name := range e.names {
			p.learn(e.id, name, e.keywords[language], &secret)
		}
	}
	return p
}

// learn adds the captions of one emoji in one language: the name, and the name
// with all keywords, less what holds the name of a held-out emoji.
func (p *part) learn(id, name string, keywords []string, secret *phrases) {
	keywords = slices.DeleteFunc(slices.Clone(keywords), func(k string) bool { return k == "" || secret.in(k) })
	if !secret.in(name) {
		p.train = append(p.train, multimodal.Caption{ID: id, Text: name})
		keywords = slices.Insert(keywords, 0, name)
	}
	// Commas keep a name from coming about where two keywords meet.
	if text := strings.Join(keywords, ", "); len(keywords) > 0 && text != name && !secret.in(text) {
		p.train = append(p.train, multimodal.Caption{ID: id, Text: text})
	}
}

// phrases is a set of phrases, to be looked for within texts.
type phrases struct {
	known   map[string]bool
	longest int
}

// words are the runs of letters and digits of a text, lower-cased.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
}

func (p *phrases) add(text string) {
	if p.known == nil {
		p.known = map[string]bool{}
	}
	w := words(text)
	p.known[strings.Join(w, " ")] = true
	p.longest = max(p.longest, len(w))
}

// in reports whether one of the phrases stands in a text, word for word.
func (p *phrases) in(text string) bool {
	w := words(text)
	for i := range w {
		for j := i + 1; j <= min(len(w), i+p.longest); j++ {
			if p.known[strings.Join(w[i:j], " ")] {
				return true
			}
		}
	}
	return false
}
