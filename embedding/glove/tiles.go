package glove

import (
	"math/rand/v2"

	"github.com/seed6481993f/verso/internal/kernel"
)

// tiles are the pairs of the blocks: pairs[begin[s][k] : begin[s][k+1]] are those of a word of block k and a context of
// block k+s mod B. Tiles of the same s have neither a word nor a context in common.
type tiles[T kernel.Float] struct {
	pairs  []pair[T]
	begin  [][]int // (B, B+1)
	blocks int
}

// newTiles deals the counts out. Ids are dealt in turn, so that every block has frequent and rare words. Within a tile
// pairs keep their order, or get one drawn with the seed: once, for all epochs, as the C program does.
func newTiles[T kernel.Float](counts []Cooccurrence, c *Config) *tiles[T] {
	t := &tiles[T]{pairs: make([]pair[T], len(counts)), begin: make([][]int, c.Blocks), blocks: c.Blocks}
	sizes := make([]int, c.Blocks*c.Blocks)
	for _, x := range counts {
		sizes[t.tile(x)]++
	}
	next, at := make([]int, len(sizes)), 0
	for s := range t.begin {
		t.begin[s] = make([]int, c.Blocks+1)
		for k := range c.Blocks {
			t.begin[s][k], next[s*c.Blocks+k] = at, at
			at += sizes[s*c.Blocks+k]
		}
		t.begin[s][c.Blocks] = at
	}
	for _, x := range counts {
		n := t.tile(x)
		t.pairs[next[n]] = weigh[T](x, c)
		next[n]++
	}
	if c.KeepOrder {
		return t
	}
	for s, begin := range t.begin {
		for k := range c.Blocks {
			tile := t.pairs[begin[k]:begin[k+1]]
			draw := rand.New(rand.NewPCG(c.Seed, streamOrder|uint64(s*c.Blocks+k)))
			draw.Shuffle(len(tile), func(a, b int) { tile[a], tile[b] = tile[b], tile[a] })
		}
	}
	return t
}

func (t *tiles[T]) tile(x Cooccurrence) int {
	k := int(x.Word) % t.blocks
	s := (int(x.Context)%t.blocks - k + t.blocks) % t.blocks
	return s*t.blocks + k
}

// of returns the tiles of s, one a block of words.
func (t *tiles[T]) of(s int) [][]pair[T] {
	tiles := make([][]pair[T], t.blocks)
	for k := range tiles {
		tiles[k] = t.pairs[t.begin[s][k]:t.begin[s][k+1]]
	}
	return tiles
}

// Streams of random numbers, apart from each other by their upper bits.
const (
	streamOrder   = 1 << 32
	streamWords   = 2 << 32
	streamContext = 3 << 32
	streamEpoch   = 4 << 32
)
