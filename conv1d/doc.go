// Package conv1d is convolution over time: the layer, pooling over time, and
// Kim's sentence classifier.
//
// # Layers
//
// [Conv1D] slides filters along every sequence of a batch, with all options of
// PyTorch's layer of that name. [MaxOverTime], [KMaxOverTime] and
// [AverageOverTime] make one row of each sequence. [FilterBank] is filters of
// several widths with activation and maximum over time in one operation: some
// times faster than the layers one after another, since its backward pass
// touches the winning windows alone.
//
//	ps := verso.NewParams(1)
//	conv := conv1d.NewConv1D(ps.Scope("conv"), 300, 100, 3, conv1d.DefaultConvConfig())
//	y := conv.Forward(g, x)                          // (total', 100) and its lengths
//	h := conv1d.MaxOverTime(g, y)                    // (batch, 100)
//
// # The classifier
//
// [Classifier] assigns a text to one of a number of classes. A text of n words
// is a matrix of their vectors x_1 … x_n (n, dim); a filter W_k (width·dim)
// looks at the words of a window, and the largest of what it sees anywhere in
// the text is one feature:
//
//	c_t = f(W_k · [x_t, …, x_{t+width−1}] + b_k)      f: ReLU
//	ĉ_k = max over t of c_t
//	y   = W (ĉ ∘ r) + b,  P(class i) = softmax(y)_i    r: dropout
//
// A feature thus says whether a phrase occurs, wherever it stands.
// The four [Variant] differ in where the vectors come from and whether
// they learn. Weights of the last layer are kept to a norm (Hinton et al. 2012).
//
// # Limits
//
// Word order beyond the widest filter is lost: the classifier cannot tell which
// of two phrases comes first. Sequences are ragged: no row is padded to the
// longest text of a batch, so cost follows the number of words.
//
// # Sources
//
//   - Collobert, Weston, Bottou, Karlen, Kavukcuoglu & Kuksa 2011, Natural
//     language processing (almost) from scratch: convolution and maximum over
//     time.
//   - Kim 2014, Convolutional neural networks for sentence classification: the
//     classifier.
//   - LeCun et al. 1989, Backpropagation applied to handwritten zip code
//     recognition: shared weights.
package conv1d
