package verso

// NextRandom numbers the random operations of the graph, in the order in which
// they are put into it: with seed, step and shard the number decides what an
// operation draws. For layers of this module.
func (g *Graph) NextRandom() uint64 {
	g.randoms++
	return g.randoms
}
