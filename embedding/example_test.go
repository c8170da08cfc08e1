package embedding_test

import (
	"fmt"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding"
)

// Two texts of a vocabulary of four words, as rows of a table.
func Example() {
	cfg := embedding.DefaultConfig()
	cfg.PadRow = 0
	cfg.Init = verso.Values([]float64{0, 0, 1, 10, 2, 20, 3, 30})
	ps := verso.NewParams(1)
	table := embedding.New(ps, 4, 2, cfg)

	g := verso.NewGraph(1)
	text := g.Tokens("text")
	x := table.Forward(g, text)                    // (total, 2)
	sentence := verso.MeanOverTime(g, x)           // (batch, 2)
	hot := embedding.OneHot{N: 4}.Forward(g, text) // (total, 4)
	m, err := g.Compile(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	if err := m.FeedTokens(text, [][]int{{3, 1}, {2}}); err != nil {
		fmt.Println(err)
		return
	}
	if err := m.Run(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("one-hot", m.Float32s(hot.Rows))
	fmt.Println("rows   ", m.Float32s(x.Rows))
	fmt.Println("means  ", m.Float32s(sentence))
	// Output:
	// one-hot [0 0 0 1 0 1 0 0 0 0 1 0]
	// rows    [3 30 1 10 2 20]
	// means   [2 20 2 20]
}
