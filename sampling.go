package verso

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Sampling says how a token is drawn from the logits of a language model. It is
// taken literally: start from [DefaultSampling].
//
// With the logits z over the tokens, in this order: z / Temperature; the TopK
// largest stay; p = softmax of what stayed; of these, by falling p, the shortest
// run whose sum reaches TopP stays; a draw from p over what is left. Of equal
// logits the lower number comes first.
//
// Source: Fan, Lewis & Dauphin 2018, Hierarchical neural story generation,
// section 5.4 (top-k); Holtzman et al. 2020, The curious case of neural text
// degeneration, section 3.1 (top-p, nucleus).
type Sampling struct {
	Temperature float64 // default 1; below it the likely gets likelier; 0: always the likeliest token, nothing is drawn
	TopK        int     // default 0: all
	TopP        float64 // above 0 and up to 1, the default: all
}

// DefaultSampling draws from the model's own distribution.
func DefaultSampling() Sampling { return Sampling{Temperature: 1, TopP: 1} }

// Validate returns an [ErrConfig] for settings out of their range.
func (s Sampling) Validate() error {
	switch {
	case !(s.Temperature >= 0) || math.IsInf(s.Temperature, 0):
		return fmt.Errorf("%w: Temperature wants a finite number of 0 or more, got %v", ErrConfig, s.Temperature)
	case s.TopK < 0:
		return fmt.Errorf("%w: TopK wants 0 (all) or more, got %d", ErrConfig, s.TopK)
	case !(s.TopP > 0 && s.TopP <= 1):
		return fmt.Errorf("%w: TopP wants a number above 0 and up to 1, got %v", ErrConfig, s.TopP)
	}
	return nil
}

// Sampler draws tokens one after another. Same settings, seed and logits: same
// tokens. It is for one goroutine.
type Sampler struct {
	s     Sampling
	rng   *rand.Rand
	order []int     // the tokens that can be drawn, by falling probability where TopK or TopP chose them
	p     []float64 // their probabilities, not yet divided by the sum
	heap  likeliest
}

// NewSampler returns a sampler, or an [ErrConfig].
func NewSampler(s Sampling, seed uint64) (*Sampler, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return &Sampler{s: s, rng: rand.New(rand.NewPCG(seed, nameHash("sampler")))}, nil
}

// Next draws a token. It returns its number and the probability with which it was
// drawn (1 at temperature 0). A logit of −Inf forbids its token. No logits at
// all, none above −Inf, a NaN or +Inf are an [ErrNotFinite]. Cost: O(n + k log n)
// for n tokens of which TopK or TopP leave k.
func (s *Sampler) Next(logits []float32) (token int, probability float64, err error) {
	best := -1
	for i, z := range logits {
		if math.IsNaN(float64(z)) || math.IsInf(float64(z), 1) {
			return 0, 0, fmt.Errorf("%w: logit %d of %d is %v", ErrNotFinite, i, len(logits), z)
		}
		if best < 0 || z > logits[best] {
			best = i
		}
	}
	if best < 0 || math.IsInf(float64(logits[best]), -1) {
		return 0, 0, fmt.Errorf("%w: no token can be drawn from %d logits", ErrNotFinite, len(logits))
	}
	if s.s.Temperature == 0 {
		return best, 1, nil
	}
	sum := s.candidates(logits, float64(logits[best]))
	u := s.rng.Float64() * sum
	at := len(s.p) - 1
	for i, p := range s.p {
		if u -= p; u < 0 {
			at = i
			break
		}
	}
	for at > 0 && s.p[at] == 0 { // rounding must not draw what is forbidden
		at--
	}
	return s.order[at], s.p[at] / sum, nil
}

// candidates lists what may be drawn with exp((z − largest) / Temperature), and
// returns their sum.
func (s *Sampler) candidates(logits []float32, largest float64) (sum float64) {
	s.order, s.p = s.order[:0], s.p[:0]
	power := func(id int) float64 { return math.Exp((float64(logits[id]) - largest) / s.s.Temperature) }
	take := func(id int) float64 {
		s.order, s.p = append(s.order, id), append(s.p, power(id))
		return s.p[len(s.p)-1]
	}
	keep := len(logits)
	if s.s.TopK > 0 {
		keep = min(keep, s.s.TopK)
	}
	switch {
	case keep < len(logits):
		s.heap.fill(logits)
		for range keep {
			sum += take(s.heap.pop(logits))
		}
	case s.s.TopP < 1: // only what is taken has to be in order
		s.heap.fill(logits)
		for id := range logits {
			sum += power(id)
		}
		mass := 0.0
		for mass < s.s.TopP*sum && len(s.heap) > 0 {
			mass += take(s.heap.pop(logits))
		}
		return mass
	default:
		for id := range logits {
			sum += take(id)
		}
	}
	if s.s.TopP == 1 {
		return sum
	}
	mass := 0.0
	for i, p := range s.p {
		if mass += p; mass >= s.s.TopP*sum {
			s.order, s.p = s.order[:i+1], s.p[:i+1]
			return mass
		}
	}
	return sum
}

// likeliest is a heap of tokens, the likeliest first and of equal ones the lower.
type likeliest []int

func (h *likeliest) fill(logits []float32) {
	*h = (*h)[:0]
	for id := range logits {
		*h = append(*h, id)
	}
	for i := len(*h)/2 - 1; i >= 0; i-- {
		h.sink(i, logits)
	}
}

// pop takes the likeliest out.
func (h *likeliest) pop(logits []float32) int {
	top, last := (*h)[0], len(*h)-1
	(*h)[0] = (*h)[last]
	*h = (*h)[:last]
	h.sink(0, logits)
	return top
}

// sink moves token i down to its place.
func (h likeliest) sink(i int, logits []float32) {
	before := func(a, b int) bool { return logits[a] > logits[b] || logits[a] == logits[b] && a < b }
	for {
		child := 2*i + 1
		if child+1 < len(h) && before(h[child+1], h[child]) {
			child++
		}
		if child >= len(h) || !before(h[child], h[i]) {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
