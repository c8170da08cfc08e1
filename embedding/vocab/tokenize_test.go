package vocab

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTokenizers(t *testing.T) {
	tests := []struct {
		name  string
		tok   Tokenizer
		text  string
		texts string // the tokens, joined by |
		spans string // what stands at their offsets in the text
	}{
		{"kim", Kim{}, "It's good, isn't it?", "it|'s|good|,|is|n't|it|?", "It|'s|good|,|is|n't|it|?"},
		{"kim all endings", Kim{}, "I've we're he'd she'll can't", "i|'ve|we|'re|he|'d|she|'ll|ca|n't", "I|'ve|we|'re|he|'d|she|'ll|ca|n't"},
		{"kim no ending", Kim{}, "o'clock 'v 'l ' n'", "o'clock|'v|'l|'|n'", "o'clock|'v|'l|'|n'"},
		{"kim rest stays on the ending", Kim{}, "'sup 'dandy n'ts", "'sup|'dandy|n'ts", "'sup|'dandy|n'ts"},
		{"kim capital endings stay", Kim{}, "IT'S DON'T", "it's|don't", "IT'S|DON'T"},
		{"kim marks", Kim{}, "(a)!b", "(|a|)|!|b", "(|a|)|!|b"},
		{"kim blanks", Kim{}, "3.5-star `a` <b>", "3|5|star|`a`|b", "3|5|star|`a`|b"},
		{"kim é is a blank", Kim{}, "Café's naïve’s", "caf|'s|na|ve|s", "Caf|'s|na|ve|s"},
		{"kim empty", Kim{}, " .\n;", "", ""},
		{"kim invalid UTF-8", Kim{KeepLetters: true}, "a\xffb\xe9", "a|b", "a|b"},
		{"kim keep letters", Kim{KeepLetters: true}, "Café's ÑANDÚ, 東京!", "café|'s|ñandú|,|東京|!", "Café|'s|ÑANDÚ|,|東京|!"},
		{"kim keep letters, lower case longer", Kim{KeepLetters: true}, "İȺ e\u0301", "iⱥ|e\u0301", "İȺ|e\u0301"},
		{"kim TREC", Kim{KeepCase: true}, "What's NASA ?", "What|'s|NASA|?", "What|'s|NASA|?"},
		{"kim SST", Kim{SST: true}, "It's good, isn't it? (No!)", "it's|good,|isn't|it?|(no!)", "It's|good,|isn't|it?|(No!)"},
		{"unicode", Unicode{}, "Can't stop: 3.14, 東京 naïve!", "Can't|stop|3.14|東|京|naïve", "Can't|stop|3.14|東|京|naïve"},
		{"unicode lower", Unicode{Lower: true}, "ÉCOLE Ⱥ", "école|ⱥ", "ÉCOLE|Ⱥ"},
		{"unicode punctuation", Unicode{Punctuation: true}, "Hi, you 👩‍👧!\n", "Hi|,|you|👩‍👧|!", "Hi|,|you|👩‍👧|!"},
		{"unicode emoji are no words", Unicode{}, "ok 👩‍👧", "ok", "ok"},
		{"whitespace", Whitespace{}, "  a\tb\u00a0c\n", "a|b|c", "a|b|c"},
		{"whitespace lower", Whitespace{Lower: true}, "<PAD> ÑU", "<pad>|ñu", "<PAD>|ÑU"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tokens := test.tok.Tokenize(test.text)
			assert.Equal(t, test.texts, strings.Join(Texts(tokens), "|"))
			var spans []string
			for _, token := range tokens {
				spans = append(spans, test.text[token.Start:token.End])
			}
			assert.Equal(t, test.spans, strings.Join(spans, "|"))
		})
	}
}

// cleanKim is clean_str and clean_str_sst of the published program, replacement by
// replacement, but with bare brackets and question marks.
func cleanKim(s string, k Kim) []string {
	s = regexp.MustCompile("[^A-Za-z0-9(),!?'`]").ReplaceAllString(s, " ")
	if !k.SST {
		for _, ending := range []string{"'s", "'ve", "n't", "'re", "'d", "'ll"} {
			s = strings.ReplaceAll(s, ending, " "+ending)
		}
		for _, mark := range []string{",", "!", "(", ")", "?"} {
			s = strings.ReplaceAll(s, mark, " "+mark+" ")
		}
	}
	if !k.KeepCase {
		s = strings.ToLower(s)
	}
	return strings.Fields(s)
}

func FuzzTokenize(f *testing.F) {
	for _, s := range []string{"It's good, isn't it?", "n'tn't''s'sn'd", "Café 東京 İ\u0301 \xff", "can''t 'll'l", "a\r\nb\u200d👩‍👧"} {
		f.Add(s)
	}
	tokenizers := []Tokenizer{
		Kim{}, Kim{KeepCase: true}, Kim{SST: true}, Kim{KeepLetters: true},
		Unicode{}, Unicode{Lower: true, Punctuation: true}, Whitespace{}, Whitespace{Lower: true},
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, tok := range tokenizers {
			end := 0
			for _, token := range tok.Tokenize(text) {
				require.LessOrEqual(t, end, token.Start)
				require.Less(t, token.Start, token.End)
				require.LessOrEqual(t, token.End, len(text))
				end = token.End
				span := text[token.Start:token.End]
				require.NotEmpty(t, token.Text)
				require.Contains(t, []string{span, strings.ToLower(span)}, token.Text)
			}
		}
		for _, k := range []Kim{{}, {KeepCase: true}, {SST: true}} {
			require.Equal(t, cleanKim(text, k), append([]string{}, Texts(k.Tokenize(text))...), "%+v", k)
		}
		require.Equal(t, strings.Fields(text), append([]string{}, Texts(Whitespace{}.Tokenize(text))...))
		// What Unicode leaves out with Punctuation set is white space and control characters.
		end := 0
		for _, token := range (Unicode{Punctuation: true}).Tokenize(text) {
			require.False(t, strings.ContainsFunc(text[end:token.Start], unicode.IsLetter))
			end = token.End
		}
		require.False(t, strings.ContainsFunc(text[end:], unicode.IsLetter))
	})
}

func TestTokenTexts(t *testing.T) {
	upper := TokenizerFunc(func(text string) []Token {
		return []Token{{strings.ToUpper(text), 0, len(text)}}
	})
	words := TokenTexts(upper, slices.Values([]string{"a", "b", "c"}))
	assert.Equal(t, []string{"A", "B", "C"}, slices.Collect(words))
	for w := range words {
		assert.Equal(t, "A", w)
		break // stopping early is allowed
	}
}

func BenchmarkTokenize(b *testing.B) {
	text := strings.Repeat("It's so laddish and juvenile, only teenage boys couldn't possibly find it dull (really)! ", 100)
	for name, tok := range map[string]Tokenizer{"Kim": Kim{}, "Unicode": Unicode{Lower: true}, "Whitespace": Whitespace{}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				tok.Tokenize(text)
			}
		})
	}
}
