package embedding_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A program that only counts words, searches vectors or trains them must not link the
// expression graph: 20 MB, and half a minute of compiling.
func TestInnerPackagesImportNoGraph(t *testing.T) {
	const module = "github.com/seed6481993f/verso"
	for _, p := range []string{"vocab", "vectors", "dataset", "word2vec", "fasttext", "glove", "doc2vec", "node2vec", "item2vec"} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "./"+p).Output()
		require.NoError(t, err, p)
		deps := strings.Fields(string(out))
		require.Contains(t, deps, module+"/embedding/"+p)
		for _, dep := range deps {
			require.False(t, strings.HasPrefix(dep, "gorgonia.org/"), "%s imports %s", p, dep)
			require.NotEqual(t, module, dep, p)
		}
	}
}
