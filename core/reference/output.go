package reference

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Output turns the numbers o of a readout into what the model says, ŷ, and judges it by a target y [O].
type Output interface {
	// Forward is ŷ of o.
	Forward(o *mat.VecDense) *mat.VecDense
	// Loss is ℓ(o, y), in nats or in squared units.
	Loss(o, y *mat.VecDense) float64
	// LossBackward is ∂ℓ/∂o.
	LossBackward(yhat, y *mat.VecDense) *mat.VecDense
	// Backward takes ∂L/∂ŷ, which comes from a model that reads its own output, to ∂L/∂o.
	Backward(yhat, dyhat *mat.VecDense) *mat.VecDense
}

// Classes is the softmax with the cross-entropy; y is a distribution, one-hot for a class:
//
//	ŷ = softmax o    ℓ = -Σ y log ŷ    ∂ℓ/∂o = ŷ - y
type Classes struct{}

// Forward implements [Output].
func (Classes) Forward(o *mat.VecDense) *mat.VecDense { return Softmax(o) }

// Loss implements [Output].
func (Classes) Loss(o, y *mat.VecDense) float64 {
	norm := logSumExp(o.RawVector().Data...)
	var total float64
	for i := range y.Len() {
		total += y.AtVec(i) * (norm - o.AtVec(i))
	}
	return total
}

// LossBackward implements [Output].
func (Classes) LossBackward(yhat, y *mat.VecDense) *mat.VecDense { return sum(yhat, scaled(-1, y)) }

// Backward implements [Output].
func (Classes) Backward(yhat, dyhat *mat.VecDense) *mat.VecDense { return softmaxBackward(yhat, dyhat) }

// Values is the linear output with the squared error, a mean over the O elements:
//
//	ŷ = o    ℓ = Σ (o - y)² / O    ∂ℓ/∂o = 2 (o - y) / O
type Values struct{}

// Forward implements [Output].
func (Values) Forward(o *mat.VecDense) *mat.VecDense { return o }

// Loss implements [Output].
func (Values) Loss(o, y *mat.VecDense) float64 {
	e := sum(o, scaled(-1, y))
	return mat.Dot(e, e) / float64(o.Len())
}

// LossBackward implements [Output].
func (Values) LossBackward(yhat, y *mat.VecDense) *mat.VecDense {
	return scaled(2/float64(y.Len()), sum(yhat, scaled(-1, y)))
}

// Backward implements [Output].
func (Values) Backward(_, dyhat *mat.VecDense) *mat.VecDense { return dyhat }

// Labels is one sigmoid a label with the binary cross-entropy, a mean over the O elements, y in [0, 1]:
//
//	ŷ = σ(o)    ℓ = -Σ (y log ŷ + (1-y) log(1-ŷ)) / O    ∂ℓ/∂o = (ŷ - y) / O
//
// computed as max(o, 0) - o y + log(1 + e^-|o|), which cannot overflow.
type Labels struct{}

// Forward implements [Output].
func (Labels) Forward(o *mat.VecDense) *mat.VecDense { return apply(sigmoid, o) }

// Loss implements [Output].
func (Labels) Loss(o, y *mat.VecDense) float64 {
	var total float64
	for i := range o.Len() {
		v := o.AtVec(i)
		total += math.Max(v, 0) - v*y.AtVec(i) + math.Log1p(math.Exp(-math.Abs(v)))
	}
	return total / float64(o.Len())
}

// LossBackward implements [Output].
func (Labels) LossBackward(yhat, y *mat.VecDense) *mat.VecDense {
	return scaled(1/float64(y.Len()), sum(yhat, scaled(-1, y)))
}

// Backward implements [Output].
func (Labels) Backward(yhat, dyhat *mat.VecDense) *mat.VecDense {
	return hadamard(dyhat, apply(dsigmoid, yhat))
}

// readout is o = c + V h with an [Output] on it. V [O, H], c [O].
type readout struct {
	V      matrix
	C      vector
	Output Output
}

func newReadout(outputs, hidden int, output Output) readout {
	return readout{newMatrix(outputs, hidden), newVector(outputs), output}
}

func (r readout) parameters() []Parameter {
	return []Parameter{r.V.parameter("head.weight"), r.C.parameter("head.bias")}
}

func (r readout) forward(h *mat.VecDense) *mat.VecDense { return sum(r.C, product(r.V, h)) }

// backward takes do to dh.
func (r readout) backward(do, h *mat.VecDense) *mat.VecDense {
	r.C.add(do)
	r.V.addOuter(do, h)
	return product(r.V.T(), do)
}

// judge is Σ w(t) ℓ(t) with its gradient on every o(t).
func (r readout) judge(o, targets Sequence, weights []float64) (loss float64, do Sequence) {
	do = make(Sequence, len(o))
	for t := range o {
		loss += weights[t] * r.Output.Loss(o[t], targets[t])
		do[t] = scaled(weights[t], r.Output.LossBackward(r.Output.Forward(o[t]), targets[t]))
	}
	return loss, do
}
