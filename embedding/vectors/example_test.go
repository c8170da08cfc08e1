package vectors_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/seed6481993f/verso/embedding/vectors"
)

func Example() {
	file := `3 2
noche 0.25 -1
estrella 0.5 2
mar -0.75 1
`
	v, err := vectors.Read(strings.NewReader(file), vectors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	row, ok := v.Row("estrella")
	fmt.Println(v.Len(), v.Dim(), row, ok)
	_, ok = v.Row("luna")
	fmt.Println(ok)
	// Output:
	// 3 2 [0.5 2] true
	// false
}

// Only the words of a vocabulary take memory.
func ExampleOptions() {
	glove := "the 0.1 0.2\nnew york 0.3 0.4\n. . . 0.5 0.6\n"
	wanted := map[string]bool{"the": true, ". . .": true}
	v, err := vectors.ReadGloVe(strings.NewReader(glove), vectors.Options{
		Keep: func(word string) bool { return wanted[word] },
	})
	fmt.Printf("%q %v\n", v.Words(), err)
	// Output:
	// ["the" ". . ."] <nil>
}

func ExampleVectors_WriteWord2VecText() {
	v, err := vectors.FromRows([]string{"sí", "no"}, [][]float32{{1, 0.1}, {-1, 1e-7}})
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	if err := v.WriteWord2VecText(&file); err != nil {
		fmt.Println(err)
	}
	_, _ = os.Stdout.Write(file.Bytes())
	// Output:
	// 2 2
	// sí 1 0.1
	// no -1 1e-07
}
