package verso

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Streams of the random sources, so that one seed serves folds and splits without giving the same order twice.
const (
	foldStream  = 0x666f6c64 // "fold"
	splitStream = 0x73706c74 // "splt"
)

// Fold is one cut of the examples 0 … n−1 into two parts that have nothing in common. Both are in shuffled order, so
// that any stretch of Train is a random sample of it. The slices of a fold belong to it alone.
type Fold struct {
	Train, Test []int
}

// KFold shuffles the examples 0 … n−1 and deals them into k folds: every example is in the Test part of exactly one
// fold and in the Train part of all others, and the sizes of the Test parts differ by at most one. It wants 2 ≤ k ≤ n,
// else the error is [ErrConfig]. The same n, k and seed give the same folds. The folds take k·n integers.
//
// Kim (2014) evaluates on ten folds and stops early on a tenth of each Train part:
//
//	folds, err := KFold(n, 10, seed)
//	train, dev, err := Split(folds[i].Train, 0.1, seed+uint64(i))
//
// (His program draws the fold of each sentence by itself, so that its folds differ in size; these do not.)
func KFold(n, k int, seed uint64) ([]Fold, error) {
	order, err := shuffled(n, k, seed)
	if err != nil {
		return nil, err
	}
	return deal(order, order, k), nil
}

// StratifiedKFold is [KFold] over the examples 0 … len(labels)−1 in which the examples of each label are spread evenly
// too: the numbers of them in two Test parts differ by at most one, as do the sizes of the parts. A label may be any
// integer; one with fewer than k examples is missing from some Test parts.
func StratifiedKFold(labels []int, k int, seed uint64) ([]Fold, error) {
	order, err := shuffled(len(labels), k, seed)
	if err != nil {
		return nil, err
	}
	// Dealing label after label, without starting anew at each, keeps both the labels and the parts even.
	grouped := slices.Clone(order)
	slices.SortStableFunc(grouped, func(a, b int) int { return cmp.Compare(labels[a], labels[b]) })
	return deal(order, grouped, k), nil
}

// shuffled returns 0 … n−1 in the order that the seed gives.
func shuffled(n, k int, seed uint64) ([]int, error) {
	if k < 2 || k > n {
		return nil, fmt.Errorf("%w: %d examples want 2 to %d folds, got %d", ErrConfig, n, n, k)
	}
	return rand.New(rand.NewPCG(seed, foldStream)).Perm(n), nil
}

// deal gives the j-th example of dealt to the Test part of fold j mod k, and writes every part in the given order.
func deal(order, dealt []int, k int) []Fold {
	n := len(order)
	fold := make([]int, n) // of each example
	for j, example := range dealt {
		fold[example] = j % k
	}
	folds := make([]Fold, k)
	for i := range folds {
		size := (n - i + k - 1) / k // how many j < n have j mod k = i
		folds[i] = Fold{Train: make([]int, 0, n-size), Test: make([]int, 0, size)}
		for _, example := range order {
			if fold[example] == i {
				folds[i].Test = append(folds[i].Test, example)
			} else {
				folds[i].Train = append(folds[i].Train, example)
			}
		}
	}
	return folds
}

// Split shuffles a copy of the indices and holds back the last fraction of them: held has round(fraction·n) of the n
// indices, rest the others. It cuts a development part off a training part (fraction 0.1 in Kim 2014). A fraction
// that is not from 0 to 1 is [ErrConfig]; a small fraction of few indices may hold nothing.
func Split(indices []int, fraction float64, seed uint64) (rest, held []int, err error) {
	if math.IsNaN(fraction) || fraction < 0 || fraction > 1 {
		return nil, nil, fmt.Errorf("%w: wanted a fraction from 0 to 1, got %v", ErrConfig, fraction)
	}
	all := slices.Clone(indices)
	rand.New(rand.NewPCG(seed, splitStream)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	cut := len(all) - int(math.Round(fraction*float64(len(all))))
	return all[:cut:cut], all[cut:], nil
}

// CrossValidate runs a trial on each fold in turn and returns its scores in the order of the folds. The trial gets
// the fold and its number from 0; it trains on Train and returns the score on Test (an accuracy, say; higher need not
// be better).
//
// It stops at the first error, at a score that is NaN and, before the next fold, when the context ends;
// it then returns the scores so far with an error that names the fold. No folds at all is [ErrConfig].
//
// The folds run one after another, since a model's training uses all cores by itself.
func CrossValidate(ctx context.Context, folds []Fold, trial func(ctx context.Context, fold int, f Fold) (score float64, err error)) (Scores, error) {
	if len(folds) == 0 {
		return nil, fmt.Errorf("%w: cross-validation wants at least one fold, got none", ErrConfig)
	}
	scores := make(Scores, 0, len(folds))
	for i, f := range folds {
		score, err := 0.0, ctx.Err()
		if err == nil {
			score, err = trial(ctx, i, f)
		}
		if err == nil && math.IsNaN(score) {
			err = errors.New("the score is NaN")
		}
		if err != nil {
			return scores, fmt.Errorf("fold %d of %d: %w", i+1, len(folds), err)
		}
		scores = append(scores, score)
	}
	return scores, nil
}

// Scores are the results x₁ … xₙ of repeated trials, of the folds of a cross-validation for one.
type Scores []float64

// Mean returns x̄ = Σ xᵢ / n, NaN of no scores.
func (s Scores) Mean() float64 {
	sum := 0.0
	for _, x := range s {
		sum += x
	}
	return sum / float64(len(s))
}

// Std returns the sample standard deviation √(Σ (xᵢ − x̄)² / (n − 1)), NaN of fewer than two scores. It is the spread
// of single trials; that of their mean is smaller by √n.
func (s Scores) Std() float64 {
	if len(s) < 2 {
		return math.NaN()
	}
	mean, sum := s.Mean(), 0.0
	for _, x := range s {
		sum += (x - mean) * (x - mean)
	}
	return math.Sqrt(sum / float64(len(s)-1))
}

// Min returns the smallest score, NaN of no scores.
func (s Scores) Min() float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	return slices.Min(s)
}

// Max returns the largest score, NaN of no scores.
func (s Scores) Max() float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	return slices.Max(s)
}

// String returns mean and standard deviation to four digits, "0.7610 ± 0.0123"; one score alone has no spread to show.
func (s Scores) String() string {
	switch len(s) {
	case 0:
		return "no scores"
	case 1:
		return fmt.Sprintf("%.4f", s[0])
	}
	return fmt.Sprintf("%.4f ± %.4f", s.Mean(), s.Std())
}
