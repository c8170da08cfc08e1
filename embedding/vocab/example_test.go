package vocab_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/embedding/vocab"
)

func Example() {
	texts := []string{
		"Puedo escribir los versos más tristes esta noche.",
		"Escribir, por ejemplo: la noche está estrellada.",
	}
	tok := vocab.Unicode{Lower: true}
	words, err := vocab.Build(vocab.TokenTexts(tok, slices.Values(texts)), vocab.DefaultConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	tokens := tok.Tokenize("Esta noche puedo escribir cartas.")
	fmt.Println(words.Len(), words.Words()[:4])
	fmt.Println(words.IDs(vocab.Texts(tokens)))
	// Output:
	// 15 [<pad> <unk> escribir noche]
	// [9 3 4 2 1]
}

func ExampleKim() {
	text := "The café isn't bad, it's great!"
	for _, t := range (vocab.Kim{KeepLetters: true}).Tokenize(text) {
		fmt.Printf("%s[%d:%d] ", t.Text, t.Start, t.End)
	}
	// Output:
	// the[0:3] café[4:9] is[10:12] n't[12:15] bad[16:19] ,[19:20] it[21:23] 's[23:25] great[26:31] ![31:32]
}

func ExampleCounter() {
	var c vocab.Counter
	for _, line := range []string{"to be or not to be", "to do is to be"} {
		for _, t := range (vocab.Whitespace{}).Tokenize(line) {
			c.Add(t.Text)
		}
	}
	words, err := c.Vocabulary(vocab.Config{MinCount: 2})
	fmt.Println(words.Words(), words.Total(), err)
	// Output:
	// [to be] 7 <nil>
}

func ExampleVocabulary_Write() {
	words, _ := vocab.Build(slices.Values([]string{"new york", "paris", "paris"}), vocab.DefaultConfig())
	var file bytes.Buffer
	if err := words.Write(&file); err != nil {
		fmt.Println(err)
	}
	_, _ = os.Stdout.Write(file.Bytes())
	back, err := vocab.Read(&file)
	id, ok := back.ID("new york")
	fmt.Println(id, ok, err)
	// Output:
	// verso-vocabulary 1 words=4 special=2 pad=0 unk=1
	// <pad>	0
	// <unk>	0
	// paris	2
	// new york	1
	// 3 true <nil>
}

// A one-hot vector times a matrix of word vectors is the row of its word.
func ExampleSparseVector_Times() {
	table := []float32{
		0.1, 0.2, // word 0
		0.3, 0.4, // word 1
		0.5, 0.6, // word 2
	}
	word, _ := vocab.SparseOneHot(3, 1)
	row, _ := word.Times(table, 2)
	bag, _ := vocab.BagOfWords(3, []int{0, 2, 2})
	counts, _ := bag.Dense()
	fmt.Println(row, counts)
	// Output:
	// [0.3 0.4] [1 0 2]
}

// The list of words that GloVe's program counted with numbers them as its other files do.
func ExampleReadWordCounts() {
	words, err := vocab.ReadWordCounts(strings.NewReader("the 12\ncat 3\n"), vocab.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	id, _ := words.ID("cat")
	fmt.Println(words.Words(), id, words.Count(id))
	// Output: [the cat] 1 3
}

// What often stands together becomes one word, and stays a word when the text is read again.
func ExampleFindPhrases() {
	corpus := slices.Values([][]string{
		strings.Fields("the bank of america is in new york"),
		strings.Fields("new york has a bank of america"),
		strings.Fields("a new bank in old york"),
	})
	cfg := vocab.DefaultPhraseConfig()
	cfg.MinCount, cfg.Threshold, cfg.Connectors = 1, 1.5, vocab.EnglishConnectors()
	phrases, err := vocab.FindPhrases(context.Background(), corpus, cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	for words, score := range phrases.All() {
		fmt.Printf("%s %.2f\n", words, score)
	}
	fmt.Println(phrases.Join(strings.Fields("we like new york")))
	// Output:
	// [bank of america] 2.67
	// [new york] 1.78
	// [we like new_york]
}
