package multimodal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seed6481993f/verso/embedding/vocab"
)

// Evaluate ranks the pictures of the captions for each caption, and the captions
// for each picture. Right for a caption are its own picture and those of captions
// of the same text; right for a picture are the captions for which it is right.
// Texts are the same if they have the same words in the same order, without regard
// to case and to what is neither letter nor digit: "The letter Z." is "the letter
// z". Texts without such characters are the same if they are equal.
//
// It stops between blocks of queries when ctx is done. Memory: the rows of both
// sides, and the scores of one block.
func Evaluate(ctx context.Context, e Encoder, captions []Caption, visuals Visuals) (toPictures, toTexts *Ranking, err error) {
	x, err := newExam(ctx, e, captions, visuals)
	if err != nil {
		return nil, nil, err
	}
	if toPictures, err = x.toPictures(ctx); err != nil {
		return nil, nil, err
	}
	toTexts, err = x.toTexts(ctx)
	return toPictures, toTexts, err
}

// exam is captions and their pictures, encoded.
type exam struct {
	texts, pictures []float32 // rows of length 1
	dim             int
	ofText          [][]int // right pictures of each text
	ofPicture       [][]int // right texts of each picture
}

func newExam(ctx context.Context, e Encoder, captions []Caption, visuals Visuals) (*exam, error) {
	if len(captions) == 0 {
		return nil, fmt.Errorf("%w: want at least one to be judged by", ErrCaptions)
	}
	var ids []string
	var pictures, wordings numbers
	texts, wording := make([]string, len(captions)), make([]int, len(captions))
	var shown [][]int // pictures of each wording
	for i, c := range captions {
		p, w := pictures.of(c.ID), wordings.of(plain(c.Text))
		if p == len(ids) {
			ids = append(ids, c.ID)
		}
		if w == len(shown) {
			shown = append(shown, nil)
		}
		if !slices.Contains(shown[w], p) {
			shown[w] = append(shown[w], p)
		}
		texts[i], wording[i] = c.Text, w
	}
	index, err := IndexPictures(ctx, e, visuals, ids)
	if err != nil {
		return nil, err
	}
	x := &exam{pictures: index.rows, dim: e.Dim(), ofPicture: make([][]int, len(ids))}
	if x.texts, err = e.EncodeText(ctx, texts); err != nil {
		return nil, err
	}
	units(x.texts, x.dim)
	for i, w := range wording {
		x.ofText = append(x.ofText, shown[w])
		for _, p := range shown[w] {
			x.ofPicture[p] = append(x.ofPicture[p], i)
		}
	}
	return x, nil
}

func (x *exam) toPictures(ctx context.Context) (*Ranking, error) {
	return rank(ctx, len(x.ofPicture), x.ofText, func(from, to int) []float32 {
		return products(x.texts[from*x.dim:to*x.dim], x.pictures, x.dim)
	})
}

func (x *exam) toTexts(ctx context.Context) (*Ranking, error) {
	return rank(ctx, len(x.ofText), x.ofPicture, func(from, to int) []float32 {
		return products(x.pictures[from*x.dim:to*x.dim], x.texts, x.dim)
	})
}

// plain is the words of a text, or the text where it has none.
func plain(text string) string {
	words := vocab.Texts(tokenizers["letters"].Tokenize(text))
	if len(words) == 0 {
		return text
	}
	return strings.Join(words, " ")
}
