package kernel

// The gated recurrent unit (Cho et al. 2014) in its two conventions. Gates stand side by side in PyTorch's order r, z, n;
// r resets what the candidate n sees of the state before, z keeps that state:
//
//	h(t) = (1-z)·n + z·h(t-1)
//
// With the reset after the product (PyTorch, Keras) a step is [GRUForward] and its gradient [GRUBackward]. With the reset
// before it, as in the paper, a product stands between r and n, so a step is [GRUGates], the product, [GRUOutput], and the
// gradient [GRUOutputBackward], the product's, [GRUGatesBackward].

// GRUForward takes one step of a GRU whose reset comes after the product, from the pre-activations to the state, for a
// batch of B sequences:
//
//	r = σ(x_r + u_r)   z = σ(x_z + u_z)   n = tanh(x_n + r·u_n)
//	h(t) = (1-z)·n + z·h(t-1)
//
// x [B, 3H] holds the input's half U x(t) + b_ih and receives the activations r, z, n in place; recurrent [B, 3H] holds the
// recurrent half u = W h(t-1) + b_hh. recurrentN [B, H] receives u_n, which the way back needs. hPrev is [B, H] dense, h is
// [B, H] with rows ldh apart. h may be hPrev when its rows are dense; nothing else overlaps.
func GRUForward(x, recurrent, hPrev, recurrentN, h []float32, ldh, batch, hidden int) {
	needMatrix("GRUForward", "x", len(x), 3*hidden, batch, 3*hidden)
	needMatrix("GRUForward", "recurrent", len(recurrent), 3*hidden, batch, 3*hidden)
	needMatrix("GRUForward", "hPrev", len(hPrev), hidden, batch, hidden)
	needMatrix("GRUForward", "recurrentN", len(recurrentN), hidden, batch, hidden)
	needMatrix("GRUForward", "h", len(h), ldh, batch, hidden)
	if batch > 0 && hidden > 0 {
		gruForward(x, recurrent, hPrev, recurrentN, h, ldh, batch, hidden)
	}
}

// GRUBackward is the gradient of [GRUForward]. dh [B, H], rows lddh apart, is the whole gradient on h(t). gates comes in as
// the activations and goes out as dx, the gradient on the input's half; recurrentN comes in as u_n and goes out as du_n
// (of du, r and z are those of dx):
//
//	dx_n = dh·(1-z)·(1-n²)          du_n = dx_n·r
//	dx_z = dh·(h(t-1)-n)·z(1-z)     dx_r = dx_n·u_n·r(1-r)
//
// dhPrev [B, H] dense gains dh·z, the part of the gradient on h(t-1) that does not go through W.
//
// Products run left to right; x(1-x), 1-x and 1-x² are formed first. Nothing overlaps.
func GRUBackward(gates, hPrev, recurrentN, dh []float32, lddh int, dhPrev []float32, batch, hidden int) {
	needMatrix("GRUBackward", "gates", len(gates), 3*hidden, batch, 3*hidden)
	needMatrix("GRUBackward", "hPrev", len(hPrev), hidden, batch, hidden)
	needMatrix("GRUBackward", "recurrentN", len(recurrentN), hidden, batch, hidden)
	needMatrix("GRUBackward", "dh", len(dh), lddh, batch, hidden)
	needMatrix("GRUBackward", "dhPrev", len(dhPrev), hidden, batch, hidden)
	if batch > 0 && hidden > 0 {
		gruBackward(gates, hPrev, recurrentN, dh, lddh, dhPrev, batch, hidden)
	}
}

// GRUGates is the first half of a step of a GRU whose reset comes before the product:
//
//	r = σ(a_r)   z = σ(a_z)   resetH = r·h(t-1)
//
// x [B, 3H] holds the whole pre-activations a_r and a_z, which become r and z in place; its last third is left alone.
// hPrev and resetH are [B, H] dense. Nothing overlaps.
func GRUGates(x, hPrev, resetH []float32, batch, hidden int) {
	needMatrix("GRUGates", "x", len(x), 3*hidden, batch, 3*hidden)
	needMatrix("GRUGates", "hPrev", len(hPrev), hidden, batch, hidden)
	needMatrix("GRUGates", "resetH", len(resetH), hidden, batch, hidden)
	if batch > 0 && hidden > 0 {
		gruGates(x, hPrev, resetH, batch, hidden)
	}
}

// GRUOutput is the second half of the step that [GRUGates] begins:
//
//	n = tanh(a_n)   h(t) = (1-z)·n + z·h(t-1)
//
// x [B, 3H] holds r, z and by now the whole pre-activation a_n, which becomes n in place. hPrev is [B, H] dense, h is
// [B, H] with rows ldh apart. h may be hPrev when its rows are dense; nothing else overlaps.
func GRUOutput(x, hPrev, h []float32, ldh, batch, hidden int) {
	needMatrix("GRUOutput", "x", len(x), 3*hidden, batch, 3*hidden)
	needMatrix("GRUOutput", "hPrev", len(hPrev), hidden, batch, hidden)
	needMatrix("GRUOutput", "h", len(h), ldh, batch, hidden)
	if batch > 0 && hidden > 0 {
		gruOutput(x, hPrev, h, ldh, batch, hidden)
	}
}

// GRUOutputBackward is the gradient of [GRUOutput]. dh [B, H], rows lddh apart, is the whole gradient on h(t). gates comes in
// as the activations; r stays, z and n go out as
//
//	da_n = dh·(1-z)·(1-n²)     da_z = dh·(h(t-1)-n)·z(1-z)
//
// dhPrev [B, H] dense gains dh·z. Products run left to right; x(1-x), 1-x and 1-x² are formed first. Nothing overlaps.
func GRUOutputBackward(gates, hPrev, dh []float32, lddh int, dhPrev []float32, batch, hidden int) {
	needMatrix("GRUOutputBackward", "gates", len(gates), 3*hidden, batch, 3*hidden)
	needMatrix("GRUOutputBackward", "hPrev", len(hPrev), hidden, batch, hidden)
	needMatrix("GRUOutputBackward", "dh", len(dh), lddh, batch, hidden)
	needMatrix("GRUOutputBackward", "dhPrev", len(dhPrev), hidden, batch, hidden)
	if batch > 0 && hidden > 0 {
		gruOutputBackward(gates, hPrev, dh, lddh, dhPrev, batch, hidden)
	}
}

// GRUGatesBackward is the gradient of [GRUGates]. dResetH [B, H] dense is the gradient on r·h(t-1), W_nᵀ da_n; of gates
// [B, 3H] r comes in as the activation and goes out as
//
//	da_r = dResetH·h(t-1)·r(1-r)
//
// dhPrev [B, H] dense gains dResetH·r. Products run left to right; r(1-r) is formed first. Nothing overlaps.
func GRUGatesBackward(gates, hPrev, dResetH, dhPrev []float32, batch, hidden int) {
	needMatrix("GRUGatesBackward", "gates", len(gates), 3*hidden, batch, 3*hidden)
	needMatrix("GRUGatesBackward", "hPrev", len(hPrev), hidden, batch, hidden)
	needMatrix("GRUGatesBackward", "dResetH", len(dResetH), hidden, batch, hidden)
	needMatrix("GRUGatesBackward", "dhPrev", len(dhPrev), hidden, batch, hidden)
	if batch > 0 && hidden > 0 {
		gruGatesBackward(gates, hPrev, dResetH, dhPrev, batch, hidden)
	}
}
