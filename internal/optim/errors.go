package optim

import (
	"errors"
	"fmt"
	"math"
)

// ErrConfig says that a hyper-parameter lies outside its range.
var ErrConfig = errors.New("bad optimiser configuration")

// A bound is one rule of a configuration: a value, and whether it obeys.
type bound struct {
	name  string
	value float64
	rule  string
	ok    bool
}

func atLeastZero(name string, v float64) bound {
	return bound{name, v, ">= 0", v >= 0 && !math.IsInf(v, 0)}
}

// fraction is a factor of an average.
func fraction(name string, v float64) bound { return bound{name, v, "in [0, 1)", v >= 0 && v < 1} }

func check(optimiser string, bounds ...bound) error {
	for _, b := range bounds {
		if !b.ok {
			return fmt.Errorf("%s: %w: %s must be %s, not %v", optimiser, ErrConfig, b.name, b.rule, b.value)
		}
	}
	return nil
}
