// Package recurrent holds recurrent nets: [RNN], [LSTM] and [GRU], in layers and
// in both directions, over batches of sequences of any lengths.
//
// # Layers
//
// A recurrent net reads a sequence x_1 … x_n row by row and keeps a state, h_t =
// f(x_t, h_{t−1}), so that row t of its output knows all rows up to t.
//
//	ps := verso.NewParams(1)
//	c := recurrent.DefaultConfig()
//	c.Layers, c.Bidirectional = 2, true
//	lstm := recurrent.NewLSTM(ps.Scope("lstm"), 300, 256, c)
//	y, s := lstm.Forward(g, x, recurrent.State{})    // rows (total, 512); H and C (4, batch, 256)
//	last := recurrent.Final(g, lstm, s)              // (batch, 512)
//
// With [Config].Layers above 1 each layer reads the rows of the one below, with
// dropout between them. With [Config].Bidirectional a second set of weights reads
// each sequence from its own last row to its first, and the rows of both stand
// side by side, [forward | backward] (Schuster & Paliwal 1997, Bidirectional
// recurrent neural networks). Different kinds or widths are stacked by giving the
// output of one layer to the next.
//
// One row a sequence comes from [Final] (the last state), verso.MeanOverTime or
// verso.MaxOverTime.
//
// # States
//
// [State] goes in and comes out, and gradients pass through it both ways: the
// last state of an encoder may be the first of a decoder. A sequence of length 0
// keeps the state it began with.
//
// # Long texts
//
// A language model reads a text of any length in pieces of, say, 20 or 35 words,
// several texts, or parts of one, side by side. [Carry] hands the states at the
// end of a piece to the beginning of the next as plain numbers: the net remembers
// further back than the piece, but gradients end at its first word (truncated
// backpropagation through time, Williams & Peng 1990). Predicting the next word
// then is: look up the words of the piece, run the layer from the carried state,
// map each row to a score a word, take the cross entropy with the words shifted by
// one, clip the gradients to a norm (Pascanu, Mikolov & Bengio 2013; Zaremba et al.
// 2014 take 5), step, keep the states. The order of the pieces is that of the
// text: they cannot be shuffled.
//
// # Steps
//
// Where the output of a step makes the input of the next, in generation and
// decoding, [Cell] makes single steps outside a graph, for a batch of sequences,
// with the numbers of the layer to the last bit. It may be shared by any number
// of goroutines.
//
// # Sentences
//
// [Classifier] assigns texts to classes: word vectors, convolutions where wanted, a
// recurrent net, and its last state or the mean or maximum of its rows.
//
// # Language models
//
// [LanguageModel] predicts the next word or character, from a text that goes on and
// on or from windows of fixed length, and [LanguageModel.Generate] writes with it.
// [DefaultLMConfig] has the small model of Zaremba, Sutskever & Vinyals 2014.
//
// # How it is computed
//
// A layer in one direction is one operation of the graph with its gradient
// derived by hand. Sequences are sorted by length inside, so that each step is one
// product of the states of those that still run, with weights kept in the layout
// that the product reads. What x contributes is one product for all rows, and so
// are the gradients of the weights. No step is spent on padding. The bits of a
// sequence's rows do not depend on what else is in the batch.
//
// Cost: see each layer. Memory beside the output, a row, layer and direction:
// 7·hidden numbers for an LSTM and a GRU, 2·hidden for an RNN.
//
// On one core an LSTM spends nine tenths of a training step in products that run
// near the processor's limit.
//
// # Limits
//
// Steps come one after another, so a long sequence alone uses a core badly: put
// sequences side by side. No projection of the state and no peepholes, as in
// PyTorch's plain layers.
package recurrent
