package bert_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/bert"
)

func TestEntities(t *testing.T) {
	for tags, want := range map[string][]bert.Entity{
		"":                                nil,
		"O O":                             nil,
		"B-A I-A O B-A":                   {{"A", 0, 2}, {"A", 3, 4}},
		"B-A B-A":                         {{"A", 0, 1}, {"A", 1, 2}},
		"I-A I-A":                         {{"A", 0, 2}},
		"B-A I-B":                         {{"A", 0, 1}, {"B", 1, 2}},
		"B-A O I-A":                       {{"A", 0, 1}, {"A", 2, 3}},
		"S-A I-A":                         {{"A", 0, 1}, {"A", 1, 2}},
		"B-A E-A I-A":                     {{"A", 0, 2}, {"A", 2, 3}},
		"B-A I-A L-A U-A":                 {{"A", 0, 3}, {"A", 3, 4}},
		"E-A":                             {{"A", 0, 1}},
		"NOUN NOUN VERB":                  {{"NOUN", 0, 1}, {"NOUN", 1, 2}, {"VERB", 2, 3}},
		"B-fruit-juice I-fruit-juice X-Y": {{"fruit-juice", 0, 2}, {"X-Y", 2, 3}},
	} {
		require.Equal(t, want, bert.Entities(strings.Fields(tags)), tags)
	}
}

func TestReadCoNLL(t *testing.T) {
	got, err := bert.ReadCoNLL(strings.NewReader("\ufeff-DOCSTART- -X- O O\n\nEva NNP B-NP B-PER\r\nsings VBZ B-VP O\n\n\n#\tO"))
	require.NoError(t, err)
	require.Equal(t, []bert.TaggedSentence{{Words: []string{"Eva", "sings"}, Tags: []string{"B-PER", "O"}}, {Words: []string{"#"}, Tags: []string{"O"}}}, got)
	require.Equal(t, []string{"B-PER", "O"}, bert.Tags(got))
	for in, want := range map[string]string{
		"": "no tagged word", "a O\nb\n": `line 2: want a word and a tag, got "b"`, "a \xff": "line 1 is not UTF-8", "a O\n" + strings.Repeat("x", 1<<21): "line 2 has over",
	} {
		_, err := bert.ReadCoNLL(strings.NewReader(in))
		require.ErrorIs(t, err, bert.ErrExamples)
		require.ErrorContains(t, err, want)
	}
}

func FuzzReadCoNLL(f *testing.F) {
	f.Add("a B-X\nb I-X\n\nc O\n")
	f.Add("-DOCSTART-\n\n\r\n \t")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := bert.ReadCoNLL(strings.NewReader(in))
		if err != nil {
			return
		}
		for _, s := range got {
			require.NotEmpty(t, s.Words)
			require.Len(t, s.Tags, len(s.Words))
			for _, e := range bert.Entities(s.Tags) {
				require.True(t, e.First < e.Last && e.Last <= len(s.Words))
			}
		}
	})
}
