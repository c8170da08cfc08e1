// Package vectors holds word vectors: n words, each with a row of D numbers, read
// from and written to the files that word2vec, GloVe, fastText and gensim exchange.
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
// # Cost
//
// n·D·4 bytes, the words, and a map from word to row. A reader's memory grows with
// the rows it has read: a header that promises more costs nothing. [Options.Keep]
// and [Options.Limit] leave rows out before they take memory.
//
// # Limits
//
// D is at most 2^20 and a word at most 64 KiB. A [Vectors] never changes and may be
// read from many goroutines. The package uses no expression graph: a program that
// only searches vectors links nothing else.
package vectors
