package wordpiece_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A program that only cuts texts must not link the expression graph.
func TestImportsNoGraph(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	require.Contains(t, deps, "golang.org/x/text/unicode/norm")
	for _, dep := range deps {
		require.False(t, strings.HasPrefix(dep, "gorgonia.org/"), dep)
	}
}
