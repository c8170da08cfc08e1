package vectors

import (
	"context"
	"math"
)

// transport carries goods from m sources to n sinks at the least cost:
//
//	min Σ_ij flow_ij · cost_ij    flow ≥ 0,  Σ_j flow_ij = supply_i,  Σ_i flow_ij = demand_j
//
// by successive shortest paths: each goes from a source with goods left, over free arcs and back over arcs that carry
// something, to a sink with room left. Potentials keep all reduced costs cost_ij − u_i − v_j ≥ 0, and 0 where goods flow,
// so that Dijkstra's search finds the paths (Edmonds & Karp 1972), here over the dense table as in Jonker & Volgenant
// 1987. Goods are whole numbers: amounts are exact, and the search ends.
//
// Cost: O(m·n) a path, of which there are some m+n.
type transport struct {
	m, n           int
	supply, demand []int64   // (m), (n): what is left
	cost           []float64 // (m, n), finite and ≥ 0
	flow           []int64   // (m, n)
	u, v           []float64 // (m), (n)

	// Of the search under way.
	length  []float64 // (n) of the shortest path to a sink so far
	from    []int     // (n) the source before the sink
	settled []bool    // (n) length is final
	begin   []float64 // (m) of the path to a source
	via     []int     // (m) the sink before the source; -1: it is the first
	reached []bool    // (m)
}

// newTransport keeps its arguments; supply and demand must come to the same sum.
func newTransport(supply, demand []int64, cost []float64) *transport {
	m, n := len(supply), len(demand)
	return &transport{
		m: m, n: n, supply: supply, demand: demand, cost: cost, flow: make([]int64, m*n), u: make([]float64, m), v: make([]float64, n),
		length: make([]float64, n), from: make([]int, n), settled: make([]bool, n),
		begin: make([]float64, m), via: make([]int, m), reached: make([]bool, m),
	}
}

// run returns Σ flow·cost when all is carried.
func (t *transport) run(ctx context.Context) (float64, error) {
	for source := range t.m {
		for t.supply[source] > 0 {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			t.carry(source, t.search(source))
		}
	}
	sum := 0.0
	for k, f := range t.flow {
		sum += float64(f) * t.cost[k]
	}
	return sum, nil
}

// search finds the nearest sink with room and makes the arcs on the way to it free of reduced cost.
func (t *transport) search(source int) (sink int) {
	clear(t.settled)
	clear(t.reached)
	for j := range t.length {
		t.length[j] = math.Inf(1)
	}
	t.reach(source, -1, 0)
	for {
		sink = t.nearest()
		t.settled[sink] = true
		if t.demand[sink] > 0 {
			break
		}
		for i := range t.m {
			if t.flow[i*t.n+sink] > 0 && !t.reached[i] {
				t.reach(i, sink, t.length[sink])
			}
		}
	}
	whole := t.length[sink]
	for i, ok := range t.reached {
		if ok {
			t.u[i] += whole - t.begin[i]
		}
	}
	for j, ok := range t.settled {
		if ok {
			t.v[j] -= whole - t.length[j]
		}
	}
	return sink
}

// reach goes on from source i, to which a path of that length leads.
func (t *transport) reach(i, via int, length float64) {
	t.reached[i], t.via[i], t.begin[i] = true, via, length
	for j, c := range t.cost[i*t.n : (i+1)*t.n] {
		if x := length + max(0, c-t.u[i]-t.v[j]); !t.settled[j] && x < t.length[j] { // below 0 by rounding alone
			t.length[j], t.from[j] = x, i
		}
	}
}

// nearest returns the sink with the shortest path that is not settled.
func (t *transport) nearest() int {
	best := -1
	for j, x := range t.length {
		if !t.settled[j] && (best < 0 || x < t.length[best]) {
			best = j
		}
	}
	return best
}

// carry sends along the path that was found as much as goes.
func (t *transport) carry(source, sink int) {
	amount := min(t.supply[source], t.demand[sink])
	for j := sink; ; {
		i := t.from[j]
		if j = t.via[i]; j < 0 {
			break
		}
		amount = min(amount, t.flow[i*t.n+j])
	}
	t.supply[source] -= amount
	t.demand[sink] -= amount
	for j := sink; ; {
		i := t.from[j]
		t.flow[i*t.n+j] += amount
		if j = t.via[i]; j < 0 {
			break
		}
		t.flow[i*t.n+j] -= amount
	}
}
