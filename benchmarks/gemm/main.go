// Command gemm measures the float32 matrix product of Verso against OpenBLAS, side by side in one process on one core, and
// prints a table of rates and their ratios:
//
//	go run ./gemm
//	go run ./gemm -avx2
//	go run ./gemm -workers 2
//
// The two take turns; a figure is the median of at least seven turns in processor time of the process, a ratio the median of the ratios of
// turns next to each other. Results are compared with each other before. With -workers the table is of one worker against several instead, by the
// clock, and means something on idle cores alone.
package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/seed6481993f/verso/internal/kernel"
)

func main() {
	log.SetFlags(0)
	avx2 := flag.Bool("avx2", false, "hold both sides to AVX2, as VERSO_KERNELS=avx2 and OPENBLAS_CORETYPE=Haswell do")
	core := flag.String("core", "", "OPENBLAS_CORETYPE, such as SkylakeX or Cooperlake; empty: what OpenBLAS chooses")
	library := flag.String("library", "libopenblas.so.0", "OpenBLAS to load")
	turns := flag.Int("turns", 9, "turns of each side, at least 7")
	workers := flag.Int("workers", 0, "compare so many workers with one instead, without OpenBLAS")
	length := flag.Duration("length", 20*time.Millisecond, "processor time of a turn, about")
	flag.Parse()

	os.Unsetenv("OPENBLAS_CORETYPE") // somebody may have asked for slower ones
	os.Unsetenv("OPENBLAS_L2_SIZE")
	os.Setenv("OPENBLAS_NUM_THREADS", "1")
	if *avx2 {
		*core = "Haswell"
		if _, err := kernel.Use(kernel.AVX2); err != nil {
			log.Fatal(err)
		}
	}
	if *workers > 1 {
		measureWorkers(*workers, max(*turns, 7), *length)
		return
	}
	if *core != "" {
		os.Setenv("OPENBLAS_CORETYPE", *core)
	}
	name, err := openBLAS(*library)
	if err != nil {
		log.Fatalf("%v; try apt-get install libopenblas0", err)
	}
	runtime.GOMAXPROCS(1)
	runtime.LockOSThread()
	debug.SetGCPercent(-1)

	fmt.Printf("Verso: %v, OpenBLAS: %s, one core, median of %d turns of %v, GFLOP/s\n\n", kernel.Current(), name, max(*turns, 7), *length)
	fmt.Println("| m x n x k (N plain, T transposed) | Verso | OpenBLAS | ratio |")
	fmt.Println("|---|---|---|---|")
	groups := map[string][]float64{}
	var order []string
	for _, s := range shapes() {
		ours, theirs, ratio := s.measure(max(*turns, 7), *length)
		fmt.Printf("| %v | %.1f | %.1f | %.2f |\n", s, ours, theirs, ratio)
		for _, g := range s.groups() {
			if groups[g] == nil {
				order = append(order, g)
			}
			groups[g] = append(groups[g], math.Log(ratio))
		}
	}
	fmt.Println("\ngeometric means of the ratios:")
	for _, g := range order {
		sum := 0.0
		for _, v := range groups[g] {
			sum += v
		}
		fmt.Printf("  %-20s %.2f\n", g, math.Exp(sum/float64(len(groups[g]))))
	}
}
