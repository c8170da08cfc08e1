package vectors_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A program that only searches vectors must not link the expression graph.
func TestImportsNoGraph(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	require.Contains(t, deps, "github.com/seed6481993f/verso/embedding/vectors")
	for _, dep := range deps {
		require.False(t, strings.HasPrefix(dep, "gorgonia.org/"), dep)
		require.NotEqual(t, "github.com/seed6481993f/verso", dep)
	}
}
