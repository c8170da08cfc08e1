package kernel

import (
	"fmt"
	"os"
	"slices"
	"sync/atomic"
)

// ISA is a path of the float32 kernels.
type ISA int

// The paths through the kernels.
const (
	Generic ISA = iota // portable Go
	AVX2               // AVX2, FMA and BMI2
	AVX512             // AVX-512 F, BW, DQ and VL
	NEON               // Advanced SIMD of arm64
)

// String returns the name used in VERSO_KERNELS: go, avx2, avx512 or neon.
func (i ISA) String() string {
	switch i {
	case Generic:
		return "go"
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	case NEON:
		return "neon"
	}
	return fmt.Sprintf("ISA(%d)", int(i))
}

var current atomic.Int32

func init() { current.Store(int32(choose(os.Getenv("VERSO_KERNELS")))) }

// choose returns the path of that name if this machine has it, else the best.
func choose(name string) ISA {
	have := Available()
	for _, i := range have {
		if i.String() == name {
			return i
		}
	}
	return have[len(have)-1]
}

// Available lists the paths this build and this machine can run, slowest first. Generic is always there.
func Available() []ISA { return append([]ISA{Generic}, assembly()...) }

// Current is the path in use.
func Current() ISA { return ISA(current.Load()) }

// Use sets the path for the whole process and returns a function that sets the former one again. It is for tests and benchmarks.
func Use(isa ISA) (restore func(), err error) {
	if !slices.Contains(Available(), isa) {
		return nil, fmt.Errorf("kernel: path %v is not available here, have %v", isa, Available())
	}
	old := current.Swap(int32(isa))
	return func() { current.Store(old) }, nil
}
