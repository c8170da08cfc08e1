package course

import (
	"fmt"
	"math"

	"github.com/seed6481993f/verso/embedding/internal/loglinear"
)

// Kind is a package whose models these are: its name, which begins its errors and is in its files, and the errors that its callers tell apart.
type Kind struct {
	Name                                        string
	ErrConfig, ErrCorpus, ErrFile, ErrNotFinite error
}

// wrap gives an error of package loglinear the name that the package's callers know.
func (k *Kind) wrap(err error) error { return fmt.Errorf("%w: %w", k.ErrConfig, err) }

// Plan is what every training of two tables is told. Each package's Config has these, and says what they mean.
type Plan struct {
	Dim        int     `json:"dim"`
	Negatives  int     `json:"negatives"` // 0: none
	NoisePower float64 `json:"noise_power"`
	Redraw     bool    `json:"redraw,omitempty"` // a negative that is the target
	Tree       bool    `json:"tree"`             // hierarchical softmax
	Full       bool    `json:"full,omitempty"`   // neither: all targets are looked at
	Sample     float64 `json:"sample"`
	Epochs     int     `json:"epochs"`
	Rate       float64 `json:"rate"`
	MinRate    float64 `json:"min_rate"`
	Blocks     int     `json:"blocks"`
	Seed       uint64  `json:"seed"`

	Workers    int    `json:"-"` // 0: runtime.GOMAXPROCS(0)
	Checkpoint string `json:"-"` // path; "": none
	Resume     bool   `json:"-"` // from Checkpoint if the file is there
}

// Bound is a setting of a package's own with its range.
type Bound struct {
	Name            string
	Value, Min, Max int
}

// AtLeast is the bound of a setting that has only a least value.
func AtLeast(name string, value, least int) Bound { return Bound{name, value, least, math.MaxInt32} }

// Check names the first setting out of its range, of the plan or of the package's own.
func (k *Kind) Check(p *Plan, own ...Bound) error {
	for _, b := range append([]Bound{
		{"Dim", p.Dim, 1, 1 << 20}, {"Negatives", p.Negatives, 0, 1 << 16}, {"Epochs", p.Epochs, 1, 1 << 20},
		{"Blocks", p.Blocks, 0, loglinear.MaxBlocks}, {"Workers", p.Workers, 0, math.MaxInt32},
	}, own...) {
		if b.Value < b.Min || b.Value > b.Max {
			return fmt.Errorf("%w: %s wants %d … %d, got %d", k.ErrConfig, b.Name, b.Min, b.Max, b.Value)
		}
	}
	switch {
	case !(p.Sample >= 0) || math.IsInf(p.Sample, 0):
		return fmt.Errorf("%w: Sample wants a finite number of at least 0, got %v", k.ErrConfig, p.Sample)
	case math.IsNaN(p.NoisePower) || math.IsInf(p.NoisePower, 0):
		return fmt.Errorf("%w: NoisePower wants a finite number, got %v", k.ErrConfig, p.NoisePower)
	case p.Negatives == 0 && !p.Tree && !p.Full:
		return fmt.Errorf("%w: neither Negatives nor HierarchicalSoftmax", k.ErrConfig)
	case p.Blocks > 1 && (p.Tree || p.Negatives == 0):
		return fmt.Errorf("%w: %d Blocks want negatives and no tree", k.ErrConfig, p.Blocks)
	case p.Resume && p.Checkpoint == "":
		return fmt.Errorf("%w: Resume wants a path in Checkpoint", k.ErrConfig)
	}
	return k.CheckRates(p.Rate, p.MinRate)
}

// CheckRates names a rate that no training can have.
func (k *Kind) CheckRates(rate, least float64) error {
	if !(rate > 0) || math.IsInf(rate, 0) {
		return fmt.Errorf("%w: Rate wants a finite number above 0, got %v", k.ErrConfig, rate)
	}
	if !(least >= 0) || least > rate {
		return fmt.Errorf("%w: MinRate wants 0 … %v, got %v", k.ErrConfig, rate, least)
	}
	return nil
}

// Rows is how many rows the table of n targets has.
func (p *Plan) Rows(n int) (rows int) {
	if p.Negatives > 0 {
		rows += n
	}
	if p.Tree {
		rows += n - 1
	}
	if p.Full {
		rows += n
	}
	return rows
}

// Objective is how targets of these counts are learned by the plan.
func (p *Plan) Objective(counts []int64) (o loglinear.Objective, err error) {
	o.Redraw = p.Redraw
	if p.Full {
		o.Full = len(counts)
	}
	if o.Negatives = p.Negatives; o.Negatives > 0 {
		if o.Noise, err = loglinear.NewNoise(counts, p.NoisePower); err != nil {
			return o, err
		}
	}
	if p.Tree {
		o.Tree, err = loglinear.NewHuffman(counts)
	}
	return o, err
}
