// Package loglinear trains the two tables of the log-linear models of words: word2vec's, and what is built like them (documents, nodes of
// a graph, items of a basket, words with their n-grams). It knows ids alone, and imports no graph.
//
// # Model
//
// Table In has a row for each input, table Out one for each target. A hidden vector h, which is an input row ([Learner.Pair]) or the mean or
// sum of several ([Learner.Bag]), is to tell its target t from what it is not:
//
//	negative sampling      L = -log σ(h·c_t) - Σ_{k negatives n} log σ(-h·c_n),   n drawn with probability ∝ count(n)^0.75
//	hierarchical softmax   L = -Σ_{nodes p on the path to t} log σ(±h·c_p),       the sign by the bit of the Huffman code
//	all targets            L = -log softmax(h·c)_t, or -log σ(h·c_t) - Σ_{n ≠ t} log σ(-h·c_n)      ([Learner.LearnFull])
//
// and one step goes down the gradient, row after row, as word2vec's C program does, with an exact σ. [kernel.SGNS] does the arithmetic.
//
// # Training
//
// [Trainer] walks a [Corpus] of id sequences in blocks, drops frequent words ([Keep]), and gives what is left to a function that forms the
// pairs: [SkipGram], [CBOW], or one of the caller's. The rate falls in a line with the words seen. Randomness comes from a generator a block,
// seeded by the seed, the epoch and the block, so training that was stopped goes on with the bytes of training that was not.
//
// # Sources
//
//   - Mikolov, Chen, Corrado & Dean 2013, Efficient estimation of word representations in vector space: both models.
//   - Mikolov, Sutskever, Chen, Corrado & Dean 2013, Distributed representations of words and phrases: negative and sub-sampling.
//   - Morin & Bengio 2005, Hierarchical probabilistic neural network language model.
//   - Walker 1977, An efficient method for generating discrete random variables: how negatives are drawn.
package loglinear
