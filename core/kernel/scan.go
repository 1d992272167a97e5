package kernel

import "strconv"

// A scan takes a layer through all steps of a run in one call, T products and T steps of a cell: for small layers the calls
// would cost more than the arithmetic. Matrices are time-major, [T, B, ·]; those of a state have T+1 slots, slot 0 being the
// initial one.
//
// active[t] is how many sequences step t, counted from 0, still has: the first rows. A sequence that has ended keeps its state
// over the step, its gradient passes the step by, and no gradient is left on what it did not compute. The order of operations
// is that of the kernels of one step, called one after another.

// ElmanScan takes all steps of an Elman layer:
//
//	a(t) += h(t-1) P      h(t) = tanh a(t)        or, with relu, max(0, a(t))
//
// a [T, B, H] holds the input's half; h [T+1, B, H]; P is Wᵀ [H, H].
func ElmanScan(a, h []float32, p *Panels, active []int32, batch, hidden int, relu bool) {
	steps := len(active)
	p.needScan("ElmanScan", active, batch, hidden, hidden)
	needMatrix("ElmanScan", "a", len(a), hidden, steps*batch, hidden)
	needMatrix("ElmanScan", "h", len(h), hidden, (steps+1)*batch, hidden)
	if steps > 0 && batch > 0 && hidden > 0 {
		elmanScan(a, h, p.left, p.data, active, steps, batch, hidden, flag(relu))
	}
}

// ElmanScanBackward is the gradient of [ElmanScan], from the last step to the first:
//
//	da(t) = dh(t) ⊙ (1 - h(t)²)        or, with relu, dh(t) where h(t) > 0
//	dh(t-1) += da(t) P
//
// dh [T, B, H] holds the gradients that come from above and beyond, and gains what comes from the step behind; da overwrites a;
// dInitial [B, H] gains the gradient on h(0). P is W [H, H].
func ElmanScanBackward(a, h, dh, dInitial []float32, p *Panels, active []int32, batch, hidden int, relu bool) {
	steps := len(active)
	p.needScan("ElmanScanBackward", active, batch, hidden, hidden)
	needMatrix("ElmanScanBackward", "a", len(a), hidden, steps*batch, hidden)
	needMatrix("ElmanScanBackward", "h", len(h), hidden, (steps+1)*batch, hidden)
	needMatrix("ElmanScanBackward", "dh", len(dh), hidden, steps*batch, hidden)
	needMatrix("ElmanScanBackward", "dInitial", len(dInitial), hidden, batch, hidden)
	if steps > 0 && batch > 0 && hidden > 0 {
		elmanScanBackward(a, h, dh, dInitial, p.left, p.data, active, steps, batch, hidden, flag(relu))
	}
}

// LSTMScan takes all steps of an LSTM layer, a(t) += h(t-1) P and then [LSTMForward]. gates [T, B, 4H] holds the input's half and
// receives the activations; c and h are [T+1, B, H], tanhC is [T, B, H]; P is Wᵀ [H, 4H].
func LSTMScan(gates, c, tanhC, h []float32, p *Panels, active []int32, batch, hidden int) {
	steps := len(active)
	p.needScan("LSTMScan", active, batch, hidden, 4*hidden)
	needMatrix("LSTMScan", "gates", len(gates), 4*hidden, steps*batch, 4*hidden)
	needMatrix("LSTMScan", "c", len(c), hidden, (steps+1)*batch, hidden)
	needMatrix("LSTMScan", "tanhC", len(tanhC), hidden, steps*batch, hidden)
	needMatrix("LSTMScan", "h", len(h), hidden, (steps+1)*batch, hidden)
	if steps > 0 && batch > 0 && hidden > 0 {
		lstmScan(gates, c, tanhC, h, p.left, p.data, active, steps, batch, hidden)
	}
}

