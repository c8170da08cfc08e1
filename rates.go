package verso

import "fmt"

// readFactors asks RateFactor for each parameter.
func (tr *trainer) readFactors() error {
	if tr.c.RateFactor == nil {
		return nil
	}
	tr.factors = map[*Param]float64{}
	for _, p := range tr.task.Params.All() {
		f := tr.c.RateFactor(p.name)
		if !finite(f) || f < 0 {
			return fmt.Errorf("%w: RateFactor of %q wants a number of 0 or more, got %v", ErrConfig, p.name, f)
		}
		tr.factors[p] = f
	}
	return nil
}

// move updates the weights, at the rate times the factor of each.
func (tr *trainer) move(rate float64, grads []ParamGradient) error {
	if tr.factors == nil {
		return tr.c.Optimizer.Step(rate, grads)
	}
	var order []float64 // the factors as they come
	groups := map[float64][]ParamGradient{}
	for _, g := range grads {
		f := tr.factors[g.Param]
		if groups[f] == nil {
			order = append(order, f)
		}
		groups[f] = append(groups[f], g)
	}
	for _, f := range order {
		if err := tr.c.Optimizer.Step(rate*f, groups[f]); err != nil {
			return err
		}
	}
	return nil
}
