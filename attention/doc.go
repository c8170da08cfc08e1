// Package attention holds attention in its forms, and the Transformer.
//
// # What attention is
//
// A query takes from the rows of a sequence what it asks for: each row has a key
// k_j and a value v_j, and
//
//	s_j = score(q, k_j),  α = softmax(s) over the keys the query sees,  c = Σ_j α_j v_j
//
// The scores differ:
//
//	Additive   v · tanh(W_q q + W_k k + b)     Bahdanau, Cho & Bengio 2015
//	Luong      q·k,  q·(W_a k),  v_a · tanh(W_a [q; k])
//	                                           Luong, Pham & Manning 2015
//	Pooling    u · tanh(W k + b), one query for all: a sentence becomes one row
//	                                           Yang et al. 2016
//	ScaledDotProduct  q·k/√d, without parameters
//	MultiHead  the same in each of several heads, with projections of their own
//	                                           Vaswani et al. 2017
//
// [EncoderLayer], [Encoder], [DecoderLayer] and [Decoder] are the Transformer;
// [AddSinusoid] and [LearnedPositions] tell it where a word stands. [Cache]
// decodes word by word without computing what is known already.
//
// # Ragged batches
//
// Queries and keys are [verso.Sequence]: all rows one after another and the
// length of each sequence. Query and keys of the same place in the two batches
// belong together; there may be any number of either, none among them. A padded
// batch is legal too: a [Mask] hides keys, and adds numbers to the scores. A query
// that sees no key takes 0 (PyTorch returns NaN there).
//
// # Weights
//
// [ScaledDotProduct] and [MultiHead.Forward] never keep the weights: their memory
// grows with the length of a sequence, not with its square.
// [ScaledDotProductWeights] and [MultiHead.ForwardWeights] compute them; the other layers return them always. [Weights.Maps] cuts them into a
// matrix for each sequence and head. [DrawText] and [DrawSVG] draw such a matrix,
// [DrawLine] one row of it over its sentence.
//
// # Names
//
// Parameters have PyTorch's names and shapes: "self_attn.in_proj_weight",
// "linear1.weight", "norm1.bias" and so on, so that weights go over as they are.
//
// # Models
//
// [Classifier] assigns texts to classes, by a Transformer encoder or by a
// recurrent net with attention pooling, and says what it looked at.
//
// [Seq2Seq] is the encoder-decoder of Bahdanau, Cho & Bengio 2015 as layers, with
// [RecurrentDecoder] inside; [Transformer] that of Vaswani et al. 2017. [Translator]
// is the model from text to text with either, greedy or by beam search, and says
// which words it looked at for each that it wrote. [Search] is the search alone, for
// any [Step] that says what may follow.
package attention
