// Package multimodal finds pictures by what a text says of them. Texts and visual
// vectors, which some network for pictures has made, are mapped to one space;
// cosines there say how well they go together, also of pictures that have no
// caption and of words in an order that no caption had.
//
// # The models
//
// A [Config] makes one of a family; t is the text's features, v the visual
// vector, f and g are what is learned:
//
//	[MLP], [Word2VisualVec]   f(t) → v                 ‖f(t) − v‖²
//	[W2VVPlusPlus]            f(t), g(v)               hardest wrong picture of each text
//	[DualEncoding]            f(t), g(v) of 3 levels   hardest wrong answers both ways
//	[Ridge]                   W t → v, exactly         ‖W t − v‖² + λ‖W‖²: the baseline
//
// The features of a side are those of its levels side by side ([Level]): of a
// text (words w_1 … w_n, vectors x_1 … x_n)
//
//	Bag          counts of words                            (|V|)
//	NGrams       counts of runs of characters               (|G|)
//	WordVectors  1/n Σ_i a_i x_i                            (D)
//	GRU          h_n, or 1/n Σ_i h_i, of h = GRU(x)         (hidden·directions)
//	Convolution  max over time of ReLU(W_k * h + b_k)       (maps·widths)
//
// and of a picture or video the mean of its frames, and GRU and Convolution over
// them. An affine map or several, with batch norm where wanted, leads to the
// common space.
//
// # Use
//
//	m, history, err := multimodal.Train(ctx, captions, dev, features, vecs, multimodal.W2VVPlusPlus(), fit)
//	x, err := multimodal.IndexPictures(ctx, m, features, ids)  // pictures without captions
//	hits, err := m.Search(ctx, x, "a bird on a branch", 10)
//
// Captions come from [LoadCaptions], visual vectors from [Features] (.npy files,
// BigFile folders) or from [Videos], whose frames [LoadFrameLists] names. [BigFile]
// reads from the disk what does not fit in memory, in training too; only the
// directions of [PrepareConfig] are taken from all training pictures at once.
// [Evaluate] and [Rank] measure recall at k, ranks and mean average precision.
//
// # What the published models leave on the table
//
// These are not in the papers, and off in their settings: [PrepareConfig] takes the
// mean out of the visual vectors and evens out their directions; IDF weights, norms
// of levels and runs of characters help where captions are few; a GRU may read the
// given word vectors themselves. Wrong pairs are masked by id and by words, which is
// not in the papers either, and on.
//
// With some hundred captions an exact linear map of the same features, by
// [TrainRidge], is no worse than the networks: measure it beside them.
//
// # Limits
//
// Pictures come as vectors: no network for pixels is here. Bags of words and of
// runs of characters are fed dense, so a batch costs batch·|V| numbers.
// [Index] looks at every row: a million of 512 numbers take 2 GB and a good part
// of a second.
//
// # Sources
//
//   - Dong, Li & Snoek 2018, Predicting visual features from text for image and
//     video caption retrieval.
//   - Dong, Li, Xu, Ji, He, Yang & Wang 2019, Dual encoding for zero-example video
//     retrieval.
//   - Faghri, Fleet, Kiros & Fidler 2018, VSE++: improving visual-semantic
//     embeddings with hard negatives.
//   - Li, Xu, Yang, Chen & Dong 2019, W2VV++: fully deep learning for ad-hoc video
//     search.
package multimodal
