// Package vectors holds word vectors: n words, each with a row of D numbers, read
// from and written to the files that word2vec, GloVe, fastText and gensim exchange. It
// answers which words are near to which, judges a table by analogies and by pairs of
// words, and makes vectors of sentences. Rows may stand for anything with a name:
// words, documents, nodes of a graph, items.
//
// # Files
//
//	word2vec text     "n D" line, then a line a word: word x_1 … x_D
//	word2vec binary   "n D" line, then word, a blank, D little-endian float32,
//	                  and a newline (the C program) or none (gensim)
//	GloVe text        as word2vec text, without the first line
//
// fastText's .vec files are word2vec text. [Read] and [LoadFile] find out which it
// is, also behind gzip. The formats are those of Mikolov et al., "Efficient
// Estimation of Word Representations in Vector Space" (2013), and Pennington et al.,
// "GloVe: Global Vectors for Word Representation" (2014).
//
// In text, the last D fields of a line are the numbers and all before them is the
// word, since GloVe's larger files hold words with blanks (". . ."). Of a word that
// comes twice the first row stays, as in gensim.
//
// # Queries
//
// With u_w = v_w/‖v_w‖, the nearest words to w have the largest cosines u_w·u_x. Is a to b
// as c to x, the answer is by 3CosAdd or 3CosMul, for all words x but a, b and c
//
//	argmax_x  u_x·(u_b − u_a + u_c)
//	argmax_x  s(x,b)·s(x,c) / (s(x,a) + 10⁻⁶)      s(x,y) = (1 + u_x·u_y)/2
//
// (Mikolov et al., "Linguistic Regularities in Continuous Space Word Representations",
// 2013; Levy and Goldberg, "Linguistic Regularities in Sparse and Explicit Word
// Representations", 2014). [Vectors.MostSimilar] takes any number of words and vectors
// with weights; answers are exact, and those of gensim's KeyedVectors.
//
// # Evaluation
//
// [Vectors.EvaluateAnalogies] and [Vectors.EvaluatePairs] do what gensim's functions of
// like names do: case is ignored, unknown words are left out.
//
// # Sentences
//
//	v_s = 1/|s| · Σ_{w∈s} weight_w · v_w
//
// [Sentences] with weights of 1, of [IDF], IDF_w = log((1+N)/(1+N_w)), or of [SIF].
// [Vectors.MoverDistance] compares two texts word by word.
//
// # Cost
//
// n·D·4 bytes, the words, and a map from word to row; after the first query as much again
// for the u_w. A query passes over the table once, 2 ms for 50,000 words of 100 numbers;
// [Vectors.MostSimilarAll] answers many at a time by matrix products, 0.15 ms each.
//
// A reader's memory grows with the rows it has read: a header that promises more costs
// nothing. [Options.Keep] and [Options.Limit] leave rows out before they take memory.
//
// # Limits
//
// D is at most 2^20 and a word at most 64 KiB. A [Vectors] never changes and may be
// read from many goroutines. The package uses no expression graph: a program that
// only searches vectors links nothing else.
package vectors
