package torchfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// Instructions of the pickle protocol, 2 to 5, as far as a state dict has them.
const (
	opMark, opStop, opPop            = '(', '.', '0'
	opNone, opTrue, opFalse          = 'N', 0x88, 0x89
	opInt, opInt1, opInt2            = 'J', 'K', 'M'
	opLong1, opFloat                 = 0x8a, 'G'
	opUnicode, opUnicode1, opString1 = 'X', 0x8c, 'U'
	opDict, opList, opTuple0         = '}', ']', ')'
	opTuple, opTuple1, opTuple2      = 't', 0x85, 0x86
	opTuple3                         = 0x87
	opAppend, opAppends              = 'a', 'e'
	opSetItem, opSetItems            = 's', 'u'
	opGlobal, opStackGlobal          = 'c', 0x93
	opReduce, opBuild, opPersID      = 'R', 'b', 'Q'
	opPut, opLongPut, opMemoize      = 'q', 'r', 0x94
	opGet, opLongGet                 = 'h', 'j'
	opProto, opFrame                 = 0x80, 0x95
)

// Values of the machine beside nil, bool, int and string.
type (
	mark    struct{}
	tuple   []any
	list    struct{ items []any }
	dict    struct{ keys, values []any } // in the order of insertion
	global  string                       // "module name"
	float   float64
	ignored struct{} // a number too long to be a size
)

// get returns the value of a key, the last where there are several, nil without one.
func (d *dict) get(key string) any {
	for i := len(d.keys) - 1; i >= 0; i-- {
		if d.keys[i] == key {
			return d.values[i]
		}
	}
	return nil
}

// describe names a value for an error. It never looks into one: a tuple that holds
// the same tuple twice, forty times over, would be printed 2⁴⁰ times.
func describe(v any) string {
	switch v := v.(type) {
	case nil, bool, int, float:
		return fmt.Sprint(v)
	case string:
		return fmt.Sprintf("%.100q", v)
	case global:
		return fmt.Sprintf("the name %.100q", string(v))
	}
	return fmt.Sprintf("a %s", strings.TrimPrefix(strings.TrimPrefix(fmt.Sprintf("%T", v), "*"), "torchfile."))
}

// machine runs a pickle.
type machine struct {
	code     []byte
	at       int // of code: behind the pickle when it has run
	stack    []any
	memo     map[int]any
	storages map[string]*storage // that it names, by key
}

// run executes a pickle and returns its result.
func (m *machine) run() (any, error) {
	m.memo, m.storages = map[int]any{}, map[string]*storage{}
	for {
		begin := m.at
		op, err := m.byte()
		if err != nil {
			return nil, err
		}
		if op == opStop {
			return m.pop()
		}
		if err := m.step(op); err != nil {
			return nil, fmt.Errorf("byte %d: %w", begin, err)
		}
	}
}

func (m *machine) step(op byte) error {
	switch op {
	case opProto:
		_, err := m.byte()
		return err
	case opFrame:
		_, err := m.bytes(8)
		return err
	case opMark:
		m.push(mark{})
	case opPop:
		_, err := m.pop()
		return err
	case opNone:
		m.push(nil)
	case opTrue, opFalse:
		m.push(op == opTrue)
	case opDict:
		m.push(&dict{})
	case opList:
		m.push(&list{})
	case opInt, opInt1, opInt2, opLong1, opFloat:
		return m.number(op)
	case opUnicode, opUnicode1, opString1:
		return m.text(op)
	case opTuple0, opTuple, opTuple1, opTuple2, opTuple3:
		return m.tuple(op)
	case opAppend, opAppends, opSetItem, opSetItems:
		return m.fill(op)
	case opPut, opLongPut, opMemoize, opGet, opLongGet:
		return m.remember(op)
	case opGlobal, opStackGlobal:
		return m.global(op)
	case opReduce, opBuild, opPersID:
		return m.call(op)
	default:
		return fmt.Errorf("%w: instruction %#x is none of a state dict", ErrPickle, op)
	}
	return nil
}

func (m *machine) byte() (byte, error) {
	b, err := m.bytes(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

func (m *machine) bytes(n int) ([]byte, error) {
	if n < 0 || n > len(m.code)-m.at {
		return nil, fmt.Errorf("%w: %d bytes wanted, %d left", ErrPickle, n, len(m.code)-m.at)
	}
	m.at += n
	return m.code[m.at-n : m.at], nil
}

// size reads an unsigned number of n bytes.
func (m *machine) size(n int) (int, error) {
	b, err := m.bytes(n)
	if err != nil {
		return 0, err
	}
	var whole [8]byte
	copy(whole[:], b)
	if u := binary.LittleEndian.Uint64(whole[:]); u <= math.MaxInt32 {
		return int(u), nil
	}
	return 0, fmt.Errorf("%w: a length of %x", ErrPickle, b)
}

func (m *machine) push(v any) { m.stack = append(m.stack, v) }

func (m *machine) pop() (any, error) {
	if len(m.stack) == 0 {
		return nil, fmt.Errorf("%w: the stack is empty", ErrPickle)
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v, nil
}

// popMark takes what lies above the last mark, and the mark.
func (m *machine) popMark() ([]any, error) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, ok := m.stack[i].(mark); ok {
			items := m.stack[i+1:]
			m.stack = m.stack[:i]
			return items, nil
		}
	}
	return nil, fmt.Errorf("%w: no mark", ErrPickle)
}

// popN takes the uppermost n values.
func (m *machine) popN(n int) ([]any, error) {
	if n > len(m.stack) {
		return nil, fmt.Errorf("%w: %d values wanted, the stack has %d", ErrPickle, n, len(m.stack))
	}
	items := m.stack[len(m.stack)-n:]
	m.stack = m.stack[:len(m.stack)-n]
	return items, nil
}

func (m *machine) number(op byte) error {
	switch op {
	case opInt:
		b, err := m.bytes(4)
		if err == nil {
			m.push(int(int32(binary.LittleEndian.Uint32(b))))
		}
		return err
	case opFloat:
		b, err := m.bytes(8)
		if err == nil {
			m.push(float(math.Float64frombits(binary.BigEndian.Uint64(b))))
		}
		return err
	case opLong1:
		n, err := m.size(1)
		if err != nil {
			return err
		}
		b, err := m.bytes(n)
		if err != nil {
			return err
		}
		if n > 8 {
			m.push(ignored{})
			return nil
		}
		var whole [8]byte
		if n > 0 && b[n-1]&0x80 != 0 {
			for i := range whole {
				whole[i] = 0xff
			}
		}
		copy(whole[:], b)
		m.push(int(int64(binary.LittleEndian.Uint64(whole[:]))))
		return nil
	}
	n := 1
	if op == opInt2 {
		n = 2
	}
	v, err := m.size(n)
	if err == nil {
		m.push(v)
	}
	return err
}

func (m *machine) text(op byte) error {
	width := 1
	if op == opUnicode {
		width = 4
	}
	n, err := m.size(width)
	if err != nil {
		return err
	}
	b, err := m.bytes(n)
	if err == nil {
		m.push(string(b))
	}
	return err
}
