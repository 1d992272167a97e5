package cell

import (
	"github.com/unfold-rnn/unfold/core/kernel"
	"github.com/unfold-rnn/unfold/core/tensor"
)

// gated is what the cells have in common: their parameters and packed forms, the state h, and the products over all
// steps. a holds what the input half gives, G·H values a step.
type gated struct {
	hidden, gates int // H and G
	extent        Extent
	projection    projection
	recurrent     []float32 // W [G·H, H]
	drecurrent    []float32
	forwardW      kernel.Panels // Wᵀ, for W h(t-1)
	backwardW     kernel.Panels // W, for Wᵀ da(t)
	norm          norm          // of W h(t-1)
	scratch       kernel.Scratch
	a             []float32 // [T, B, G·H]: pre-activations, then activations, then their gradients
	h             []float32 // [T+1, B, H]
	dhInitial     []float32 // [B, H]
	half          []float32 // [B, G·H]: one step of a normalised recurrent half
	dhalf         []float32 // [T, B, G·H]: gradients on W h(t-1) where they are not those on a
	active        []int32   // [T]: how many sequences step t still has, for the scans of the kernels
	carries       []Carry
}

func newGated(gates, inputs, hidden int, tokens, normed bool, bind Binding) gated {
	p, d := bind.values, bind.gradients
	g := gated{
		hidden: hidden, gates: gates,
		projection: projection{
			inputs: inputs, outputs: gates * hidden, tokens: tokens,
			weight: p("weight_ih"), dweight: d("weight_ih"),
			biases:  [][]float32{p("bias_ih"), p("bias_hh")},
			dbiases: [][]float32{d("bias_ih"), d("bias_hh")},
		},
		recurrent: p("weight_hh"), drecurrent: d("weight_hh"),
	}
	if normed {
		g.projection.norm = newNorm("ih", gates*hidden, bind)
		g.norm = newNorm("hh", gates*hidden, bind)
	}
	return g
}

// Width implements [Layer].
func (g *gated) Width() int { return g.hidden }

// Refresh implements [Layer].
func (g *gated) Refresh() {
	g.projection.refresh()
	rows := g.gates * g.hidden
	g.forwardW.PackTransposed(g.recurrent, rows, g.hidden, g.hidden)
	g.backwardW.Pack(g.recurrent, rows, g.hidden, g.hidden)
}

func (g *gated) begin(e Extent) {
	g.extent = e
	g.a = tensor.Grow(g.a, e.Rows()*g.gates*g.hidden)
	g.h = tensor.Grow(g.h, (e.Rows()+e.Batch)*g.hidden)
	g.dhInitial = tensor.Grow(g.dhInitial, e.Batch*g.hidden)
	clear(g.dhInitial)
	g.active = g.active[:0]
	for t := range e.Steps {
		g.active = append(g.active, int32(e.At(t)))
	}
	if g.norm.on() {
		g.norm.begin(e.Rows())
		g.half = tensor.Grow(g.half, e.Batch*g.gates*g.hidden)
		g.dhalf = tensor.Grow(g.dhalf, e.Rows()*g.gates*g.hidden)
	}
	g.carries = append(g.carries[:0], Carry{Name: "h", Hidden: g.hidden, Values: g.h, Gradient: g.dhInitial})
}

// Carries implements [Layer].
func (g *gated) Carries() []Carry { return g.carries }

// Outputs implements [Layer].
func (g *gated) Outputs() []float32 { return g.h[g.extent.Batch*g.hidden:] }

// Final implements [Layer].
func (g *gated) Final(name string) []float32 {
	if c := g.carry(name); c != nil {
		return c.Last(g.extent)
	}
	return nil
}

// FinalGradient implements [Layer].
func (g *gated) FinalGradient(name string, d []float32) { kernel.Add(g.carry(name).Gradient, d) }

func (g *gated) carry(name string) *Carry {
	for i := range g.carries {
		if g.carries[i].Name == name {
			return &g.carries[i]
		}
	}
	return nil
}

