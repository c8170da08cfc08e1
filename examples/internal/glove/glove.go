// Package glove holds the word vectors that the examples come with: 8,343 English words
// of GloVe (Pennington, Socher and Manning 2014), 100 numbers each, as half floats.
package glove

import (
	"bytes"
	_ "embed" // for the vectors
	"fmt"
	"strings"

	"github.com/seed6481993f/verso/embedding/vectors"
	"github.com/seed6481993f/verso/internal/safetensors"
)

//go:embed data/glove.safetensors
var file []byte

// Name says in a few words what the vectors are.
const Name = "GloVe, 6 billion tokens of Wikipedia and newswire, a part"

// Load returns the vectors, the most frequent words first.
func Load() (*vectors.Vectors, error) {
	f, err := safetensors.Read(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("built-in vectors: %w", err)
	}
	info, err := f.Info("vectors")
	if err != nil {
		return nil, fmt.Errorf("built-in vectors: %w", err)
	}
	data, err := f.Float32s("vectors") // (words, 100)
	if err != nil {
		return nil, fmt.Errorf("built-in vectors: %w", err)
	}
	return vectors.New(strings.Split(f.Metadata["words"], "\n"), data, info.Shape[1])
}
