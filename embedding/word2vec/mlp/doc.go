// Package mlp is word2vec as what it is, a perceptron with one hidden layer, in an expression graph:
//
//	x (batch, n)   one-hot vectors of words, or the mean of those around a word
//	h = x W_hᵀ     (batch, D), W_h (D, n): no bias and no activation, so h is a column of W_h, the word's vector, or a mean of such
//	y = h W_oᵀ     (batch, n), W_o (n, D): row t is the vector of word t as a target
//
// over which stands a softmax ([Network.Softmax]) or, for some of the n outputs, sigmoids ([Network.NegativeSampling]). It is for seeing, teaching and
// checking: a step costs 2·n·D operations for each of three products, where package word2vec, whose gradients are the same, needs 6·D·(k+1).
//
// Sources: Bengio, Ducharme, Vincent & Jauvin 2003, A neural probabilistic language model; Mikolov, Chen, Corrado & Dean 2013, Efficient estimation of
// word representations in vector space; Rong 2014, word2vec parameter learning explained, where the equations are those above.
package mlp
