package main

import "strings"

// A mutation breaks one thing: in file, the text old, which must stand there exactly once, becomes new.
type mutation struct {
	file, old, new string
	what           string
}

// suite is what go test is asked, which must fail.
func (m mutation) suite() string {
	if strings.HasPrefix(m.file, "wasm/simd/") {
		return "-run ^TestSIMD ./core/kernel"
	}
	return "./core/..."
}

var equations = []mutation{
	{"core/kernel/functions_portable.go", "1 - float32(", "1 + float32(", "tanh backward: 1 + h² in place of 1 - h²"},

	{"core/kernel/lstm_portable.go", "float32(dstate*g) * float32(i*(1-i))", "float32(dstate*f) * float32(i*(1-i))", "LSTM: da_i takes f for g"},
	{"core/kernel/lstm_portable.go", "float32(dstate*cPrev[at]) * float32(f*(1-f))", "float32(dstate*cPrev[at]) * float32(f*f)", "LSTM: da_f takes f² for f(1-f)"},
	{"core/kernel/lstm_portable.go", "float32(dstate*i) * (1 - float32(g*g))", "float32(dstate*i) * (1 - g)", "LSTM: da_g takes 1-g for 1-g²"},
	{"core/kernel/lstm_portable.go", "float32(dhidden*squashed) * float32(o*(1-o))", "float32(dhidden*squashed) * o", "LSTM: da_o forgets 1-o"},
	{"core/kernel/lstm_portable.go", "dc[at] = dstate * f", "dc[at] = dc[at] * f", "LSTM: dc(t-1) forgets what came through h(t)"},
	{"core/kernel/lstm_portable.go", "float32(float32(dhidden*o)*(1-float32(squashed*squashed)))", "float32(dhidden*o)", "LSTM: dc forgets 1 - tanh² c"},

	{"core/kernel/softmax_portable.go", "(float32(row[target]*inverse) - 1) * weight", "float32(row[target]*inverse) * weight", "loss: do forgets the one-hot target"},

	{"core/cell/elman.go", "l.recurBack(dh, l.a, t)", "_ = t", "Elman: no gradient through time"},
	{"core/cell/elman.go", "l.activateBackTo(da, l.at(l.h, t+1, l.hidden, rows)", "l.activateBackTo(da, l.at(l.h, t, l.hidden, rows)", "Elman: D(t) from h(t-1)"},
	{"core/cell/lstm.go", "l.recurBack(dh, l.a, t)", "_ = t", "LSTM: no gradient through h"},
	{"core/cell/lstm.go", "\tclear(l.dc)\n", "", "LSTM: dc of the last run is left in"},
	{"core/cell/gated.go", "half, width, g.h, g.hidden, width, g.hidden, rows)", "half, width, g.Outputs(), g.hidden, width, g.hidden, rows)", "recurrence: dW from h(t) for h(t-1)"},
	{"core/cell/gated.go", "g.passBy(dh, t)\n\tclear(g.rest(g.a, t, width))", "g.passBy(dh, t)", "padding: gradients past a sequence's end are left in"},
	{"core/cell/gated.go", "kernel.Add(g.before(dh, t)[g.extent.At(t)*g.hidden:], ended)", "_ = ended", "padding: the gradient does not pass a sequence that has ended"},
	{"core/cell/gru.go", "copy(dwhole[b*width+2*l.hidden:][:l.hidden], halfN[b*l.hidden:])", "_ = halfN[b*l.hidden:]", "GRU: d(W_n h) forgets the reset"},
	{"core/cell/gru.go", "kernel.ColumnSums(l.dbiasHH, l.dwhole, width", "kernel.ColumnSums(l.dbiasHH, l.a, width", "GRU: db_hh takes db_ih"},
	{"core/cell/gru_reset_before.go", "l.rz.addBack(before, n, da, width, first, rows, true)", "_ = first", "GRU, reset before: no gradient through W_r and W_z"},
	{"core/cell/gru_reset_before.go", "l.a[2*n:], width, l.resetH, rows)", "l.a[2*n:], width, l.h, rows)", "GRU, reset before: dW_n from h for r ⊙ h"},
	{"core/cell/gru_reset_before.go", "p.norm.backwardFrom(d, da, lda, first, count)", "p.norm.backwardFrom(d, da, lda, 0, count)", "GRU, reset before, normalised: statistics of another step"},
	{"core/cell/gru_reset_before.go", "clear(l.rest(l.rz.d, t, l.rz.rows))", "_ = t", "GRU, reset before, normalised: gradients past the end are left in"},
	{"core/walk.go", "copy(c.Gradient, w.dstate[i])", "_, _ = c, i", "recomputation: no gradient from segment to segment"},
	{"core/walk.go", "\t\tm.enter(k)\n\t\tdo := m.network.forward", "\t\tdo := m.network.forward", "recomputation: a segment is computed anew from another state"},
	{"core/walk.go", "kernel.Add(w.gradients, m.gradients.Data)", "kernel.Scale(w.gradients, 1)", "recomputation: only the last segment is learned from"},
	{"core/start.go", "kernel.ColumnSums(s.gradients[i], c.Gradient, c.Hidden, batch, c.Hidden)", "kernel.ColumnSums(s.gradients[i], c.Gradient, c.Hidden, 1, c.Hidden)", "learned state: only the first sequence counts"},
	{"core/masks.go", "m.draws.Seek(m.key, ", "m.draws.Seek(m.source.Uint64(), ", "dropout: the way back draws other masks"},
	{"core/run.go", "if t < history || i >= e.At(t) {", "if t < 0 || i >= e.At(t) {", "windows that overlap: history counts again"},
	{"core/cell/bidirectional.go", "kernel.Add(dx, aligned)", "_ = aligned", "both directions: dx forgets the reverse one"},
	{"core/cell/bidirectional.go", "row, src[((length-1-t)*e.Batch+b)*width:])", "row, src[((e.Steps-1-t)*e.Batch+b)*width:])", "both directions: turned round the batch's end, not the sequence's"},
	{"core/cell/jordan.go", "l.output.ActivateBack(l.slot(do, t-1, l.outputs), dy,", "l.output.ActivateBack(l.slot(do, t-1, l.outputs), l.slot(do, t, l.outputs),", "output to hidden: a wrong gradient through the fed-back output"},
	{"core/cell/norm.go", "n.dgamma, n.dbeta, count", "n.dbeta, n.dgamma, count", "layer norm: dγ and dβ exchanged"},
	{"core/cell/projection.go", "kernel.Add(d, p.dbias)", "kernel.Scale(d, 1)", "projection: no gradient on the biases"},
	{"core/cell/projection.go", "\tclear(p.dtable)\n", "", "projection: dU of the last run is left in"},
	{"core/cell/projection.go", "kernel.Product(dx, p.inputs, da, p.outputs, &p.backU, rows, false)", "clear(dx)", "projection: no gradient to the layer below"},
	{"core/cell/readout.go", "r.linear.backInto(dh, do, rows, false)", "clear(dh[:rows*r.linear.inputs])", "readout: dh is zero"},
	{"core/cell/readout.go", "kernel.ColumnSums(r.dbias, do, r.outputs, rows, r.outputs)", "kernel.ColumnSums(r.dbias, do, r.outputs, rows-1, r.outputs)", "readout: dc misses the last row"},

	{"core/cell/attention.go", "d[s] = float32((d[s] - along) * p[s])", "d[s] = float32(d[s] * p[s])", "attention: de forgets αᵀ dα"},
	{"core/cell/attention.go", "a.dmemory[g.first*a.size:], a.size, alpha", "make([]float32, len(a.dmemory)), a.size, alpha", "attention: dk forgets Σ α dz"},
	{"core/cell/attention.go", "copy(dh[r*a.hidden:(r+1)*a.hidden], a.dboth[r*width+a.size:])", "clear(dh[r*a.hidden : (r+1)*a.hidden])", "attention: dh forgets h beside the context"},
	{"core/cell/attention.go", "\tclear(a.both)\n", "", "attention: an empty source has the context of the last run"},
	{"core/cell/score.go", "kernel.Add(dkeys, a.da)", "_ = dkeys", "additive score: no gradient to the keys"},
	{"core/cell/score.go", "a.query.backInto(dh, a.dq, a.extent.Rows(), true)", "_ = dh", "additive score: no gradient to the query"},
	{"core/cell/score.go", "m.key.backInto(dmemory, m.dkeys, rows, true)", "_ = dmemory", "multiplicative score: no gradient to the memory"},
	{"core/encoderdecoder.go", "t.layers[k].FinalGradient(c.Name, t.dlast)", "_ = c", "decoder: no gradient to the encoder's last state"},
	{"core/encoderdecoder.go", "t.attention.MemoryGradient(dk)", "clear(dk)", "decoder: no gradient to what it attends to"},
	{"core/loss/ctc.go", "two = before[s-2]", "two = before[s]", "CTC: α stays where it should pass over a blank"},
	{"core/loss/ctc.go", "two = c.beta[s+2]", "two = c.beta[s]", "CTC: β stays where it should pass over a blank"},
	{"core/loss/ctc.go", "&& labels[s/2] != labels[s/2-1]", "", "CTC: paths pass from a label to its like without a blank"},
	{"core/loss/ctc.go", "\t\t\tc.vacate(row, label)\n", "\t\t\t_ = label\n", "CTC: do forgets the paths through labels"},
	{"core/loss/ctc.go", "\t\tkernel.Scale(row, w)\n", "", "CTC: do forgets what the sequence counts"},
	{"core/loss/ctc.go", "clear(own[at:][:n])", "_ = own", "CTC: outputs past a sequence's end are left in as gradients"},
	{"core/ctc.go", "float32(b.Batch*max(1, len(labels)))", "float32(b.Batch)", "CTC: long labellings count more"},
	{"core/ctc.go", "b.labelling(r.place(place))", "b.labelling(place)", "CTC: every source has the labelling at its own place"},
	{"core/prefix.go", "return p.blank + s.y[label]", "return p.score + s.y[label]", "prefix search: a label goes on as a new one without a blank"},

	{"core/written.go", "w.from[place] = int32(w.places[w.place(place)])", "w.from[place] = int32(place)", "decoder: every target goes on from the source at its own place"},
}
