package node2vec_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed6481993f/verso/embedding/node2vec"
)

// Two circles of friends who share one acquaintance.
func Example() {
	list := "ana ben\nben cai\ncai ana\nana dia\ndia cai\nben dia\n" +
		"dia xiu\n" +
		"xiu yan\nyan zoe\nzoe xiu\nxiu wim\nwim zoe\nyan wim\n"
	g, err := node2vec.ReadEdges(strings.NewReader(list), false)
	if err != nil {
		fmt.Println(err)
		return
	}
	c := node2vec.DefaultConfig()
	c.Dim, c.Window, c.Epochs = 8, 3, 10
	m, err := node2vec.Train(context.Background(), g, c)
	if err != nil {
		fmt.Println(err)
		return
	}
	groups, err := node2vec.Communities(m.Vectors(), 2, 1)
	for i, name := range g.Nodes() {
		fmt.Print(name, ":", groups[i], " ")
	}
	fmt.Println(err)
	// Output:
	// ana:0 ben:0 cai:0 dia:0 xiu:1 yan:1 zoe:1 wim:1 <nil>
}

func ExampleWalker() {
	g, err := node2vec.ReadEdges(strings.NewReader("a b\nb c\nc d\n"), true)
	if err != nil {
		fmt.Println(err)
		return
	}
	w, err := node2vec.NewWalker(g, node2vec.WalkConfig{Walks: 1, Length: 3, P: 1, Q: 1, Seed: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range w.Len() {
		for _, node := range w.Walk(nil, i) {
			fmt.Print(g.Nodes()[node])
		}
		fmt.Print(" ")
	}
	// Output:
	// bcd abc cd d
}
