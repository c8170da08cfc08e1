package vectors

// unsized bounds the memory that is taken on the word of a header alone, in bytes,
// where the size of the file is not known.
const unsized = 1 << 20

// builder collects rows as a reader finds them.
type builder struct {
	opts Options
	v    *Vectors
	read int // rows of the file so far, kept or not
}

// newBuilder takes room for the numbers that a header promises, but for no more
// than a file of size bytes can hold; beyond that memory grows with what is read.
func newBuilder(opts Options, rows, dim int, size int64, bytesPerNumber int) *builder {
	if opts.Limit > 0 {
		rows = min(rows, opts.Limit)
	}
	if opts.Keep != nil {
		rows = 0
	}
	rows = int(min(int64(rows), size/int64(dim*bytesPerNumber)))
	return &builder{opts: opts, v: &Vectors{
		data:  make([]float32, 0, rows*dim),
		index: make(map[string]int, min(rows, 1<<12)),
		dim:   dim,
	}}
}

// full tells that Limit is reached.
func (b *builder) full() bool { return b.opts.Limit > 0 && b.read >= b.opts.Limit }

// next starts the next row of the file. It returns the place for its numbers, or
// nil when the row is to be skipped: not wanted, or a word that was there before.
func (b *builder) next(raw []byte) ([]float32, error) {
	b.read++
	word, err := b.opts.word(raw)
	if err != nil {
		return nil, err
	}
	if _, ok := b.v.index[word]; ok || b.opts.Keep != nil && !b.opts.Keep(word) {
		return nil, nil
	}
	i := len(b.v.words)
	b.v.index[word] = i
	b.v.words = append(b.v.words, word)
	b.v.data = append(b.v.data, make([]float32, b.v.dim)...)
	return b.v.row(i), nil
}
