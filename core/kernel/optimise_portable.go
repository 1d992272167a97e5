package kernel

import "math"

func sumSquaresPortable(x []float32, n int) float64 {
	var lanes [4]float64
	for i, v := range x[:n] {
		lanes[i&3] += float64(float64(v) * float64(v))
	}
	return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
}

func sgdPortable(w, g []float32, n int, learningRate, gradScale, decay float32) {
	w, g = w[:n], g[:n]
	for i := range w {
		gradient := float32(g[i]*gradScale) + float32(decay*w[i])
		w[i] -= float32(learningRate * gradient)
	}
}

func sgdMomentumPortable(w, g, buf []float32, n int, learningRate, momentum, gain, gradScale, decay float32) {
	w, g, buf = w[:n], g[:n], buf[:n]
	for i := range w {
		gradient := float32(g[i]*gradScale) + float32(decay*w[i])
		velocity := float32(momentum*buf[i]) + float32(gain*gradient)
		buf[i] = velocity
		w[i] -= float32(learningRate * velocity)
	}
}

func sgdNesterovPortable(w, g, buf []float32, n int, learningRate, momentum, gain, gradScale, decay float32) {
	w, g, buf = w[:n], g[:n], buf[:n]
	for i := range w {
		gradient := float32(g[i]*gradScale) + float32(decay*w[i])
		velocity := float32(momentum*buf[i]) + float32(gain*gradient)
		buf[i] = velocity
		w[i] -= float32(learningRate * (float32(momentum*velocity) + gradient))
	}
}

func rmspropPortable(w, g, v []float32, n int, learningRate, alpha, rest, epsilon, gradScale, decay float32) {
	w, g, v = w[:n], g[:n], v[:n]
	for i := range w {
		gradient := float32(g[i]*gradScale) + float32(decay*w[i])
		square := float32(alpha*v[i]) + float32(float32(rest*gradient)*gradient)
		v[i] = square
		w[i] -= float32(learningRate * (gradient / (sqrt32(square) + epsilon)))
	}
}

func rmspropMomentumPortable(w, g, v, buf []float32, n int, learningRate, alpha, rest, epsilon, momentum, gradScale, decay float32) {
	w, g, v, buf = w[:n], g[:n], v[:n], buf[:n]
	for i := range w {
		gradient := float32(g[i]*gradScale) + float32(decay*w[i])
		square := float32(alpha*v[i]) + float32(float32(rest*gradient)*gradient)
		v[i] = square
		velocity := float32(momentum*buf[i]) + gradient/(sqrt32(square)+epsilon)
		buf[i] = velocity
		w[i] -= float32(learningRate * velocity)
	}
}

func adamPortable(w, g, m, v []float32, n int, keep, step, rest1, beta2, rest2, correction, epsilon, gradScale, decay float32) {
	w, g, m, v = w[:n], g[:n], m[:n], v[:n]
	for i := range w {
		weight := float32(w[i] * keep)
		gradient := float32(g[i]*gradScale) + float32(decay*weight)
		first := m[i] + float32(rest1*(gradient-m[i]))
		second := float32(beta2*v[i]) + float32(float32(rest2*gradient)*gradient)
		m[i], v[i] = first, second
		w[i] = weight - float32(step*first)/(float32(sqrt32(second)*correction)+epsilon)
	}
}

func adagradPortable(w, g, s []float32, n int, learningRate, epsilon, gradScale, decay float32) {
	w, g, s = w[:n], g[:n], s[:n]
	for i := range w {
		gradient := float32(g[i]*gradScale) + float32(decay*w[i])
		sum := s[i] + float32(gradient*gradient)
		s[i] = sum
		w[i] -= float32(learningRate*gradient) / (sqrt32(sum) + epsilon)
	}
}

// sqrt32 is the correctly rounded root: float64's has digits enough that rounding twice changes nothing.
func sqrt32(x float32) float32 {
	return float32(math.Sqrt(float64(x)))
}
