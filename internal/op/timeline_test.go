package op

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTimeline(t *testing.T) {
	var l timeline
	l.arrange([]int{2, 3, 1}, false) // rows a0 a1 b0 b1 b2 c0
	assert.Equal(t, []int{1, 0, 2}, l.order)
	assert.Equal(t, []int{0, 3, 5, 6}, l.start)
	assert.Equal(t, []int{2, 0, 5, 3, 1, 4}, l.row)
	assert.False(t, l.plain)
	l.arrange([]int{2, 3, 1}, true)
	assert.Equal(t, []int{4, 1, 5, 3, 0, 2}, l.row)

	l.arrange([]int{0, 2, 0}, false)
	assert.Equal(t, []int{1, 0, 2}, l.order)
	assert.Equal(t, []int{0, 1, 2}, l.start)
	assert.True(t, l.plain)

	l.arrange([]int{0, 0}, true)
	assert.Equal(t, 0, l.steps())
	assert.Equal(t, 0, l.rows())

	l.arrange([]int{2, 3, 1}, false)
	var b []float32
	x := []float32{0, 1, 2, 3, 4, 5}
	y := inTime(&l, 1, x, &b)
	assert.Equal(t, []float32{2, 0, 5, 3, 1, 4}, y)
	z := make([]float32, 6)
	inRows(&l, 1, y, z)
	assert.Equal(t, x, z)
}
