package wordpiece_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/bert/wordpiece"
)

// Joined by hand: low ×5, lower ×2, newest ×6, widest ×3 (Sennrich et al. 2016,
// algorithm 1). "e s" and "es t" lead with 9, then "o w" and "l ow" with 7, where "l o" has as many but comes later in the alphabet.
func TestTrainByHand(t *testing.T) {
	text := strings.Repeat("low ", 5) + strings.Repeat("lower ", 2) + strings.Repeat("newest ", 6) + strings.Repeat("widest ", 3)
	c := wordpiece.DefaultTrainConfig()
	c.Size = 5 + 14 + 4
	tok, err := wordpiece.Train(t.Context(), slices.Values([]string{text}), c)
	require.NoError(t, err)
	require.Equal(t, []string{
		"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
		"##d", "##e", "##i", "##o", "##r", "##s", "##t", "##w", "l", "n", "w",
		"##es", "##est", "##ow", "low", "##ew", "##ewest", "newest",
	}, tok.Tokens())
}

func TestTrainSplitsEverythingItSaw(t *testing.T) {
	texts := []string{"The rain in Spain stays mainly in the plain.", "In Hartford, Hereford and Hampshire hurricanes hardly happen."}
	c := wordpiece.DefaultTrainConfig()
	c.Size = 80
	tok, err := wordpiece.Train(t.Context(), slices.Values(texts), c)
	require.NoError(t, err)
	again, err := wordpiece.Train(t.Context(), slices.Values([]string{texts[1], texts[0]}), c)
	require.NoError(t, err)
	require.Equal(t, tok.Tokens(), again.Tokens(), "the order of texts has no part in it")
	require.LessOrEqual(t, tok.Len(), 80)
	for _, text := range texts {
		for _, p := range tok.Pieces(text) {
			require.NotEqual(t, tok.Unknown(), p.ID, "%q of %q", text[p.Start:p.End], text)
		}
	}
}

func TestTrainRefuses(t *testing.T) {
	c := wordpiece.DefaultTrainConfig()
	c.Size = 5
	_, err := wordpiece.Train(t.Context(), slices.Values([]string{"a"}), c)
	require.ErrorIs(t, err, wordpiece.ErrConfig)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = wordpiece.Train(ctx, slices.Values([]string{"a"}), wordpiece.DefaultTrainConfig())
	require.ErrorIs(t, err, context.Canceled)
}

// A vocabulary from texts of one's own.
func ExampleTrain() {
	texts := []string{"low lower lowest", "new newer newest", "low new"}
	c := wordpiece.DefaultTrainConfig()
	c.Size = 20
	tok, err := wordpiece.Train(context.Background(), slices.Values(texts), c)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range tok.Pieces("Newest lowest") {
		fmt.Print(p.Text, " ")
	}
	fmt.Println()
	// Output: new ##est low ##est
}
