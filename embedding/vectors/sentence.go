package vectors

import "slices"

// SentenceConfig says how word vectors make the vector of a sentence.
type SentenceConfig struct {
	// Weight of a word; nil weighs all 1. [IDF.Weight] and [SIF] are weights.
	Weight func(word string) float64
	// KnownOnly divides by the number of words with a vector instead of by that of all
	// words. Cosines are the same.
	KnownOnly bool
}

// DefaultSentenceConfig is the plain mean over all words.
func DefaultSentenceConfig() SentenceConfig { return SentenceConfig{} }

// Sentences makes vectors of sentences of the vectors of their words:
//
//	v_s = 1/|s| · Σ_{w∈s} weight_w · v_w
//
// A word counts as often as it comes; one without a vector adds nothing, though it counts
// for |s|. Leave stop words out before, with vocab.StopWords. It does not change once made,
// and may be used from many goroutines if the weight may.
type Sentences struct {
	v      *Vectors
	cfg    SentenceConfig
	common []float32 // unit vector of what is taken out; nil: nothing
}

// NewSentences makes sentence vectors of the word vectors v.
func NewSentences(v *Vectors, cfg SentenceConfig) *Sentences { return &Sentences{v: v, cfg: cfg} }

// Dim is the number of numbers of a sentence vector, D.
func (s *Sentences) Dim() int { return s.v.dim }

// Vector returns the vector of a sentence, D numbers: zeros where no word has a vector.
func (s *Sentences) Vector(tokens []string) []float32 { return s.AppendVector(nil, tokens) }

// AppendVector appends what [Sentences.Vector] returns to dst.
func (s *Sentences) AppendVector(dst []float32, tokens []string) []float32 {
	sum := make([]float64, s.v.dim) // rounded once, at the end
	known := 0
	for _, w := range tokens {
		i, ok := s.v.index[w]
		if !ok {
			continue
		}
		known++
		weight := 1.0
		if s.cfg.Weight != nil {
			weight = s.cfg.Weight(w)
		}
		for j, x := range s.v.row(i) {
			sum[j] += weight * float64(x)
		}
	}
	n := len(tokens)
	if s.cfg.KnownOnly {
		n = known
	}
	start := len(dst)
	dst = slices.Grow(dst, len(sum))
	for _, x := range sum {
		dst = append(dst, float32(x/float64(max(n, 1))))
	}
	takeOut(s.common, dst[start:])
	return dst
}
