package wordpiece_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/bert/wordpiece"
)

// small has pieces of some words and characters.
func small(t testing.TB, c wordpiece.Config, more ...string) *wordpiece.Tokenizer {
	t.Helper()
	tok, err := wordpiece.New(append([]string{
		"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "una", "##ffa", "##ble", "un", "a", "##b", "cafe", "caf", "##é", "i", "##\u0307", ",", "!", "ı", "σ", "##σ", "##ς", "中",
	}, more...), c)
	require.NoError(t, err)
	return tok
}

func spans(text string, tokens []wordpiece.Token) (out []string) {
	for _, p := range tokens {
		out = append(out, fmt.Sprintf("%s=%q", p.Text, text[p.Start:p.End]))
	}
	return out
}

func TestPieces(t *testing.T) {
	for _, c := range []struct {
		reason, text string
		want         []string
	}{
		{"longest first from the left", "unaffable", []string{`una="una"`, `##ffa="ffa"`, `##ble="ble"`}},
		{"a word that cannot be cut is unknown as a whole", "unaffablex", []string{`[UNK]="unaffablex"`}},
		{"offsets of a composed letter", "Café!", []string{`cafe="Café"`, `!="!"`}},
		{"a mark is dropped and in no token", "cafe\u0301!", []string{`cafe="cafe"`, `!="!"`}},
		{"special tokens are found inside words", "a[MASK]a", []string{`a="a"`, `[MASK]="[MASK]"`, `a="a"`}},
		{"special tokens keep their case", "[mask]", []string{`[UNK]="["`, `[UNK]="mask"`, `[UNK]="]"`}},
		{"Chinese stands alone", "a中a", []string{`a="a"`, `中="中"`, `a="a"`}},
		{"case of each character by itself", "ΣΣ", []string{`σ="Σ"`, `##σ="Σ"`}},
		{"İ loses its dot", "İ", []string{`i="İ"`}},
		{"controls vanish inside a word", "una\x00ff\u200ba", []string{`una="una"`, `##ffa="ff\u200ba"`}},
		{"blanks of Unicode", "a\u2003a\u2028a\u00a0a", []string{`a="a"`, `a="a"`, `a="a"`, `a="a"`}},
		{"invalid UTF-8", "a\xff\xfeb", []string{`a="a"`, `##b="b"`}},
		{"nothing", " \t\n", nil},
	} {
		t.Run(c.reason, func(t *testing.T) {
			require.Equal(t, c.want, spans(c.text, small(t, wordpiece.DefaultConfig()).Pieces(c.text)))
		})
	}
}

// Of special tokens that begin at one place the longest is found, and none that
// begins inside of the one before.
func TestSpecialTokensThatOverlap(t *testing.T) {
	c := wordpiece.DefaultConfig()
	c.Class, c.Mask = "<<", "<<x"
	tok := small(t, c, "<<", "<<x", "<", "x")
	require.Equal(t, []string{`<<x="<<x"`}, spans("<<x", tok.Pieces("<<x")))
	require.Equal(t, []string{`<<="<<"`, `<="<"`, `x="x"`}, spans("<<<x", tok.Pieces("<<<x")))
}

func TestWords(t *testing.T) {
	var got [][]string
	text := "Unaffable, a[MASK]x"
	for _, w := range small(t, wordpiece.DefaultConfig()).Words(text) {
		got = append(got, spans(text, w))
	}
	require.Equal(t, [][]string{{`una="Una"`, `##ffa="ffa"`, `##ble="ble"`}, {`,=","`}, {`a="a"`}, {`[MASK]="[MASK]"`}, {`[UNK]="x"`}}, got)
}

func TestPiecesLongWord(t *testing.T) {
	tok := small(t, wordpiece.DefaultConfig(), "##a")
	require.Len(t, tok.Pieces(strings.Repeat("a", 100)), 100)
	require.Len(t, tok.Pieces(strings.Repeat("a", 101)), 1)
}

func TestCasedKeepsCaseAndAccents(t *testing.T) {
	tok := small(t, wordpiece.CasedConfig())
	require.Equal(t, []string{`caf="caf"`, `##é="é"`}, spans("café", tok.Pieces("café")))
	require.Equal(t, tok.Unknown(), tok.Pieces("Cafe")[0].ID)
	c := wordpiece.CasedConfig()
	c.Lower = true
	require.Equal(t, []string{`i="İ"`, `##` + "\u0307" + `="İ"`}, spans("İ", small(t, c).Pieces("İ")))
}

