// Package doc2vec learns a vector for every document, and makes one of documents that it has not seen: paragraph vectors.
//
// # Model
//
// A document has one or more tags, each with a vector d; words have vectors w as inputs and c as targets, all of D
// numbers. With k negatives n ∝ count(n)^0.75, or by the nodes p of a Huffman tree, each word t of a document is learned by
//
//	L = −log σ(h·c_t) − Σ_k log σ(−h·c_n)
//	L = −Σ_{p from the root to t} log σ(±h·c_p)      hierarchical softmax
//
//	PV-DM       h = mean (or sum) of the vectors of the words around t and of the document's tags
//	PV-DBOW     h = the vector of a tag; word order does not count
//
// In PV-DM with a mean, each of the vectors that make h gets the whole step of h, as in word2vec and gensim. PV-DBOW with
// [Config.TrainWords] learns the words' vectors by skip-gram at the same time.
//
// # Way
//
// [Train] learns from documents; [Model.Documents] and [Model.Words] are what package vectors searches. [Model.Infer] makes
// the vector of a new document, by the same steps with all else held.
//
// # Cost
//
// 2·(k+1)·D operations a word and tag in PV-DBOW, and 4·D for each word of the window more in PV-DM, in each epoch. The
// corpus is held in memory, 4 bytes a word, and (2·words + documents)·D·4 bytes, D rounded up to a multiple of 16, for what is learned. Tables
// of vectors that are asked for are copies.
//
// # Limits
//
// PV-DM with its vectors set side by side instead of added up is not there. Sentences of a document are one sequence; beyond 10,000
// words it is cut into several, over whose ends no window reaches.
//
// # Sources
//
//   - Le & Mikolov 2014, Distributed representations of sentences and documents.
//   - Lau & Baldwin 2016, An empirical evaluation of doc2vec: training words along with PV-DBOW.
package doc2vec
