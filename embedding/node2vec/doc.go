// Package node2vec learns a vector for every node of a graph: nodes that walks on the graph meet near each other get
// vectors near each other.
//
// # Model
//
// A walk that came from s to v goes on to a neighbour x of v, over an edge of weight w_vx, with a probability proportional to
//
//	w_vx/p   where x = s             (turning back)
//	w_vx     where s is joined to x  (staying near)
//	w_vx/q   else                    (going out)
//
// A low q explores and finds groups; a high q stays and finds nodes of like surroundings. Walks are then read like
// sentences of a text: the vector z_u of node u is fitted by skip-gram with k negative samples n ∝ count(n)^0.75 to tell
// the nodes v within a window,
//
//	L = −Σ_{u,v near each other} [ log σ(z_u · c_v) + Σ_{k} log σ(−z_u · c_n) ]
//
// With p = q = 1 it is DeepWalk (Perozzi et al. 2014), but for negative sampling.
//
// # Way
//
// [ReadEdges] or [NewGraph] makes a [Graph], [Train] walks and learns; [Model.Vectors] is what package vectors searches.
// [Walker] gives the walks alone. [Communities] parts nodes into groups, [EdgeVector] makes vectors of edges.
//
// # Cost
//
// A graph takes 12 bytes an edge and direction, its alias tables 8. A step draws a neighbour in constant time and
// accepts it with a probability of its bias, 1/p, 1 or 1/q, over max(1, 1/q), which takes a search among the edges of s. After 32
// refusals it adds up the weights of all neighbours. Learning: 2·(k+1)·D operations a pair of nodes. All walks are held in memory,
// 4 bytes a node.
//
// # Limits
//
// Where edges have directions a walk follows them, and "s is joined to x" means an edge from s to x, as the paper's distance reads; the
// authors' program looks for one from x to s. A node without edges cannot be in a graph. A node on no walk
// but its own that ends at once keeps its first, random vector.
//
// # Sources
//
//   - Grover & Leskovec 2016, node2vec: Scalable feature learning for networks.
//   - Perozzi, Al-Rfou & Skiena 2014, DeepWalk: Online learning of social representations.
//   - Walker 1977 and Vose 1991: alias tables. Yang, Zhang, Chen, Ma, Jiang & Zheng 2019, KnightKing: rejection.
//   - Dhillon & Modha 2001, Concept decompositions for large sparse text data using clustering: spherical k-means.
package node2vec
