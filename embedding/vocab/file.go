package vocab

import (
	"fmt"
	"io"
	"os"

	"github.com/seed6481993f/verso/internal/atomicfile"
)

// SaveFile writes the vocabulary to a file as [Vocabulary.Write] does. The file
// appears whole or not at all: it is written beside, synced and renamed.
func (v *Vocabulary) SaveFile(path string) error {
	return atomicfile.Write(path, v.Write)
}

// LoadFile reads a vocabulary from a file as [Read] does.
func LoadFile(path string) (*Vocabulary, error) { return load(path, Read) }

// LoadWordCounts reads a vocabulary from a file as [ReadWordCounts] does.
func LoadWordCounts(path string, cfg Config) (*Vocabulary, error) {
	return load(path, func(r io.Reader) (*Vocabulary, error) { return ReadWordCounts(r, cfg) })
}

// load opens a file for a reader; errors name it.
func load[T any](path string, read func(io.Reader) (*T, error)) (*T, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("vocab: %w", err)
	}
	defer f.Close()
	v, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}
