package bert

import (
	"fmt"

	"github.com/seed6481993f/verso"
	"github.com/seed6481993f/verso/bert/wordpiece"
	"github.com/seed6481993f/verso/internal/reuse"
)

// Model is an encoder with its vocabulary and those heads of pre-training that
// its weights have. [Pretrain] makes one from a corpus, [OpenFolder] reads one of
// Hugging Face's, [LoadFile] one of [Model.SaveFile].
//
// [Model.Encode], [Model.HiddenStates], [Model.FillMask] and [Model.NextSentence]
// may be called from many goroutines, not while the model is trained.
type Model struct {
	cfg     Config
	pieces  *wordpiece.Tokenizer
	params  *verso.Params
	encoder *Encoder
	pooler  *Pooler       // nil without one
	masked  *MaskedWords  // nil without one
	next    *verso.Linear // nil without one
	seed    uint64

	encoding map[Pooling]*reuse.Pool[*replica] // one a goroutine
	filling  *reuse.Pool[*replica]
	pairing  *reuse.Pool[*replica]
	hidden   *reuse.Pool[*hiddenReplica]
}

// heads says which parts behind the encoder a model has.
type heads struct{ pooler, masked, next bool }

// New returns a model with all heads that has learned nothing. The vocabulary's
// size must be the configuration's.
func New(pieces *wordpiece.Tokenizer, c Config, seed uint64) (*Model, error) {
	return newModel(pieces, c, heads{true, true, true}, verso.NewParams(seed), seed)
}

func newModel(pieces *wordpiece.Tokenizer, c Config, h heads, ps *verso.Params, seed uint64) (*Model, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if pieces == nil || pieces.Len() > c.VocabSize {
		n := 0
		if pieces != nil {
			n = pieces.Len()
		}
		return nil, fmt.Errorf("%w: vocab_size is %d, the vocabulary has %d tokens", ErrVocabulary, c.VocabSize, n)
	}
	m := &Model{cfg: c, pieces: pieces, params: ps, seed: seed}
	m.build(h)
	if err := ps.Err(); err != nil {
		return nil, err
	}
	m.encoding = map[Pooling]*reuse.Pool[*replica]{}
	for _, p := range []Pooling{Mean, CLS, Pooled} {
		m.encoding[p] = reuse.New(func() (*replica, error) { return m.newEncoding(p) })
	}
	m.filling, m.pairing, m.hidden = reuse.New(m.newFilling), reuse.New(m.newPairing), reuse.New(m.newHidden)
	return m, nil
}

// build adds the parameters.
func (m *Model) build(h heads) {
	m.encoder = NewEncoder(m.params.Scope("bert"), m.cfg)
	if h.pooler {
		m.pooler = NewPooler(m.params.Scope("bert").Scope("pooler"), m.cfg)
	}
	cls := m.params.Scope("cls")
	if h.masked {
		m.masked = NewMaskedWords(cls.Scope("predictions"), m.encoder)
	}
	if h.next {
		m.next = NewNextSentence(cls.Scope("seq_relationship"), m.cfg)
	}
}

// Config returns the settings.
func (m *Model) Config() Config { return m.cfg }

// Pieces returns the tokenizer.
func (m *Model) Pieces() *wordpiece.Tokenizer { return m.pieces }

// Params returns the weights: "bert.embeddings.word_embeddings.weight",
// "bert.encoder.layer.0.attention.self.query.weight" and so on.
func (m *Model) Params() *verso.Params { return m.params }

// Encoder returns the encoder, for graphs of the caller's own.
func (m *Model) Encoder() *Encoder { return m.encoder }

// Pooler returns the pooler, nil without one.
func (m *Model) Pooler() *Pooler { return m.pooler }

// MaskedWords returns the head for masked words, nil without one.
func (m *Model) MaskedWords() *MaskedWords { return m.masked }

// heads returns which parts the model has.
func (m *Model) heads() heads { return heads{m.pooler != nil, m.masked != nil, m.next != nil} }
