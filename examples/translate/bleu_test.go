package main

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTokens13a(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"Hello, world!":                  "Hello , world !",
		"¿Qué pasa?":                     "¿Qué pasa ?",
		"It's 3.14, or 1,000.":           "It's 3.14 , or 1,000 .",
		"a well-known 10-day trip":       "a well-known 10 - day trip",
		"(see [1]) \"x\" $5 50% a/b a_b": "( see [ 1 ] ) \" x \" $ 5 50 % a / b a _ b",
		"&quot;A &amp; B&quot; &lt;3":    "\" A & B \" < 3",
		"<skipped>end.":                  "end .",
		"broken-\nword in\ntwo":          "brokenword in two",
		"e.g. U.S. v. x...":              "e . g . U . S . v . x . . .",
		"  blanks \t everywhere ":        "blanks everywhere",
		"“quoted” — dash… and ‘single’":    "“quoted” — dash… and ‘single’",
		"x@y.com: {a|b} ~c `d` ^e \\f #g;": "x @ y . com : { a | b } ~ c ` d ` ^ e \\ f # g ;",
	} {
		require.Equal(t, want, strings.Join(tokens13a(text), " "), text)
	}
}

func TestBLEU(t *testing.T) {
	// The example of sacreBLEU's manual, which gives 48.530827009929865.
	texts := []string{"The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."}
	references := [][]string{
		{"The dog bit the man.", "The dog had bit the man."},
		{"It was not unexpected.", "No one was surprised."},
		{"The man bit him first.", "The man had bitten the dog."},
	}
	require.InDelta(t, 48.530827009929865, bleu(texts, references), 1e-10)

	one := func(text string, references ...string) float64 { return bleu([]string{text}, [][]string{references}) }
	require.InDelta(t, 100, one("a b c d e", "x", "a b c d e"), 1e-10)
	require.Zero(t, one("x y z w", "a b c d"))
	require.Zero(t, one("", "a b c d"))
	require.Zero(t, one("a b c", "a b c"), "no run of four words")
	require.Zero(t, bleu(nil, nil))
	// Precisions 4/4, 3/3, 2/2, 1/1; four words against five.
	require.InDelta(t, 100*math.Exp(1-5.0/4), one("a b c d", "a b c d e"), 1e-10)
	// References of 3 and 5 words are equally near: the shorter counts.
	require.InDelta(t, 100, one("a b c d", "a b c d e", "x y z"), 1e-10)
	// "the" counts twice, as in the first reference: 2/5; 0/4, 0/3 and 0/2 become 1/(2·4), 1/(4·3), 1/(8·2).
	require.InDelta(t, 100*math.Pow(2.0/5/8/12/16, 0.25), one("the the the the the", "the cat on the mat", "the dog sat down here"), 1e-10)
	// Case is kept: 3/4, 2/3, 1/2, and 0/1 becomes 1/2.
	require.InDelta(t, 100*math.Pow(3.0/4*2/3*1/2*1/2, 0.25), one("The b c d", "the b c d"), 1e-10)
}
