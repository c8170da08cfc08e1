// Package embedding puts words into a graph: as one-hot vectors, and as rows of
// a table that is learned.
//
// # From one-hot vectors to a table
//
// The plainest vector of word i of n has n numbers, a 1 at place i and 0
// elsewhere: e_i. A linear layer over it, y = W e_i with W (dim, n), picks column
// i of W, and its gradient falls on that column alone. [Embedding] is this layer
// without the zeros: a table (n, dim), the transposed W, of which it copies row
// i, and whose gradient is kept for the rows of the batch alone.
//
//	y_t = table[id_t],   ∂L/∂table[i] = Σ over t with id_t = i of ∂L/∂y_t
//
// [OneHot] is the long way, for models that want the vectors themselves: 4·n
// bytes a word and 2·n·dim operations where the table takes dim copies.
//
// # Pretrained vectors
//
// [FromPretrained] fills a table with word vectors learned elsewhere, for the
// words of a vocabulary; words that have none get random rows of the same
// variance. Vectors themselves, their files and what can be asked of them are in
// the packages below this one: vocab, vectors, word2vec, glove, fasttext.
//
// # Sources
//
//   - Bengio, Ducharme, Vincent & Jauvin 2003, A neural probabilistic language
//     model: the table shared by all places, section 2.
//   - Collobert et al. 2011, Natural language processing (almost) from scratch:
//     the lookup layer, section 3.2.
//   - Kim 2014, Convolutional neural networks for sentence classification: the
//     variance of unknown words, sections 3.3 and 4.3.
package embedding
