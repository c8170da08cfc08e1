package attention_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/attention"
)

// A few sentences in which the colour changes its place.
func ExampleTrainTranslator() {
	var pairs []attention.Pair
	colours, things := strings.Fields("red roja white blanca old vieja"), strings.Fields("house casa table mesa door puerta")
	for range 20 {
		for c := 0; c < len(colours); c += 2 {
			for t := 0; t < len(things); t += 2 {
				pairs = append(pairs, attention.Pair{
					Source: "The " + colours[c] + " " + things[t] + ".",
					Target: "La " + things[t+1] + " " + colours[c+1] + ".",
				})
			}
		}
	}
	c := attention.DefaultTranslatorConfig()
	c.Dim, c.Hidden, c.Attention = 16, 32, 16
	f := attention.DefaultTranslatorFit()
	f.Epochs, f.Batch, f.Schedule = 10, 16, verso.ConstantRate(0.01)
	m, _, err := attention.TrainTranslator(context.Background(), pairs, nil, c, f)
	if err != nil {
		panic(err)
	}
	r, err := m.Translate(context.Background(), "the white table.", attention.DefaultSearchConfig())
	if err != nil {
		panic(err)
	}
	fmt.Println(r.Text)
	fmt.Printf("%q from %q\n", r.Target, r.Source)
	fmt.Println("words looked at for each word written:", r.Map.Queries, "times", r.Map.Keys)
	// Output:
	// La mesa blanca.
	// ["La" "mesa" "blanca" "."] from ["the" "white" "table" "."]
	// words looked at for each word written: 4 times 4
}
