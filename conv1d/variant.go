package conv1d

import (
	"fmt"
	"slices"
)

// Variant is one of Kim's four ways with word vectors (2014, section 3.1).
type Variant string

const (
	// Rand starts all word vectors at random and learns them.
	Rand Variant = "rand"
	// Static takes pretrained vectors and leaves them as they are.
	Static Variant = "static"
	// NonStatic takes pretrained vectors and goes on learning them.
	NonStatic Variant = "nonstatic"
	// Multichannel takes pretrained vectors twice, one copy left and one
	// learned; every filter is applied to both and the results are added.
	Multichannel Variant = "multichannel"
)

// Variants lists all four, in the paper's order.
func Variants() []Variant { return []Variant{Rand, Static, NonStatic, Multichannel} }

// ParseVariant returns the variant of that name.
func ParseVariant(s string) (Variant, error) {
	if v := Variant(s); slices.Contains(Variants(), v) {
		return v, nil
	}
	return "", fmt.Errorf("%w: variant %q, want one of %v", ErrVariant, s, Variants())
}

// Pretrained reports whether the variant needs word vectors.
func (v Variant) Pretrained() bool { return v != Rand }
