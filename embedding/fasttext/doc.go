// Package fasttext holds fastText's models: word vectors that are made of the vectors of character n-grams, so that words which were never
// seen have vectors too, and classifiers of text by the mean of such vectors.
//
// # Model
//
// Every word w and every n-gram has a row of the input matrix, D numbers; n-grams share B rows by a hash. The vector of w is
//
//	v_w = 1/|R_w| · Σ_{r∈R_w} input_r      R_w = {row of w, if known} ∪ {n + hash(g) mod B : g an n-gram of <w>}
//
// over the character n-grams g of MinN to MaxN characters, with the marks < and > at the ends of the word (Bojanowski et al., "Enriching Word
// Vectors with Subword Information", 2017). A supervised model classifies a text by h, the mean of the rows of all its words, their n-grams and the
// runs of up to WordNgrams words, and an output row for each label ([Model.Predict]; Joulin et al., "Bag of Tricks for Efficient Text
// Classification", 2016).
//
// # Training
//
// [Train] learns vectors from text: each word w has to tell every word t up to Window places from it (SkipGram, h = v_w), or all of them together
// have to tell it (CBOW, h = the mean of all their rows), by
//
//	negative sampling      L = -log σ(h·c_t) - Σ_{k words n ≠ t drawn ∝ count^NoisePower} log σ(-h·c_n)
//	hierarchical softmax   L = -Σ_{nodes p from the root of a Huffman tree to t} log σ(±h·c_p)
//
// going down the gradient of h with the whole step for each of its rows. A word of share f of the text stays with probability √(t/f) + t/f, t
// being Threshold. [TrainSupervised] learns classifiers. Both are fastText's algorithm on one goroutine, since n-grams' rows are shared by all
// words; they can be stopped and gone on with ([Config.Checkpoint]).
//
// # Files
//
// [Read] and [Model.Write] take and give the files of fastText's program (.bin), to the last bit. Quantised ones (.ftz) are not read. The
// .vec files beside them are read by package vectors, but hold only the known words.
//
// # Cost
//
// A model takes (n+B)·D·4 bytes for its input alone: 2.4 GB for 2,000,000 buckets of 300. A vector costs as many additions of D numbers as
// the word has n-grams, a dozen or two. All n vectors are made only where they are asked for ([Model.Vectors], [Model.Nearest]). Training holds the
// text as ids, 4 bytes a word, and rows of a multiple of 16 numbers; a step of vectors costs 6·D·(k+1) operations, and for each word the additions
// of its rows twice.
//
// # Limits
//
// D is at most 2^20, n-grams have at most 1024 characters, words at most 64 KiB. The package uses no expression graph.
package fasttext