// LSTMScanBackward is the gradient of [LSTMScan], from the last step to the first: [LSTMBackward], then dh(t-1) += da(t) P. gates
// holds the activations and receives da; dh [T, B, H] and dInitial [B, H] are as in [ElmanScanBackward]; dc [B, H] comes in as the
// gradient on the last c and goes out as that on the initial one. P is W [4H, H].
func LSTMScanBackward(gates, c, tanhC, dh, dc, dInitial []float32, p *Panels, active []int32, batch, hidden int) {
	steps := len(active)
	p.needScan("LSTMScanBackward", active, batch, 4*hidden, hidden)
	needMatrix("LSTMScanBackward", "gates", len(gates), 4*hidden, steps*batch, 4*hidden)
	needMatrix("LSTMScanBackward", "c", len(c), hidden, (steps+1)*batch, hidden)
	needMatrix("LSTMScanBackward", "tanhC", len(tanhC), hidden, steps*batch, hidden)
	needMatrix("LSTMScanBackward", "dh", len(dh), hidden, steps*batch, hidden)
	needMatrix("LSTMScanBackward", "dc", len(dc), hidden, batch, hidden)
	needMatrix("LSTMScanBackward", "dInitial", len(dInitial), hidden, batch, hidden)
	if steps > 0 && batch > 0 && hidden > 0 {
		lstmScanBackward(gates, c, tanhC, dh, dc, dInitial, p.left, p.data, active, steps, batch, hidden)
	}
}

// GRUScan takes all steps of a GRU layer whose reset comes after the product, u = h(t-1) P + bias and then [GRUForward]. x
// [T, B, 3H] holds the input's half and receives the activations; recurrent [B, 3H] is room for u of one step; recurrentN
// [T, B, H] receives u_n; h is [T+1, B, H]; bias is [3H]; P is Wᵀ [H, 3H].
func GRUScan(x, recurrent, recurrentN, h, bias []float32, p *Panels, active []int32, batch, hidden int) {
	steps := len(active)
	p.needScan("GRUScan", active, batch, hidden, 3*hidden)
	needMatrix("GRUScan", "x", len(x), 3*hidden, steps*batch, 3*hidden)
	needMatrix("GRUScan", "recurrent", len(recurrent), 3*hidden, batch, 3*hidden)
	needMatrix("GRUScan", "recurrentN", len(recurrentN), hidden, steps*batch, hidden)
	needMatrix("GRUScan", "h", len(h), hidden, (steps+1)*batch, hidden)
	needLength("GRUScan", "bias", len(bias), 3*hidden)
	if steps > 0 && batch > 0 && hidden > 0 {
		gruScan(x, recurrent, recurrentN, h, bias, p.left, p.data, active, steps, batch, hidden)
	}
}

// GRUScanBackward is the gradient of [GRUScan], from the last step to the first: [GRUBackward], then dh(t-1) += du(t) P. gates
// holds the activations and receives dx; recurrentN comes in as u_n and goes out as du_n; dRecurrent [T, B, 3H] receives du; dh
// and dInitial are as in [ElmanScanBackward]. P is W [3H, H].
func GRUScanBackward(gates, h, recurrentN, dRecurrent, dh, dInitial []float32, p *Panels, active []int32, batch, hidden int) {
	steps := len(active)
	p.needScan("GRUScanBackward", active, batch, 3*hidden, hidden)
	needMatrix("GRUScanBackward", "gates", len(gates), 3*hidden, steps*batch, 3*hidden)
	needMatrix("GRUScanBackward", "h", len(h), hidden, (steps+1)*batch, hidden)
	needMatrix("GRUScanBackward", "recurrentN", len(recurrentN), hidden, steps*batch, hidden)
	needMatrix("GRUScanBackward", "dRecurrent", len(dRecurrent), 3*hidden, steps*batch, 3*hidden)
	needMatrix("GRUScanBackward", "dh", len(dh), hidden, steps*batch, hidden)
	needMatrix("GRUScanBackward", "dInitial", len(dInitial), hidden, batch, hidden)
	if steps > 0 && batch > 0 && hidden > 0 {
		gruScanBackward(gates, h, recurrentN, dRecurrent, dh, dInitial, p.left, p.data, active, steps, batch, hidden)
	}
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// needScan checks what a scan's product needs, and makes room for its left factor.
func (p *Panels) needScan(kernel string, active []int32, batch, k, n int) {
	if p.k != k || p.n != n {
		panic("kernel: " + kernel + ": panels are of [" + strconv.Itoa(p.k) + " " + strconv.Itoa(p.n) + "], want [" +
			strconv.Itoa(k) + " " + strconv.Itoa(n) + "]")
	}
	for t, rows := range active {
		if rows < 0 || int(rows) > batch {
			panicID(kernel, "active", t, rows, batch+1)
		}
	}
	p.left = grow(p.left, min(batch, rowBlock)*k)
}
