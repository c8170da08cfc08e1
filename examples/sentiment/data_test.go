package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/dataset"
)

func TestBuiltIn(t *testing.T) {
	examples, err := builtIn()
	require.NoError(t, err)
	require.Len(t, examples, 10662)
	require.Equal(t, []string{"negative", "positive"}, dataset.Classes(examples))
}

func TestHoldOutLeavesEveryClass(t *testing.T) {
	examples := []dataset.Example{{Class: "a", Text: "1"}, {Class: "b", Text: "2"}, {Class: "c", Text: "3"}, {Class: "a", Text: "4"}}
	for seed := range uint64(20) {
		rest, held := holdOut(examples, 0.9, seed)
		require.Equal(t, []string{"a", "b", "c"}, dataset.Classes(rest))
		require.ElementsMatch(t, examples, append(rest, held...))
		require.Len(t, held, 1)
	}
}

func TestSample(t *testing.T) {
	rare := dataset.Example{Class: "rare", Text: "x"}
	examples := []dataset.Example{rare}
	for range 100 {
		examples = append(examples, dataset.Example{Class: "common", Text: strings.Repeat("y", 40)}) // cost 100
	}
	got := sample(examples, 1000, 1)
	require.Contains(t, got, rare)
	require.Less(t, cost(got), 1101) // may go over by one
	require.Greater(t, cost(got), 1000)
	require.Equal(t, got, sample(examples, 1000, 1))
	require.NotEqual(t, got, sample(examples[1:], 1000, 1))
	require.ElementsMatch(t, examples, sample(examples, 1e6, 1))
	require.Empty(t, sample(nil, 1000, 1))
}

func TestNaiveBayes(t *testing.T) {
	train := []dataset.Example{{Class: "a", Text: "x x y"}, {Class: "b", Text: "y z"}, {Class: "b", Text: ""}}
	nb := newNaiveBayes(train, []string{"a", "b"})
	// "x": a (1+1)·(2+1)/(3+3) = 1, b (2+1)·(0+1)/(2+3) = 0.6
	require.Equal(t, "a", nb.predict("x"))
	// "z": a 2·1/6 = 0.33, b 3·2/5 = 1.2; "x z": a 2·3·1/36 = 0.17, b 3·1·2/25 = 0.24
	require.Equal(t, "b", nb.predict("z"))
	require.Equal(t, "b", nb.predict("x z"))
	require.Equal(t, "b", nb.predict("unseen"))
	require.Equal(t, "b", nb.majority())

	b := judgeBaselines(part{train: train, test: []dataset.Example{{Class: "a", Text: "x"}, {Class: "a", Text: "z"}}}, []string{"a", "b"})
	require.Equal(t, baselines{majority: 0, naiveBayes: 0.5}, b)
}
