package bert

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Entity is the words First … Last−1 of a sentence, which are one thing of a class.
type Entity struct {
	Class       string
	First, Last int
}

// Entities joins the tags of a sentence's words. "B-PER" begins a PER and "I-PER"
// goes on with it; an I behind another class begins one too. "S-" and "U-" are of a
// single word, "E-" and "L-" of a last one. "O" is nothing, and any other tag is an
// entity of its word alone: a part of speech. This is the rule of conlleval, the
// program of the shared tasks of CoNLL (Tjong Kim Sang & De Meulder 2003).
func Entities(tags []string) []Entity {
	var out []Entity
	open := false // the last entity may go on
	for i, tag := range tags {
		prefix, class := cutTag(tag)
		inside := strings.Contains("IEL", prefix) && prefix != ""
		switch {
		case tag == "O":
			open = false
			continue
		case inside && open && out[len(out)-1].Class == class:
			out[len(out)-1].Last = i + 1
		default:
			out = append(out, Entity{class, i, i + 1})
		}
		open = prefix == "B" || prefix == "I"
	}
	return out
}

// cutTag returns the prefix of a tag, "" without one, and its class.
func cutTag(tag string) (prefix, class string) {
	if prefix, class, ok := strings.Cut(tag, "-"); ok && len(prefix) == 1 && strings.Contains("BIESLU", prefix) {
		return prefix, class
	}
	return "", tag
}

// TaggerScore is how well a tagger finds entities: those of the right class with
// the right first and last word.
type TaggerScore struct {
	Precision, Recall float64 // right of all that were found; right of all that there are
	F1                float64 // 2·Precision·Recall / (Precision + Recall)
	Accuracy          float64 // share of words with the right tag
	Right, Found      int     // entities
	Entities, Words   int     // that there are
}

// Evaluate tags the sentences and counts. A tag that the model does not know is [ErrClass].
func (t *Tagger) Evaluate(ctx context.Context, sentences []TaggedSentence) (TaggerScore, error) {
	var s TaggerScore
	if _, err := t.numbers(sentences); err != nil {
		return s, err
	}
	words := make([][]string, len(sentences))
	for i, one := range sentences {
		words[i] = one.Words
	}
	answers, err := t.TagWords(ctx, words)
	if err != nil {
		return s, err
	}
	for i, one := range sentences {
		found := make([]string, len(one.Tags))
		for k, p := range answers[i] {
			found[k] = p.Class
		}
		s.add(one.Tags, found)
	}
	s.finish()
	return s, nil
}

// add counts a sentence.
func (s *TaggerScore) add(tags, found []string) {
	for i, tag := range tags {
		if found[i] == tag {
			s.Accuracy++
		}
	}
	there, ours := Entities(tags), Entities(found)
	for _, e := range ours {
		if slices.Contains(there, e) {
			s.Right++
		}
	}
	s.Words, s.Entities, s.Found = s.Words+len(tags), s.Entities+len(there), s.Found+len(ours)
}

func (s *TaggerScore) finish() {
	share := func(of, all int) float64 { return float64(of) / float64(max(1, all)) }
	s.Precision, s.Recall = share(s.Right, s.Found), share(s.Right, s.Entities)
	s.F1 = share(2*s.Right, s.Found+s.Entities)
	s.Accuracy /= float64(max(1, s.Words))
}

// numbers returns the numbers of the sentences' tags.
func (t *Tagger) numbers(sentences []TaggedSentence) ([][]int, error) {
	out := make([][]int, len(sentences))
	for i, s := range sentences {
		if len(s.Words) != len(s.Tags) {
			return nil, fmt.Errorf("%w: sentence %d: want a tag for each of %d words, got %d", ErrExamples, i, len(s.Words), len(s.Tags))
		}
		for _, tag := range s.Tags {
			n := slices.Index(t.tags, tag)
			if n < 0 {
				return nil, fmt.Errorf("%w: %q of sentence %d, the model has %q", ErrClass, tag, i, t.tags)
			}
			out[i] = append(out[i], n)
		}
	}
	return out, nil
}