// at cuts step t out of a [T, B, width] tensor: the rows of the first count sequences.
func (g *gated) at(x []float32, t, width, count int) []float32 {
	first := t * g.extent.Batch * width
	return x[first : first+count*width]
}

// rest cuts out of step t the rows of the sequences that have ended.
func (g *gated) rest(x []float32, t, width int) []float32 {
	first := t * g.extent.Batch
	return x[(first+g.extent.At(t))*width : (first+g.extent.Batch)*width]
}

// hold carries the state of the sequences that have ended over step t: slot t of x [T+1, B, H] into slot t+1.
func (g *gated) hold(x []float32, t int) {
	if ended := g.rest(x, t, g.hidden); len(ended) > 0 {
		copy(x[((t+1)*g.extent.Batch+g.extent.At(t))*g.hidden:], ended)
	}
}

// recur adds LN(W h(t-1)) to the pre-activations of step t (counted from 0).
func (g *gated) recur(t int) {
	width, rows := g.gates*g.hidden, g.extent.At(t)
	g.normedHalf(g.half, t)
	kernel.Add(g.at(g.a, t, width, rows), g.half[:rows*width])
}

// normedHalf writes LN(W h(t-1)) of the sequences that step t still has.
func (g *gated) normedHalf(dst []float32, t int) {
	width, rows := g.gates*g.hidden, g.extent.At(t)
	first := t * g.extent.Batch
	kernel.Product(g.norm.x[first*width:], width, g.at(g.h, t, g.hidden, rows), g.hidden, &g.forwardW, rows, false)
	g.norm.forward(dst, first, rows)
}

// begunBack gives the gradient on h(T) that comes from outside to the last step.
func (g *gated) begunBack(dh []float32) {
	if g.extent.Steps > 0 {
		kernel.Add(g.at(dh, g.extent.Steps-1, g.hidden, g.extent.Batch), g.dhInitial)
		clear(g.dhInitial)
	}
}

// before is where the gradient on h(t-1) is gathered.
func (g *gated) before(dh []float32, t int) []float32 {
	if t == 0 {
		return g.dhInitial
	}
	return g.at(dh, t-1, g.hidden, g.extent.Batch)
}

// recurBack adds Wᵀ times the gradient on W h(t-1) to that on h(t-1), da [·, G·H] being the gradient on its normalised form; lets
// the gradient of the sequences that have ended pass by; and leaves no gradient on what they did not compute.
func (g *gated) recurBack(dh, da []float32, t int) {
	width, rows := g.gates*g.hidden, g.extent.At(t)
	d := g.at(g.dhalf, t, width, rows)
	g.norm.backward(d, g.at(da, t, width, rows), t*g.extent.Batch, rows)
	clear(g.rest(g.dhalf, t, width))
	before := g.before(dh, t)
	kernel.Product(before, g.hidden, d, width, &g.backwardW, rows, true)
	g.passBy(dh, t)
	clear(g.rest(g.a, t, width))
}

// passBy hands the gradient of the sequences that have ended from h(t) to h(t-1): for them the two are one.
func (g *gated) passBy(dh []float32, t int) {
	if ended := g.rest(dh, t, g.hidden); len(ended) > 0 {
		kernel.Add(g.before(dh, t)[g.extent.At(t)*g.hidden:], ended)
	}
}

// weightGradients fills the parameters' gradients, each by one product over all T·B rows of da, and writes dx. half is
// the gradient on W h(t-1), [T, B, G·H].
func (g *gated) weightGradients(x Input, half, dx []float32) {
	rows, width := g.extent.Rows(), g.gates*g.hidden
	if g.norm.on() {
		half = g.dhalf
	}
	g.scratch.ProductTA(g.drecurrent, g.hidden, half, width, g.h, g.hidden, width, g.hidden, rows)
	g.projection.backward(&g.scratch, x, g.a, dx, rows)
}
