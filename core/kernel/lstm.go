package kernel

// LSTMForward takes one step of an LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000)
// from the pre-activations to the state, for a batch of B sequences:
//
//	i = σ(a_i)   f = σ(a_f)   g = tanh(a_g)   o = σ(a_o)
//	c(t) = f·c(t-1) + i·g
//	h(t) = o·tanh c(t)
//
// gates [B, 4H] holds a_i, a_f, a_g, a_o side by side (PyTorch's order) and receives the activations in place; cPrev,
// c and tanhC are [B, H] dense; h is [B, H] with rows ldh apart. c may be cPrev; nothing else overlaps.
func LSTMForward(gates, cPrev, c, tanhC, h []float32, ldh int, batch, hidden int) {
	needMatrix("LSTMForward", "gates", len(gates), 4*hidden, batch, 4*hidden)
	needMatrix("LSTMForward", "cPrev", len(cPrev), hidden, batch, hidden)
	needMatrix("LSTMForward", "c", len(c), hidden, batch, hidden)
	needMatrix("LSTMForward", "tanhC", len(tanhC), hidden, batch, hidden)
	needMatrix("LSTMForward", "h", len(h), ldh, batch, hidden)
	if batch > 0 && hidden > 0 {
		lstmForward(gates, cPrev, c, tanhC, h, ldh, batch, hidden)
	}
}

// LSTMBackward is the gradient of [LSTMForward]. dh [B, H], rows lddh apart, is the whole gradient on h(t). dc [B, H] comes
// in as the gradient on c(t) from step t+1 and goes out as the gradient on c(t-1). gates comes in as the
// activations and goes out as the gradient on the pre-activations:
//
//	dc  += dh·o·(1 - tanh² c)
//	da_i = dc·g·i(1-i)         da_f = dc·c(t-1)·f(1-f)
//	da_g = dc·i·(1-g²)         da_o = dh·tanh c·o(1-o)
//	dc(t-1) = dc·f
//
// Products run left to right; x(1-x) and 1-x² are formed first. Nothing overlaps.
func LSTMBackward(gates, cPrev, tanhC, dh []float32, lddh int, dc []float32, batch, hidden int) {
	needMatrix("LSTMBackward", "gates", len(gates), 4*hidden, batch, 4*hidden)
	needMatrix("LSTMBackward", "cPrev", len(cPrev), hidden, batch, hidden)
	needMatrix("LSTMBackward", "tanhC", len(tanhC), hidden, batch, hidden)
	needMatrix("LSTMBackward", "dh", len(dh), lddh, batch, hidden)
	needMatrix("LSTMBackward", "dc", len(dc), hidden, batch, hidden)
	if batch > 0 && hidden > 0 {
		lstmBackward(gates, cPrev, tanhC, dh, lddh, dc, batch, hidden)
	}
}