func TestEncodeTruncates(t *testing.T) {
	tok := small(t, wordpiece.DefaultConfig(), "b", "c")
	ids := func(s string) []int {
		var out []int
		for _, w := range strings.Fields(s) {
			id, ok := tok.ID(w)
			require.True(t, ok, w)
			out = append(out, id)
		}
		return out
	}
	e, err := tok.Encode("a b c", 4)
	require.NoError(t, err)
	require.Equal(t, ids("[CLS] a b [SEP]"), e.IDs)
	require.Equal(t, -1, e.Tokens[0].Start)
	e, err = tok.Encode("a", 2)
	require.NoError(t, err)
	require.Equal(t, ids("[CLS] [SEP]"), e.IDs)
	for _, c := range []struct {
		a, b string
		n    int
		want string
		at1  int // where types of 1 begin
	}{
		{"a a a a a", "b b", 8, "[CLS] a a a [SEP] b b [SEP]", 5},
		{"a a", "b b b b b", 8, "[CLS] a a [SEP] b b b [SEP]", 4},
		{"a a a", "b b b", 8, "[CLS] a a a [SEP] b b [SEP]", 5}, // of equal ones the second loses
		{"a a a a a", "b b b", 7, "[CLS] a a [SEP] b b [SEP]", 4},
		{"a a", "b", 3, "[CLS] [SEP] [SEP]", 2},
		{"", "", 0, "[CLS] [SEP] [SEP]", 2},
	} {
		e, err := tok.EncodePair(c.a, c.b, c.n)
		require.NoError(t, err)
		require.Equal(t, ids(c.want), e.IDs)
		for i, typ := range e.Types {
			require.Equal(t, i >= c.at1, typ == 1, "%v", e.Types)
		}
	}
	_, err = tok.Encode("a", 1)
	require.ErrorIs(t, err, wordpiece.ErrLength)
	require.ErrorContains(t, err, "want at least 2 for the special tokens, got 1")
	_, err = tok.EncodePair("a", "b", 2)
	require.ErrorIs(t, err, wordpiece.ErrLength)
}

// Text is read no further than a limit wants it, and in stretches of some
// thousand bytes: both must not show.
func TestLongTexts(t *testing.T) {
	tok := small(t, wordpiece.DefaultConfig(), "b", "##a")
	r := rand.New(rand.NewPCG(1, 2))
	random := func(words int) string {
		var b strings.Builder
		for range words {
			b.WriteString([]string{"a", "b", "café", "unaffable", "[SEP]", "x", "İ", "中", "e\u0301\u0316", "!"}[r.IntN(10)])
			b.WriteString([]string{" ", "\n", "", "\u2003", " \u0301"}[r.IntN(5)])
		}
		return b.String()
	}
	long := random(6000)
	var apart []wordpiece.Token
	for from := 0; from < len(long); { // at a single blank each time
		end := strings.IndexByte(long[from:], ' ')
		if end < 0 {
			end = len(long) - from
		}
		for _, p := range tok.Pieces(long[from : from+end]) {
			p.Start, p.End = p.Start+from, p.End+from
			apart = append(apart, p)
		}
		from += end + 1
	}
	require.Equal(t, apart, tok.Pieces(long))

	for range 300 {
		a, b, limit := random(r.IntN(20)), random(r.IntN(20)), 3+r.IntN(25)
		whole, err := tok.Encode(a, 0)
		require.NoError(t, err)
		cut, err := tok.Encode(a, limit)
		require.NoError(t, err)
		n := min(len(whole.IDs), limit) - 1
		require.Equal(t, append(whole.IDs[:n:n], tok.Separator()), cut.IDs)

		p, q := tok.Pieces(a), tok.Pieces(b)
		for len(p)+len(q) > limit-3 { // the rule, word for word
			if len(p) > len(q) {
				p = p[:len(p)-1]
			} else {
				q = q[:len(q)-1]
			}
		}
		pair, err := tok.EncodePair(a, b, limit)
		require.NoError(t, err)
		require.Equal(t, append([]wordpiece.Token{}, p...), pair.Tokens[1:1+len(p)])
		require.Equal(t, append([]wordpiece.Token{}, q...), pair.Tokens[2+len(p):2+len(p)+len(q)])
		require.Len(t, pair.Tokens, len(p)+len(q)+3)
	}
}

