package glove

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLoad(t *testing.T) {
	v, err := Load()
	require.NoError(t, err)
	assert.Equal(t, 8343, v.Len())
	assert.Equal(t, 100, v.Dim())
	assert.Equal(t, []string{"the", ",", "."}, v.Words()[:3])
	near, err := v.Nearest("madrid", 1)
	require.NoError(t, err)
	assert.Equal(t, "barcelona", near[0].Word)
	assert.InDelta(t, 0.842797, near[0].Score, 1e-4, "as before the rounding")
}
