// Package bert is BERT: bidirectional encoders that are pre-trained on plain
// text and fine-tuned for a task.
//
// # The model
//
// A sequence of n word pieces (package wordpiece) becomes rows of H numbers, and L
// layers make rows of them in which every piece has looked at every other:
//
//	pieces: [CLS] a [SEP] b [SEP]
//	x⁰_t = LayerNorm(word[id_t] + position[t] + type[type_t])           (total, H)
//	a    = LayerNorm(Attention(x W_Q, x W_K, x W_V) W_O + x)            A heads of H/A features
//	x'   = LayerNorm(f(a W_1) W_2 + a)                                  f: GELU
//	p    = tanh(x^L_[CLS] W_p + b_p)                                    (batch, H)
//
// [Encoder] is this as layers for graphs of your own, with [MaskedWords],
// [NewNextSentence] and [NewClassification] behind it.
//
// # What to use
//
//   - [OpenFolder]: a model of Hugging Face's, from its folder. [Model.Encode]
//     gives vectors of texts, [Model.HiddenStates] of pieces, [Model.FillMask]
//     missing words.
//   - [FineTune]: a [Classifier] of texts on top of a model, [FineTunePairs] of pairs
//     of texts, [FineTuneTagger] a [Tagger] of words; [NewScorer]: a [Scorer] of
//     pairs, or of labels of which several hold.
//   - [Pretrain]: a model from a corpus of your own, vocabulary included.
//     [Model.Pretrain] goes on with one, by masked words alone where it has no more.
//   - [Model.SaveFile] and [LoadFile]: one safetensors file with everything in it.
//     [Model.SaveFolder]: what Hugging Face's library reads.
//
// # Pre-training
//
// 15 of 100 pieces are hidden: 80 of 100 of these become [MASK], 10 another
// piece, 10 stay. The model says what stood there, and whether the second passage
// follows the first. Logits over the vocabulary, the largest thing by far, are
// computed at hidden places alone, and so is the last layer ([Encoder.ForwardAt]).
//
// # Cost and limits
//
// A layer costs 2·(4H² + 2HF) operations a piece and 4·n·H for its attention.
// Batches are ragged: no padding is computed. Memory grows with the length, not
// its square. A sequence has at most as many pieces as the model has positions.
// Masks of attention hide keys; masks of pairs of pieces and relative positions
// are not here, nor are decoders, heads for questions and pruning of heads.
// Training is in float32.
//
// # Sources
//
//   - Devlin, Chang, Lee & Toutanova 2019, BERT: pre-training of deep
//     bidirectional transformers for language understanding, and its program.
//   - Vaswani et al. 2017, Attention is all you need: the layer.
//   - Turc, Chang, Lee & Toutanova 2019, Well-read students learn better: small sizes.
//   - Liu et al. 2019, RoBERTa: pre-training without next sentences.
//   - Reimers & Gurevych 2019, Sentence-BERT: means of rows as vectors of texts.
package bert