// A megabyte of special tokens, or of characters that become two, takes time in its length: this test would take minutes else.
func TestLinearTime(t *testing.T) {
	tok := small(t, wordpiece.DefaultConfig())
	require.Len(t, tok.Pieces(strings.Repeat("[SEP]", 400_000)), 400_000)
	c := wordpiece.CasedConfig()
	c.Lower = true
	require.Len(t, small(t, c).Pieces(strings.Repeat("İ", 500_000)), 1)
}

func TestDecode(t *testing.T) {
	tok := uncased(t)
	for in, want := range map[string]string{
		"Hello, world! How's it going?": "hello, world! how's it going?",
		"unaffable [MASK]":              "unaffable",
		"It wasn't me, I'm sure.":       "it wasn't me, i'm sure.",
	} {
		e, err := tok.Encode(in, 0)
		require.NoError(t, err)
		got, err := tok.Decode(e.IDs, true)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	got, err := tok.Decode([]int{101, 103, 102}, false)
	require.NoError(t, err)
	require.Equal(t, "[CLS] [MASK] [SEP]", got)
	_, err = tok.Decode([]int{30522}, false)
	require.ErrorIs(t, err, wordpiece.ErrID)
}

func TestVocabularyErrors(t *testing.T) {
	c := wordpiece.DefaultConfig()
	_, err := wordpiece.New([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]"}, c)
	require.ErrorIs(t, err, wordpiece.ErrVocabulary)
	require.ErrorContains(t, err, "[MASK]")
	_, err = wordpiece.New([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "a"}, c)
	require.ErrorContains(t, err, `"a" is both 5 and 6`)
	_, err = wordpiece.Read(strings.NewReader("[PAD]\n\xff\n"), c)
	require.ErrorContains(t, err, "line 2")
	_, err = wordpiece.Read(strings.NewReader(strings.Repeat("x", 1<<17)), c)
	require.ErrorIs(t, err, wordpiece.ErrVocabulary)
	c.MaxChars = 0
	_, err = wordpiece.New(nil, c)
	require.ErrorIs(t, err, wordpiece.ErrConfig)
}

func TestWriteAndRead(t *testing.T) {
	tok := small(t, wordpiece.CasedConfig())
	path := t.TempDir() + "/vocab.txt"
	require.NoError(t, tok.WriteFile(path))
	again, err := wordpiece.ReadFile(path, wordpiece.CasedConfig())
	require.NoError(t, err)
	require.Equal(t, tok.Tokens(), again.Tokens())
	require.ErrorIs(t, small(t, wordpiece.DefaultConfig(), "a\nb").Write(&strings.Builder{}), wordpiece.ErrVocabulary)
}

func FuzzPieces(f *testing.F) {
	for _, s := range []string{"", "Hello, world!", "[CLS] a[MASK]b", "İstanbul ßtraße ﬁne Ⅳ", "안녕 中文", "e\u0301\u0316", "\x00\xff\u200b"} {
		f.Add(s)
	}
	tok := uncased(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := tok.Encode(text, 0)
		require.NoError(t, err)
		last := 0
		for i, p := range e.Tokens {
			s, ok := tok.Text(p.ID)
			require.True(t, ok)
			require.Equal(t, s, p.Text)
			if i == 0 || i == len(e.Tokens)-1 {
				continue
			}
			require.True(t, 0 <= p.Start && p.Start < p.End && p.End <= len(text))
			require.GreaterOrEqual(t, p.End, last)
			last = p.End
		}
		_, err = tok.Decode(e.IDs, true)
		require.NoError(t, err)
		require.Equal(t, e.Tokens[1:len(e.Tokens)-1], append([]wordpiece.Token{}, slices.Concat(tok.Words(text)...)...))
	})
}

func FuzzRead(f *testing.F) {
	f.Add("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n", "ab")
	f.Add("\n\r\n##\n", "")
	f.Fuzz(func(t *testing.T, vocabulary, text string) {
		tok, err := wordpiece.Read(strings.NewReader(vocabulary), wordpiece.DefaultConfig())
		if err != nil {
			return
		}
		for _, p := range tok.Pieces(text) {
			require.LessOrEqual(t, p.End, len(text))
		}
	})
}

func ExampleTokenizer_Encode() {
	tok, err := wordpiece.New([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "una", "##ffa", "##ble", "!"}, wordpiece.DefaultConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := tok.Encode("Unaffable!", 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.IDs)
	for _, p := range e.Tokens {
		fmt.Println(p.Text, p.Start, p.End)
	}
	// Output:
	// [2 5 6 7 8 3]
	// [CLS] -1 -1
	// una 0 3
	// ##ffa 3 6
	// ##ble 6 9
	// ! 9 10
	// [SEP] -1 -1
}
