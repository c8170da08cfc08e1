package readme

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var block = regexp.MustCompile("(?s)```go\n(.*?)```")

// Every block of Go in the README is a part of an Example here, word for word.
func TestSnippetsAreTested(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	require.NoError(t, err)
	tested, err := os.ReadFile("snippets_test.go")
	require.NoError(t, err)
	source := strings.ReplaceAll(string(tested), "\n\t", "\n")
	blocks := block.FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, blocks)
	for _, b := range blocks {
		require.Contains(t, source, b[1])
	}
}

// Links to files and folders lead somewhere.
func TestLinks(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	for _, name := range []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "BENCHMARKS.md", "CHANGELOG.md"} {
		page, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		for _, link := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(string(page), -1) {
			if !strings.Contains(link[1], "://") {
				require.FileExists(t, filepath.Join(root, strings.TrimSuffix(link[1], "/")), "%s has a link to it", name)
			}
		}
	}
}
