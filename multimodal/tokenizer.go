package multimodal

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/embedding/vocab"
)

// tokenizers by the names that a [TextConfig] may carry.
var tokenizers = map[string]vocab.Tokenizer{
	"alphanumeric": vocab.TokenizerFunc(func(text string) []vocab.Token {
		return runs(text, func(r rune) bool { return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' })
	}),
	"letters": vocab.TokenizerFunc(func(text string) []vocab.Token {
		return runs(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) })
	}),
}

func tokenizer(name string) (vocab.Tokenizer, error) {
	if t, ok := tokenizers[name]; ok {
		return t, nil
	}
	return nil, fmt.Errorf("%w: no tokenizer is named %q, want one of %q", verso.ErrConfig, name, Tokenizers())
}

// Tokenizers lists the names of tokenizers that a [TextConfig] may carry, all of
// which lower-case: "alphanumeric" takes the runs of ASCII letters and digits, as
// the published programs do; "letters" those of letters and numbers of any script.
func Tokenizers() []string { return slices.Sorted(maps.Keys(tokenizers)) }

// runs returns the longest stretches of characters that are in.
func runs(text string, in func(rune) bool) []vocab.Token {
	var tokens []vocab.Token
	start := -1
	for i, r := range text + " " {
		switch {
		case in(r) && start < 0:
			start = i
		case !in(r) && start >= 0:
			tokens = append(tokens, vocab.Token{Text: strings.ToLower(text[start:i]), Start: start, End: i})
			start = -1
		}
	}
	return tokens
}

// stopWords are English words that say how a sentence is built and not what is to
// be seen: articles, pronouns, prepositions, conjunctions, auxiliaries, and what
// a tokenizer leaves of contractions. Single letters other than "a" are none:
// they name letters.
var stopWords = func() map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(`
		a an the this that these those such same other own
		i me my myself we our ours ourselves you your yours yourself yourselves
		he him his himself she her hers herself it its itself they them their theirs themselves
		who whom whose which what when where why how
		am is are was were be been being have has had having do does did doing
		will would shall should can could may might must ought
		of at by for with about against between into through during before after above below
		to from up down in out on off over under again further then once upon
		and but or nor if because as until while than so
		here there all any both each few more most some no not only too very just now
		ain aren couldn didn doesn don hadn hasn haven isn mustn shouldn wasn weren won wouldn ll re ve`) {
		words[w] = true
	}
	return words
}()
