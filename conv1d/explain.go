package conv1d

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
	"github.com/seed6481993f/verso/internal/classify"
	"github.com/seed6481993f/verso/internal/op"
)

// Explanation says which n-grams of a text decided a prediction. Maximum over
// time makes this exact: each feature of the text comes from one window, and
// the classes' scores are linear in the features.
type Explanation struct {
	Prediction verso.Prediction
	// Class is the class explained, by default the predicted one.
	Class string
	// NGrams are the windows that won the pooling of at least one filter, the
	// largest contribution first.
	NGrams []NGram
	// Bias is the part of the class's score that comes from no window.
	Bias float64
	// Score is the class's logit above the mean logit of all classes. It is
	// Bias plus the contributions of all NGrams.
	Score float64
}

// NGram is a window of the text with what it contributes to the class.
type NGram struct {
	Text       string   // the words as they stand in the text; "" for a window of padding alone
	Words      []string // the tokens that the window sees, without padding
	Start, End int      // byte offsets into the text
	Width      int      // of the filters, in words, padding included
	// Contribution is Σ over the filters that this window won of
	// ĉ_m (W_{class,m} − mean over classes of W_{·,m}).
	Contribution float64
	Filters      []Filter // that it won, the largest contribution first
}

// Filter is one filter of the bank with the value that the window gave it.
type Filter struct {
	Index        int     // among all features: widths in turn, maps in each
	Value        float64 // ĉ_m after activation
	Contribution float64
}

// Explain predicts a text and attributes the score of the predicted class to
// the windows of words that won the pooling.
func (c *Classifier) Explain(text string) (*Explanation, error) { return c.explain(text, "") }

// ExplainClass is [Classifier.Explain] for a class of the caller's choice.
func (c *Classifier) ExplainClass(text, class string) (*Explanation, error) {
	if !slices.Contains(c.classes, class) {
		return nil, fmt.Errorf("%w: %q, the model has %q", ErrClass, class, c.classes)
	}
	return c.explain(text, class)
}

func (c *Classifier) explain(text, class string) (*Explanation, error) {
	r, err := c.replicas.Get()
	if err != nil {
		return nil, err
	}
	defer c.replicas.Put(r)
	ids, tokens := classify.Known(c.words, c.tokenize.Tokenize(text))
	if err := r.run([][]int{ids}); err != nil {
		return nil, err
	}
	p := make([]float64, len(c.classes))
	for k, v := range r.m.Float32s(r.probabilities) {
		p[k] = float64(v)
	}
	e := &Explanation{Prediction: verso.NewPrediction(c.classes, p), Class: class}
	if class == "" {
		e.Class = e.Prediction.Class
	}
	k := slices.Index(c.classes, e.Class)
	e.Bias = centred(c.net.fc.Bias.Float32s(), 1, 0, k)
	e.Score = centred(r.m.Float32s(r.out.logits), 1, 0, k)

	features, won := r.m.Float32s(r.out.features), r.out.winners()
	weights := c.net.fc.Weight.Float32s() // (classes, features)
	at := map[[2]int]int{}                // first word and width → place in NGrams
	for m, value := range features {
		if value == 0 || won[m] == op.NoWindow {
			continue
		}
		width := c.cfg.Widths[m/c.cfg.Maps]
		key := [2]int{won[m], width}
		i, ok := at[key]
		if !ok {
			i = len(e.NGrams)
			at[key] = i
			e.NGrams = append(e.NGrams, ngram(text, tokens, won[m], width))
		}
		f := Filter{Index: m, Value: float64(value)}
		f.Contribution = f.Value * centred(weights, len(features), m, k)
		n := &e.NGrams[i]
		n.Contribution += f.Contribution
		n.Filters = append(n.Filters, f)
	}
	slices.SortStableFunc(e.NGrams, func(a, b NGram) int { return cmp.Compare(b.Contribution, a.Contribution) })
	for _, n := range e.NGrams {
		slices.SortStableFunc(n.Filters, func(a, b Filter) int { return cmp.Compare(b.Contribution, a.Contribution) })
	}
	return e, nil
}

// centred is a class's number in a column of a matrix with a row a class,
// less the column's mean: what is left when only differences between classes
// count, as in softmax.
func centred(x []float32, width, column, class int) float64 {
	sum, n := 0.0, len(x)/width
	for i := range n {
		sum += float64(x[i*width+column])
	}
	return float64(x[class*width+column]) - sum/float64(n)
}

// ngram describes the window of the given width whose first word is number
// first, which is negative inside the padding.
func ngram(text string, tokens []vocab.Token, first, width int) NGram {
	lo, hi := max(first, 0), min(first+width, len(tokens))
	n := NGram{Width: width}
	if lo >= hi {
		return n
	}
	n.Start, n.End = math.MaxInt, 0
	for _, t := range tokens[lo:hi] {
		n.Words = append(n.Words, t.Text)
		n.Start, n.End = min(n.Start, t.Start), max(n.End, t.End)
	}
	n.Text = text[n.Start:n.End]
	return n
}
