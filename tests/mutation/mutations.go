package main

// A mutation breaks one equation: in file, the text old, which must stand there exactly once, becomes new.
type mutation struct {
	file, old, new string
	what           string
}

var mutations = []mutation{
	{"core/kernel/functions_portable.go", "1 - float32(", "1 + float32(", "tanh backward: 1 + h² in place of 1 - h²"},

	{"core/kernel/lstm_portable.go", "float32(dstate*g) * float32(i*(1-i))", "float32(dstate*f) * float32(i*(1-i))", "LSTM: da_i takes f for g"},
	{"core/kernel/lstm_portable.go", "float32(dstate*cPrev[at]) * float32(f*(1-f))", "float32(dstate*cPrev[at]) * float32(f*f)", "LSTM: da_f takes f² for f(1-f)"},
	{"core/kernel/lstm_portable.go", "float32(dstate*i) * (1 - float32(g*g))", "float32(dstate*i) * (1 - g)", "LSTM: da_g takes 1-g for 1-g²"},
	{"core/kernel/lstm_portable.go", "float32(dhidden*squashed) * float32(o*(1-o))", "float32(dhidden*squashed) * o", "LSTM: da_o forgets 1-o"},
	{"core/kernel/lstm_portable.go", "dc[at] = dstate * f", "dc[at] = dc[at] * f", "LSTM: dc(t-1) forgets what came through h(t)"},
	{"core/kernel/lstm_portable.go", "float32(float32(dhidden*o)*(1-float32(squashed*squashed)))", "float32(dhidden*o)", "LSTM: dc forgets 1 - tanh² c"},

	{"core/kernel/softmax_portable.go", "(float32(row[target]*inverse) - 1) * weight", "float32(row[target]*inverse) * weight", "loss: do forgets the one-hot target"},

	{"core/cell/elman.go", "l.recurBack(before, t)", "_ = before", "Elman: no gradient through time"},
	{"core/cell/elman.go", "kernel.TanhBackward(da, l.at(l.h, t+1, l.hidden)", "kernel.TanhBackward(da, l.at(l.h, t, l.hidden)", "Elman: D(t) from h(t-1)"},
	{"core/cell/lstm.go", "l.recurBack(before, t)", "_ = before", "LSTM: no gradient through h"},
	{"core/cell/lstm.go", "\tclear(l.dc)\n", "", "LSTM: dc of the last run is left in"},
	{"core/cell/cell.go", "g.a, width, g.h, g.hidden, width, g.hidden, rows)", "g.a, width, g.Outputs(), g.hidden, width, g.hidden, rows)", "recurrence: dW from h(t) for h(t-1)"},
	{"core/cell/projection.go", "p.dbiasHH[j] += d", "p.dbiasHH[j] -= d", "projection: db_hh has the wrong sign"},
	{"core/cell/projection.go", "\tclear(p.dtable)\n", "", "projection: dU of the last run is left in"},
	{"core/cell/projection.go", "kernel.Product(dx, p.inputs, da, p.outputs, &p.backU, rows, false)", "clear(dx)", "projection: no gradient to the layer below"},
	{"core/cell/readout.go", "kernel.Product(dh, r.inputs, do, r.outputs, &r.backV, rows, false)", "clear(dh)", "readout: dh is zero"},
	{"core/cell/readout.go", "kernel.ColumnSums(r.dbias, do, r.outputs, rows, r.outputs)", "kernel.ColumnSums(r.dbias, do, r.outputs, rows-1, r.outputs)", "readout: dc misses the last row"},
}
