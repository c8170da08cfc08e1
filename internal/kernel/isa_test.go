package kernel

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUse(t *testing.T) {
	have := Available()
	require.Equal(t, Generic, have[0])
	require.Contains(t, have, Current())
	before := Current()
	for _, isa := range have {
		restore, err := Use(isa)
		require.NoError(t, err)
		require.Equal(t, isa, Current())
		restore()
		require.Equal(t, before, Current())
	}
	_, err := Use(ISA(9))
	require.ErrorContains(t, err, "ISA(9)")
}

func TestChoose(t *testing.T) {
	have := Available()
	best := have[len(have)-1]
	for _, isa := range have {
		require.Equal(t, isa, choose(isa.String()))
	}
	require.Equal(t, best, choose(""))
	require.Equal(t, best, choose("sse"))
}

// The assembler takes registers 16..31 in a 256-bit function without complaint and encodes AVX-512 then.
func TestAVX2FunctionsKeepToAVX2(t *testing.T) {
	beyond := regexp.MustCompile(`\b([XY](1[6-9]|2\d|3[01])|Z\d+|K[0-7])\b`)
	for _, name := range []string{"gemm_amd64.s", "vec_amd64.s"} {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		function, seen := "", 0
		for line := range strings.Lines(string(source)) {
			if strings.HasPrefix(line, "TEXT") {
				function = strings.Fields(line)[1]
				seen++
			}
			if strings.Contains(function, "256(") {
				require.NotRegexp(t, beyond, line, "%s in %s", function, name)
			}
		}
		require.Greater(t, seen, 10)
	}
}
