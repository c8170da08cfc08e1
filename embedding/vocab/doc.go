// Package vocab turns text into numbers and back: tokenizers cut a text into
// tokens, a [Vocabulary] gives each token an id, and one-hot and bag-of-words
// vectors are the plainest form in which ids enter a formula.
//
//	text → tokens → ids → vectors
//	       Tokenizer  Vocabulary.IDs  OneHot, BagOfWords, or an embedding table
//
// # Tokenizers
//
// [Kim] is the cleaning of Kim (2014), [Unicode] the word boundaries of Unicode
// Standard Annex #29, [Whitespace] splits at blanks. Every [Token] carries its
// place in the original text as byte offsets, also where its own text was
// lower-cased, so that a model can point at what it read.
//
// [Phrases] join words that belong together, "new york", to one token.
//
// # Vocabulary
//
// A vocabulary of n words numbers them 0 … n-1: special tokens first, then the
// words by falling count. It is built in one pass over the tokens, by [Build] or
// through a [Counter], or of words in an order of one's own by [New], and is written as
// lines that a person can read. [ReadWordCounts] reads the lists of the C programs of
// word2vec and GloVe.
//
// [EnglishStopWords] and [SpanishStopWords] are words that say little about what a
// text is about, to be left out where only that counts.
//
// # One-hot vectors
//
// Word i of n is the vector o_i ∈ Rⁿ with a 1 at place i and 0 elsewhere. For a
// matrix W ∈ R^{n×d}
//
//	o_i W = row i of W
//
// so an embedding layer is a product with a one-hot vector that nobody multiplies
// out: [SparseVector.Times] shows it, and costs d instead of n·d operations.
//
// # Limits
//
// Words are valid UTF-8 of at most 64 KiB. A Vocabulary never changes once built
// and may be read from many goroutines; a Counter belongs to one. The package
// uses no expression graph: a program that only needs words links nothing else.
package vocab
