// Package item2vec learns a vector for every item from sets of them: baskets, sessions, lists of likes. Items that are found
// in the same company get vectors near each other.
//
// # Model
//
// It is word2vec's skip-gram where the window is the whole set, since a set has no order. With vectors u_i of items, c_j of
// company, and k negatives n ∝ count(n)^0.75,
//
//	L = −Σ_{sets S} Σ_{i ≠ j ∈ S} [ log σ(u_i · c_j) + Σ_k log σ(−u_i · c_n) ]
//
// Frequent items are left out at random, each time a set is read: an item of share f of all is kept with probability
// min(1, √(t/f) + t/f), t being [Config.Sample].
//
// # Way
//
// [Train] learns, [Model.Vectors] is what package vectors searches; neighbours by cosine are the items to recommend beside one.
//
// # Cost
//
// 2·(k+1)·D operations a pair in each epoch, and a set of m items has m·(m−1) pairs, or m·[Config.Company] where that is less.
// All sets are held in memory, 4 bytes an item.
//
// # Sources
//
//   - Barkan & Koenigstein 2016, Item2vec: neural item embedding for collaborative filtering.
//   - Mikolov, Sutskever, Chen, Corrado & Dean 2013, Distributed representations of words and phrases: negative and sub-sampling.
package item2vec
