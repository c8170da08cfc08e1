package doc2vec

import (
	"bufio"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed6481993f/verso/embedding/vectors"
)

// TestLee measures how cosines of documents agree with people, on Lee's 50 documents (Lee, Pincombe & Welsh 2005), where
// the environment variable VERSO_LEE names a folder with lee_background.cor, lee.cor and similarities0-1.txt. It is a
// measurement: only a model that learned nothing fails.
func TestLee(t *testing.T) {
	dir := os.Getenv("VERSO_LEE")
	if dir == "" {
		t.Skip("VERSO_LEE names no folder with Lee's documents")
	}
	var texts [][]string
	for _, name := range []string{"lee_background.cor", "lee.cor"} {
		file, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		for line := range strings.Lines(string(file)) {
			if strings.TrimSpace(line) == "" {
				continue
			}
			var words []string
			for _, w := range simple.FindAllString(strings.ToLower(latin1(line)), -1) {
				if n := len([]rune(w)); n > 1 && n < 16 {
					words = append(words, w)
				}
			}
			texts = append(texts, words)
		}
	}
	n := len(texts) - 50
	human := similarities(t, filepath.Join(dir, "similarities0-1.txt"))
	for name, change := range map[string]func(*Config){
		"PV-DBOW":           func(c *Config) { c.Mode = DBOW },
		"PV-DBOW, blocks":   func(c *Config) { c.Mode, c.Blocks = DBOW, 8 },
		"PV-DBOW and words": func(c *Config) { c.Mode, c.TrainWords = DBOW, true },
		"PV-DBOW, tree":     func(c *Config) { c.Mode, c.Negatives, c.HierarchicalSoftmax = DBOW, 0, true },
		"PV-DM":             func(c *Config) {},
	} {
		for seed := range uint64(3) {
			c := DefaultConfig()
			c.Dim, c.Epochs, c.MinCount, c.Seed = 50, 40, 2, seed
			change(&c)
			m, err := Train(t.Context(), untagged(texts), c)
			require.NoError(t, err)
			var machine, people []float64
			for i := range 50 {
				for j := range i {
					_, a, _ := m.Documents().At(n + i)
					_, b, _ := m.Documents().At(n + j)
					machine = append(machine, vectors.Cosine(a, b))
					people = append(people, human[j][i]) // the upper triangle
				}
			}
			p, s := vectors.Pearson(machine, people), vectors.Spearman(machine, people)
			t.Logf("%-18s seed %d: Pearson %.4f, Spearman %.4f over %d pairs", name, seed, p, s, len(machine))
			require.Greater(t, p, 0.1)
		}
	}
}

// simple finds words as gensim's simple_preprocess does: runs of letters and underlines.
var simple = regexp.MustCompile(`[\pL_]+`)

// latin1 reads a text of one byte a character, as these are.
func latin1(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.WriteRune(rune(c))
	}
	return b.String()
}

func untagged(texts [][]string) iter.Seq[Document] {
	return func(yield func(Document) bool) {
		for _, words := range texts {
			if !yield(Document{Words: words}) {
				return
			}
		}
	}
}

func similarities(t *testing.T, path string) [][]float64 {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	var rows [][]float64
	in := bufio.NewScanner(f)
	for in.Scan() {
		var row []float64
		for _, field := range strings.FieldsFunc(in.Text(), func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
			x, err := strconv.ParseFloat(field, 64)
			require.NoError(t, err)
			row = append(row, x)
		}
		rows = append(rows, row)
	}
	require.NoError(t, in.Err())
	require.Len(t, rows, 50)
	return rows
}
