// Command gen writes the assembly of package kernel: matrix product tiles with -set gemm, vector functions with -set vec.
// It is run by go generate; the programs that use the package never need it.
package main

import (
	"flag"
	"log"

	"github.com/mmcloughlin/avo/build"
)

func main() {
	set := flag.String("set", "", "gemm, vec or sgns")
	flag.Parse()
	build.ConstraintExpr("amd64,!purego,!noasm")
	for _, s := range []isa{avx512, avx2} {
		switch *set {
		case "gemm":
			tiles(s)
			transpose(s)
			copyRows(s, 1)
			copyRows(s, 4)
			rowTimesRows(s)
			finish(s)
		case "vec":
			functions(s)
			gradients(s)
			expSum(s)
			dot(s)
			sum(s)
			largest(s)
			axpy(s)
			scale(s)
			binary(s)
			squares(s)
			softmaxRow(s)
			softmaxGradients(s)
			layerNorm(s)
			recurrent(s)
			steps(s)
			windowMax(s)
			addRows(s)
			halves(s)
		case "sgns":
			sgns(s)
		default:
			log.Fatalf("unknown set %q", *set)
		}
	}
	if *set == "gemm" {
		rowTimesColumns()
		pause()
		cpuid()
	}
	build.Generate()
}
