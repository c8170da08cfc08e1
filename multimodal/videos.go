package multimodal

import "fmt"

// Videos is [Visuals] of several frames each: the rows of a table, in the order
// of time.
type Videos struct {
	Table Visuals             // a [Features], or a [BigFile] where that does not fit in memory
	Of    map[string][]string // ids of the frames of each video
}

// Dim returns the width of a frame's vector, 0 without a table.
func (v Videos) Dim() int {
	if v.Table == nil {
		return 0
	}
	return v.Table.Dim()
}

// Frames returns a copy of the rows of a video's frames. A video that is unknown
// or has no frame, and a frame that is unknown, wrap [ErrID].
func (v Videos) Frames(id string) (rows []float32, err error) {
	frames := v.Of[id]
	if len(frames) == 0 || v.Table == nil {
		return nil, fmt.Errorf("%w: no video with frames is %q", ErrID, id)
	}
	for _, frame := range frames {
		row, err := v.Table.Frames(frame)
		if err != nil {
			return nil, fmt.Errorf("video %q: frame %q: %w", id, frame, err)
		}
		rows = append(rows, row...)
	}
	return rows, nil
}
