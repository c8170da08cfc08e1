package safetensors

import (
	"bytes"
	"io"
	"testing"
)

// BenchmarkFloat32s reads 4 MB of F32 and of BF16.
func BenchmarkFloat32s(b *testing.B) {
	for _, d := range []DType{F32, BF16} {
		b.Run(string(d), func(b *testing.B) {
			f, err := Read(bytes.NewReader(encoded(b, []Tensor{{"w", d, []int{1 << 20}, many(1 << 20)}}, nil)))
			if err != nil {
				b.Fatal(err)
			}
			dst := make([]float32, 1<<20)
			b.SetBytes(4 << 20)
			for b.Loop() {
				if err := ReadFloats(f, "w", dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkWrite writes 4 MB of F32.
func BenchmarkWrite(b *testing.B) {
	tensors := []Tensor{{"w", F32, []int{1 << 20}, many(1 << 20)}}
	b.SetBytes(4 << 20)
	for b.Loop() {
		if err := Write(io.Discard, tensors, nil); err != nil {
			b.Fatal(err)
		}
	}
}
