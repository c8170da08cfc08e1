// Package op holds Verso's fused Gorgonia operations: one file an operation,
// each a whole layer's worth of arithmetic with its gradient derived by hand.
//
// # An operation is a body
//
// A [Body] brings three things: the shape of its output, the forward pass and
// the backward pass, all on plain row-major slices. The kit in kit.go and
// node.go turns it into what Gorgonia wants, and steps around what Gorgonia
// does wrong, once for all operations:
//
//   - nodes are merged by a hash, so every operation hashes a unique number;
//   - operations run in a goroutine of the machine, where a panic kills the
//     process, so every call recovers and returns an error;
//   - later built-in operations may overwrite a result in place, so a result
//     is never an alias of an input and is rewritten whole at every run, and
//     what the backward pass reads is a child of the backward node;
//   - shapes are read when the operation runs, so one compiled graph serves
//     every batch size and every length.
//
// An operation with several results, such as the rows and the final states of a
// recurrent layer, is a [Results]: the same with a slice of outputs. A result
// that nobody reads costs nothing on the way back.
//
// # How gradients travel
//
// Differentiating an operation adds one backward node, which runs
// [Body.Backward] for all inputs at once, and one small node an input, which
// hands that input's gradient on. The gradient of a parameter of Verso's own
// graphs takes a shorter way: the backward pass writes it straight into the
// parameter's [Sink] (row by row for a table), and the node that stands for it
// in the graph is a scalar without meaning. Graphs that a caller owns get an
// ordinary dense gradient tensor instead.
//
// # Ragged batches
//
// A batch of sequences is one matrix with the rows of all sequences, one after
// another, and a vector of lengths that sum to the number of rows. Because an
// empty tensor panics inside gorgonia.org/tensor, a batch whose sequences are
// all empty carries one row that no length covers; [Lengths] knows this rule.
package op
