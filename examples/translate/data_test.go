package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/attention"
)

func TestBuiltIn(t *testing.T) {
	c, err := load(options{})
	require.NoError(t, err)
	require.Len(t, c.test, heldOut)
	several, held := 0, map[string]bool{}
	for _, q := range c.test {
		require.False(t, held[q.source], q.source)
		if held[q.source] = true; len(q.references) > 1 {
			several++
		}
	}
	require.Greater(t, several, 200)
	for _, p := range c.train {
		require.False(t, held[p.Source], p.Source)
	}
	all, _, err := read("")
	require.NoError(t, err)
	require.Len(t, all, 28140)
}

func TestReadPairs(t *testing.T) {
	pairs, err := readPairs(strings.NewReader("\ufeffa b\tx y\r\n\n c \t z \tfrom somewhere\n"))
	require.NoError(t, err)
	require.Equal(t, []attention.Pair{{Source: "a b", Target: "x y"}, {Source: "c", Target: "z"}}, pairs)
	for text, want := range map[string]string{
		"":                             "no pairs",
		"a\tb\nno tab":                 `line 2 wants a source, a tab and a target, got "no tab"`,
		"a\t ":                         "line 1 has an empty source or target",
		"a\t\xff":                      "line 1 is not UTF-8",
		strings.Repeat("x", longest+1): "longer than",
	} {
		_, err := readPairs(strings.NewReader(text))
		require.ErrorContains(t, err, want)
	}
}

func FuzzReadPairs(f *testing.F) {
	f.Add("a\tb\nc\td\te\n")
	f.Add("\ufeff\r\n\t")
	f.Fuzz(func(t *testing.T, text string) {
		pairs, err := readPairs(strings.NewReader(text))
		require.Equal(t, err == nil, len(pairs) > 0)
		for _, p := range pairs {
			require.NotEmpty(t, p.Source)
			require.NotEmpty(t, p.Target)
		}
	})
}

func TestHoldOut(t *testing.T) {
	p := func(s, t string) attention.Pair { return attention.Pair{Source: s, Target: t} }
	var pairs []attention.Pair
	for i := range 9 {
		pairs = append(pairs, p(fmt.Sprint(i), "x"))
	}
	pairs = append(pairs, p("8", "y"), p("2", "z"), p("8", "w")) // the last two distinct sources are 8 and 2
	pairs = append(pairs[:3:3], append([]attention.Pair{p("10", "x")}, pairs[3:]...)...)
	train, test := holdOut(pairs) // a fifth of ten
	require.Equal(t, []question{{"2", []string{"x", "z"}}, {"8", []string{"x", "y", "w"}}}, test)
	require.Len(t, train, 8)

	_, test = holdOut([]attention.Pair{p("a", "x"), p("a", "y")})
	require.Empty(t, test)
	var many []attention.Pair
	for i := range 20000 {
		many = append(many, p(fmt.Sprint(i), "x"))
	}
	train, test = holdOut(many)
	require.Len(t, test, heldOut)
	require.Equal(t, "18000", test[0].source)
	require.Len(t, train, 18000)
	for sources, held := range map[int]int{6000: 2000, 4000: 2000, 3999: 799, 2: 1} {
		_, test = holdOut(many[:sources])
		require.Len(t, test, held, "of %d", sources)
	}
}

func TestDictionary(t *testing.T) {
	d := newDictionary([]attention.Pair{
		{Source: "The house is red.", Target: "La casa es roja."},
		{Source: "The house is old.", Target: "La casa es vieja."},
		{Source: "A red book.", Target: "Un libro roja."},
		{Source: "Tom is old.", Target: "Tom es vieja."},
	})
	require.Equal(t, "Casa roja, es Isidora?", d.translate("House red, is Isidora?"))
	require.Equal(t, "casa", d.translate("house"))
	require.Empty(t, d.translate(""))
}
