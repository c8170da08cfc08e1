package attention_test

import (
	"os"

	"github.com/seed6481993f/verso/attention"
)

// Where a translation looked when it wrote each word.
func ExampleDrawText() {
	m := attention.Map{Queries: 4, Keys: 4, Weights: []float32{
		0.90, 0.05, 0.05, 0.00,
		0.10, 0.20, 0.65, 0.05,
		0.05, 0.70, 0.25, 0.00,
		0.00, 0.00, 0.05, 0.95,
	}}
	err := attention.DrawText(os.Stdout, m, []string{"the", "white", "house", "."}, []string{"la", "casa", "blanca", "."})
	if err != nil {
		panic(err)
	}
	// Output:
	//        the white house .
	//     la ███
	//   casa     ░░░░░ ▓▓▓▓▓
	// blanca     ▓▓▓▓▓ ░░░░░
	//      .                 ██
	// █ = 0.95
}

// One row of weights over a sentence.
func ExampleDrawLine() {
	err := attention.DrawLine(os.Stdout, []float32{0.05, 0.1, 0.55, 0.3}, []string{"this", "film", "bores", "everybody"})
	if err != nil {
		panic(err)
	}
	// Output: this ░film █bores ▒everybody
}
