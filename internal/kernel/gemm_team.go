package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// pieces is work cut into pieces that may be done at the same time, in any order.
type pieces interface{ piece(i int) }

// share is work that several goroutines do together, taking one piece after another.
type share struct {
	work pieces
	n    int64
	next atomic.Int64
	// users is twice the helpers that have the share or may still take it, plus 1 when the owner sleeps until there are none. A helper does not touch
	// the share after it has counted itself out, so it can be used again then.
	users atomic.Int64
	done  chan struct{}
}

var shares = sync.Pool{New: func() any { return &share{done: make(chan struct{}, 1)} }}

func (s *share) run() {
	for {
		i := s.next.Add(1) - 1
		if i >= s.n {
			return
		}
		s.work.piece(int(i))
	}
}

// helper is a goroutine that waits for a share, but not for long: waking a sleeping one takes as much time as a small product.
type helper struct{ share atomic.Pointer[share] }

// How long a helper waits for the next share before it ends, and the owner of one for its helpers before it sleeps.
const (
	patience   = 400 * time.Microsecond
	politeness = 10 * time.Microsecond // between two chances for other goroutines
)

// team holds the helpers. There are never more than processors less one; who finds none does the work himself.
var team struct {
	sync.Mutex
	idle []*helper // waiting; the last to come is the first to go
	live int
	last time.Time // when there was work for helpers
}

// recently is how long ago the last work for helpers was at most for the next to be worth waking one. Tests change it.
var recently = patience

// worthwhile tells whether to look for help with work that a helper already awake would shorten: there is one, or the last such work was a
// moment ago, so that one will be of use for longer. Otherwise waking it costs more than it saves, 10 µs of the caller's and 50 until it comes.
func worthwhile() bool {
	now := time.Now()
	team.Lock()
	defer team.Unlock()
	recent := now.Sub(team.last) < recently
	team.last = now
	return recent || len(team.idle) > 0
}

// together runs all pieces of work on at most workers goroutines, the caller's among them, and returns when all are done.
func together(workers, n int, work pieces) {
	workers = min(workers, n)
	if workers < 2 {
		for i := range n {
			work.piece(i)
		}
		return
	}
	s := shares.Get().(*share)
	s.work, s.n = work, int64(n)
	s.next.Store(0)
	var few [16]*helper
	helpers := hire(few[:0], workers-1, s)
	s.run()
	dismiss(helpers, s)
	s.work = nil
	shares.Put(s)
	now := time.Now()
	team.Lock()
	team.last = now
	team.Unlock()
}

// hire gives s to at most n helpers.
func hire(helpers []*helper, n int, s *share) []*helper {
	most := runtime.GOMAXPROCS(0) - 1
	team.Lock()
	for len(helpers) < n {
		if last := len(team.idle) - 1; last >= 0 {
			h := team.idle[last]
			team.idle = team.idle[:last]
			helpers = append(helpers, h)
			s.users.Add(2)
			h.share.Store(s)
			continue
		}
		if team.live >= most {
			break
		}
		team.live++
		h := new(helper)
		helpers = append(helpers, h)
		s.users.Add(2)
		h.share.Store(s)
		go h.wait()
	}
	team.Unlock()
	return helpers
}

// dismiss takes s back from helpers that have not begun, and waits for the others.
func dismiss(helpers []*helper, s *share) {
	for _, h := range helpers {
		if h.share.CompareAndSwap(s, nil) {
			s.users.Add(-2)
			team.Lock()
			team.idle = append(team.idle, h)
			team.Unlock()
		}
	}
	if s.users.Load() == 0 {
		return
	}
	for start := time.Now(); time.Since(start) < patience; {
		relax()
		if s.users.Load() == 0 {
			return
		}
	}
	if s.users.Add(1) != 1 {
		<-s.done
	}
	s.users.Store(0)
}

// wait helps with one share after another until none comes for a while.
func (h *helper) wait() {
	for start, asked := time.Now(), time.Duration(0); ; relax() {
		s := h.share.Swap(nil)
		if s != nil {
			s.run()
			if s.users.Add(-2) == 1 {
				s.done <- struct{}{}
			}
			team.Lock()
			team.idle = append(team.idle, h)
			team.Unlock()
			start, asked = time.Now(), 0
			continue
		}
		waited := time.Since(start)
		if waited > patience && h.leave() {
			return
		}
		if waited-asked > politeness {
			asked = waited
			runtime.Gosched()
		}
	}
}

// leave ends the service of an idle helper. One that is being hired just now cannot.
func (h *helper) leave() bool {
	team.Lock()
	defer team.Unlock()
	for i, other := range team.idle {
		if other == h {
			last := len(team.idle) - 1
			team.idle[i], team.idle[last] = team.idle[last], nil
			team.idle = team.idle[:last]
			team.live--
			return true
		}
	}
	return false
}
