// Package verso is a library of neural text models for Go, built on Gorgonia's
// expression graphs: no Python, no C.
//
// # What is where
//
//   - This package holds what every model shares: [Param] and [Params] (named
//     weights), [Graph] and [Machine] (a model made ready to run), [Sequence]
//     (a batch of sentences without padding), [Linear], [Dropout], activations,
//     losses, optimisers, schedules, [Fit] (the training loop), model files,
//     and the measures of a classifier.
//   - embedding holds words and their vectors: vocabularies and tokenizers
//     (embedding/vocab), word vectors and their search (embedding/vectors),
//     labelled texts (embedding/dataset), trainers (embedding/word2vec, fasttext,
//     glove, doc2vec, node2vec, item2vec), one-hot vectors and the learned table.
//     The inner packages do not import Gorgonia.
//   - conv1d holds convolution over time and Kim's sentence classifier.
//   - recurrent holds RNN, LSTM and GRU, a classifier and a language model.
//   - attention holds attention in its forms, the Transformer and a translator.
//   - bert holds BERT, its tokenizer, and Hugging Face's files.
//   - multimodal maps texts into the space of pictures' vectors, and searches there.
//
// # How a model is put together
//
// Layers are built once over a [Params] and put into as many graphs as needed;
// all graphs share the weights. A Forward method takes a [Graph] and nodes and
// returns nodes. The first error of building stays in the Params or the Graph,
// and [Params.Err] and [Graph.Compile] return it, so that a model reads like
// its formula:
//
//	ps := verso.NewParams(1)
//	hidden := verso.NewLinear(ps.Scope("hidden"), 300, 100)
//	class := verso.NewLinear(ps.Scope("class"), 100, 2)
//
//	g := verso.NewGraph(1)
//	x := g.Input("x", tensor.Float32, 1, 300)               // (batch, 300)
//	y := class.Forward(g, verso.ReLU.Forward(g, hidden.Forward(g, x))) // (batch, 2)
//	m, err := g.Compile(nil)                                // also any error of building
//	err = m.Feed(x, tensor.New(tensor.WithShape(2, 300), tensor.WithBacking(rows)))
//	err = m.Run()
//	logits := m.Float32s(y)                                 // row by row
//
// One compiled graph serves every batch size and every length.
//
// # What it is not for
//
// GPUs: everything runs on the CPU. Models that do not fit in memory.
// Architectures made of many tiny operations: a layer here is one operation of
// internal/op, so a layer of a new kind has to be added to this module. Outside of
// it, build one of the layers that there are, or of Gorgonia's own operations, in a
// graph of [Adopt] or on parameters that [Graph.Read] reads.
//
// # Promises
//
// Nothing is printed. Errors are returned, not panicked, for anything a caller,
// a file or a shape can cause. The same seed gives the same bytes, whatever the
// number of cores.
package verso
