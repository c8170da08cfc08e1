// Package optim is the arithmetic of gradient descent on plain slices: one call is one update of one parameter, or of any
// part of it. It keeps no state of its own, knows no graph and starts no goroutine.
//
// A step function takes the configuration, the learning rate γ of this step, the weights θ, the gradient g and the
// slices of state, and goes over them once. All slices have the length of θ; those of an option that is off may be nil.
// State begins as zeros (Adagrad's as InitialAccumulatorValue). As every element is updated by itself, a slice may be cut
// anywhere, by goroutines or by rows of a table, without a change in the result.
//
// Every optimiser has the options and the formulas of the torch.optim class of its name in PyTorch 1.13; the doc comments
// give formula and paper, and package verso the defaults. In all of them
//
//	g ← −g if Maximize;  g ← g + λθ with λ the WeightDecay (but for the decoupled forms of Adam)
//
// Products of hyper-parameters are computed in float64 once a call; elements in their own type.
//
// # Rows without a gradient
//
// A step costs time for every element, and a table of embeddings has few rows with a gradient. RowSparse tells whether a
// configuration permits a table to be updated by those rows alone with the dense result: SGD and Adagrad leave the other
// rows as they are; of Adadelta and RMSprop only the averages fade, by a factor known in advance, which the CatchUp
// functions apply for n steps at once when the row is next touched (before its step). Adam moves weights whose gradient
// is 0, so it has no such form; SparseAdamStep is the lazy variant, and a different optimiser.
//
// # Cost
//
// With the assembly of internal/kernel a float32 step costs what reading and writing its slices does; in portable Go one of
// Adam takes about 3 ns an element on one core, most of it division and square root.
package optim

import "github.com/seed6481993f/verso/internal/kernel"

// Float is the type of a weight.
type Float = kernel.Float
