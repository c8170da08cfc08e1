// Package word2vec learns word vectors from text, by the words that stand around each word.
//
// # Model
//
// A word w has a vector v_w as input and a vector c_w as target, D numbers each. For a word t and the words around it, up to Window to each side,
//
//	skip-gram   each word w around has to tell t:        h = v_w
//	CBOW        all n words around have to tell it:      h = 1/n Σ v_w, or Σ v_w
//
// and what is learned is, with one of two ways to tell,
//
//	negative sampling      L = -log σ(h·c_t) - Σ_{k words n drawn ∝ count^0.75} log σ(-h·c_n)
//	hierarchical softmax   L = -Σ_{nodes p from the root of a Huffman tree to t} log σ(±h·c_p)
//
// by gradient descent, a step for each t and h, in the order of the text; the rate falls in a line. Before windows are taken, rare words are left out, and
// each frequent one, of share f of the text, stays with probability min(1, √(t/f) + t/f), drawn anew each time. In skip-gram, w and t change
// places compared with the paper, as they do in its C program and in gensim; over a text the pairs are the same.
//
// # Way
//
// [Train] takes sentences of tokens, [TrainLines] a text; both give a [Model], whose [Model.Vectors] are what all is about. A model knows how far its
// training came: it is saved and gone on with ([Config.Checkpoint]), or trained on with new text ([Model.Continue]).
//
// # Same result on any number of cores
//
// The C program and gensim let threads write over each other. Here one block ([Config.Blocks] 1) is the published algorithm on one core. With B blocks, words
// are dealt into B blocks, targets anew in each epoch, which cuts the pairs of each 10,000·B words of text into B² tiles. Tiles without a common word are
// learned side by side (Gemulla et al. 2011; Zhu et al. 2019), and negatives are drawn from the block of the target. The result depends
// on B, never on [Config.Workers].
//
// # Cost
//
// A step takes 6·D·(k+1) operations. Vectors take 8·n·D bytes, D rounded up to a multiple of 16, the text 4 bytes a word. On a text of 14 million words with default settings, a core of
// Zen 4 beside a busy one makes 0.9 million words a second with skip-gram and 1.8 million with CBOW (rate 0.05), 3.8 and 2.5 times gensim 4.2:
//
//	go -C benchmarks run ./word2vec -corpus FILE -pairs FILE
//
// Four blocks cost a tenth more on one core; two cores then make 1.4 times as many words as one does without blocks.
//
// # Limits
//
// The text is held in memory as ids. D is at most 2^20. CBOW and the tree work on one core. The package uses no expression graph; package mlp below
// it has the same model as one.
//
// # Sources
//
//   - Mikolov, Chen, Corrado & Dean 2013, Efficient estimation of word representations in vector space.
//   - Mikolov, Sutskever, Chen, Corrado & Dean 2013, Distributed representations of words and phrases and their compositionality.
//   - Levy & Goldberg 2014, Neural word embedding as implicit matrix factorization: what w·c tends to.
//   - Gemulla, Nijkamp, Haas & Sismanis 2011, Large-scale matrix factorization with distributed stochastic gradient descent.
//   - Zhu, Xu, Tang & Qu 2019, GraphVite: the same for embeddings, with negatives of the block.
package word2vec
