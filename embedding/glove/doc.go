// Package glove learns word vectors from how often words stand near each other: GloVe.
//
// # Model
//
// For words i and contexts j of a vocabulary of n, X_ij is how often j stood within a window around i, each time
// weighted by 1/distance. Word vectors w_i, context vectors c_j (D numbers each) and their biases are fitted to
//
//	J = ½ Σ_{ij: X_ij > 0} f(X_ij) (w_i·c_j + b_i + b'_j − log X_ij)²
//	f(x) = min(1, (x/XMax)^α)
//
// by AdaGrad, a pair at a time: with the residual e = w_i·c_j + b_i + b'_j − log X_ij, and with every sum of squared
// gradients G beginning at 1,
//
//	g_w = η · clip(f e c_j)     g_c = η · clip(f e w_i)     g_b = η_b · f e
//	θ ← θ − g/√G,  then  G ← G + g²
//
// The vector of a word is w_i + c_i ([Model.Vectors]).
//
// # Way
//
// [BuildVocabulary] numbers the words, [Count] counts, [TrainCounts] fits; [Train] and [TrainLines] do all three.
// [ReadCooccurrences] and [WriteCooccurrences] exchange counts with the C program; the words that its numbers stand for
// are in its vocab.txt, which [vocab.ReadWordCounts] reads and [vocab.Vocabulary.WriteWordCounts] writes. The program's
// vectors.txt ends in a row <unk>, the mean of the 100 rarest words; [Model.Vectors] has no such row. Counting and fitting agree with it to the last printed
// digit, but for one fault that is not repeated: where all pairs fit into its table, the program counts the first pair, that of
// the most frequent word with itself, twice.
//
// # Same result on any number of cores
//
// The C program lets its threads write over each other. Here words and contexts are dealt into B blocks each
// ([Config.Blocks]), which cuts the pairs into B² tiles. Tiles (k, k+s mod B), k = 0 … B−1, share no word and no context:
// they are worked on side by side, for one s after another (Gemulla et al. 2011, there for matrix factorisation). The
// result depends on B, never on [Config.Workers].
//
// # Cost
//
// Counting: a look-up a token, and two additions a token and place in the window; 16 bytes a distinct pair, three times
// that while they are sorted. An epoch: about 16·D operations a pair, of which 2·D are roots and 2·D divisions. A model takes
// 16·n·D bytes while it learns, half of that afterwards.
//
// # Limits
//
// All counts are held in memory. A vocabulary has less than 2^31 words.
//
// # Sources
//
//   - Pennington, Socher & Manning 2014, GloVe: Global Vectors for Word Representation. Its program, version 1.2, has
//     the clipping and the rate 1 for biases, which the paper does not mention.
//   - Duchi, Hazan & Singer 2011, Adaptive subgradient methods for online learning: AdaGrad.
//   - Gemulla, Nijkamp, Haas & Sismanis 2011, Large-scale matrix factorization with distributed stochastic gradient descent.
package glove
