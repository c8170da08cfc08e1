// Package kernel is arithmetic on plain slices: the matrix product and the vector functions on which every layer stands.
// It knows no graph and no model, starts no goroutine unless asked to (see [Parallel]), and takes no memory in steady state.
//
// # Paths
//
// float32 runs on one of four paths, chosen once at start: AVX-512 (F, BW, DQ, VL) or AVX2 (with FMA and BMI2)
// assembly on amd64, NEON on arm64, and portable Go elsewhere or under the build tags purego and noasm. The environment variable
// VERSO_KERNELS = avx512, avx2, neon or go asks for one; a path the machine lacks, or an unknown word, leaves the best. Tests force each path by
// [Use]. float64 serves checks of gradients: plain loops over package math, and Gonum's Dgemm.
//
// Both assembly paths of amd64 give the same bits, and tests compare them for products, elementwise functions and their gradients, softmax and
// layer norm with theirs, windows, sums, and LSTM, GRU and optimiser steps. NEON gives theirs in products, and
// has exp, tanh, sigmoid, add, mul, scale, axpy, dot and sum besides; the rest runs in Go there. Portable Go may differ in the last places, since it has no
// fused multiply-add in float32.
//
// # Matrix product
//
// C = α·op(A)·op(B) + β·C is computed in tiles of C small enough to live in registers. A tile of m rows and v vectors
// of L lanes does m·v fused multiply-adds for each k, and loads v vectors of B and m broadcasts of A:
//
//	AVX-512   L=16   14×1 vectors where 512 bits take two cycles (Zen 4), which leaves more of the first cache to A; else 14×2
//	AVX2      L=8     6×2 vectors: 12 of 16 registers hold sums, 2 hold B, 1 holds A, 1 the mask of the last columns
//	NEON      L=4     8×2 vectors: 16 of 32 registers hold sums, 2 hold B, 8 hold A, four steps of k at a time
//	Go        L=1     2×4 numbers: a wider tile spills
//
// Products of few rows use tiles four vectors wide, so that enough independent sums hide the latency of an addition;
// a single row streams along the rows of B instead. Rows are dealt out evenly (15 rows are 8+7, not 14+1), and the last
// columns are masked, in half a vector where that will do, so no size pays for padding. One call of assembly does all tiles side by side.
//
// Around the tile stand the loops of Goto and van de Geijn (2008), also those of BLIS (Van Zee and van de Geijn 2015), with the parts
// of A and B exchanged: n in blocks of 512, k of 256, which keep a block of B in the second cache and the rows of A that
// a tile needs in the first, while the panels of B (k × one vector) stream past.
// B is copied into panels when it is transposed, when enough rows reuse the copy, or when its stride would map its rows on few
// cache sets; A only when its stride does that or when α is not 1 (α multiplies the copy). [Packed] keeps the panels of B for many products.
//
// [Options] add biases, a matrix and an activation while the rows of C just computed are in the first cache, and give the work to several
// goroutines: C is cut into pieces, and whoever is free takes the next. A helper waits 0.4 ms for more work, spinning, before it ends: waking
// another costs the caller 10 µs, and it comes 50 µs later. So a small product that follows none for longer than that stays with its caller. There are
// at most GOMAXPROCS-1 helpers; who finds none does everything himself.
//
// Every element of C is one chain of fused multiply-adds over k in ascending order, from 0 or from β·C, whatever the tile and
// the blocking. So its bits depend on its row of op(A), its column of op(B), α, β and its old value, and on nothing else: a sentence alone
// and the same sentence in a batch, one core and many, packed or not, give the same result. Split C among goroutines freely; never split k.
// One product pays for that: a single row times a transposed matrix could be dot products, whose lanes each sum a part of k, at twice the
// speed. Pack the matrix instead.
//
// Cost: 2mnk operations. GFLOP/s on a core of Zen 4 at 3.7 GHz, which can do 117, plain operands unless said:
//
//	                      AVX-512   AVX2
//	64³                       112    107
//	256³                      114    112
//	1024³                     107    105
//	32×400×300                115    106
//	4096×100×300              107    104
//	256 of 64×64×32, B'        97     95   scores of attention
//	256 of 64×32×64           107    103   their use
//	4×1024×256                110     49   106 and 96 packed
//	1×1024×256                 46     46   as fast as B comes from the second cache
//	1×1024×256, B'             23     23   43 and 41 packed
//
// Two workers do 1.8 to 2.0 times as much from 32×400×300 up on a machine with nothing else to do, and less beside other programs: with
// both cores taken 128³ fell to half of one worker's, so that smaller products stay on one. Portable Go does 3 to 5 GFLOP/s. The figures come from
//
//	go test -run xxx -bench 'Gemm|Epilogue' ./internal/kernel
//
// and, with two workers on idle cores, from
//
//	go run ./gemm -workers 2       (in benchmarks)
//
// # Vector functions
//
// Elementwise functions and their gradients are defined for every input: NaN gives NaN, infinities their limits, denormal numbers are kept.
// Errors of the assembly are stated at each function and held by tests; most rest on one exponential, 2^n times a table of eight
// roots times a polynomial in what is left. On a core of 3.7 GHz whose AVX-512 is two halves (Zen 4), ns a number over 1 Mi of them, and times a loop
// over package math:
//
//	             AVX-512        AVX2
//	exp          0.15   54      0.29   27
//	sigmoid      0.21   42      0.39   23
//	tanh         0.29   87      0.45   57
//	GELU (erf)   0.47   74      0.73   48
//	GELU (tanh)  0.51   58      0.86   34
//	SiLU         0.23   39      0.43   21
//
// as go test -bench AgainstGo -cpu 1 ./internal/kernel measures them. Functions of rows (softmax, layer normalisation and their gradients),
// steps of recurrent cells and of optimisers pass once over what they read; the optimisers round after each operation and so give
// the same bits on every path.
//
// # Regeneration
//
// The assembly is written by a generator over github.com/mmcloughlin/avo in _gen, a module of its own; that of arm64 by one that writes text. After changing it run
//
//	go generate ./internal/kernel
//
// which must leave the committed files byte for byte the same when nothing changed. The assembler knows no register limit
// of AVX2: a 256-bit function that uses Y16 and above would silently need AVX-512, which a test looks for.
package kernel

//go:generate go -C _gen run . -set gemm -out ../gemm_amd64.s -stubs ../gemm_stub_amd64.go -pkg kernel
//go:generate go -C _gen run . -set vec -out ../vec_amd64.s -stubs ../vec_stub_amd64.go -pkg kernel
//go:generate go -C _gen run . -set sgns -out ../sgns_amd64.s -stubs ../sgns_stub_amd64.go -pkg kernel
//go:generate go -C _gen run ./neon -set gemm -out ../gemm_arm64.s
//go:generate go -C _gen run ./neon -set vec -out ../vec_arm64.s
