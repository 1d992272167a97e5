// Package random is the seeded source of every draw that a model makes.
//
// The bits come from PCG-DXSM of math/rand/v2, whose stream is fixed by its documentation; the conversions to
// floats are this package's own, so a seed gives the same numbers on every machine and under every Go release.
package random

import (
	"math"
	"math/rand/v2"
)

// Stream numbers keep independent uses of one seed apart.
const (
	Initialisation uint64 = 1 // weights
	Sampling       uint64 = 2 // generation when the caller gives no seed
	Batching       uint64 = 3 // where windows are cut from the data
	Dropout        uint64 = 4 // masks
	Forcing        uint64 = 5 // which steps of pattern 2 read the target
)

// Source is a generator that can be saved and restored. It is not safe for concurrent use.
type Source struct{ pcg *rand.PCG }

// New gives the generator of a seed and a stream.
func New(seed, stream uint64) *Source { return &Source{rand.NewPCG(seed, stream)} }

// Seek moves to the beginning of one of many sequences of draws that a key has; those of neighbouring numbers have nothing
// in common. The key and the number are mixed as SplitMix64 mixes its counter.
//
// G. L. Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.
func (s *Source) Seek(key, number uint64) {
	s.pcg.Seed(mix(key+number*golden), mix(key^mix(number+golden)))
}

const golden = 0x9e3779b97f4a7c15 // 2^64 / φ, odd

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Set makes s go on where from stands.
func (s *Source) Set(from *Source) { *s.pcg = *from.pcg }

// State is the generator's state, for [Source.Restore].
func (s *Source) State() []byte {
	state, err := s.pcg.MarshalBinary()
	if err != nil {
		panic("BUG: " + err.Error()) // PCG's marshalling cannot fail
	}
	return state
}

// Restore goes on from a state.
func (s *Source) Restore(state []byte) error { return s.pcg.UnmarshalBinary(state) }

// Uint64 draws 64 random bits.
func (s *Source) Uint64() uint64 { return s.pcg.Uint64() }

// Float64 draws from [0, 1): one of 2^53 equally spaced values.
func (s *Source) Float64() float64 { return float64(s.pcg.Uint64()>>11) * 0x1p-53 }

// Uniform draws a float32 from [low, high), of 2^24 equally spaced values.
func (s *Source) Uniform(low, high float32) float32 {
	u := float32(s.pcg.Uint64()>>40) * 0x1p-24
	return low + float32((high-low)*u)
}

// Normal draws from the standard normal distribution, by the polar method of Marsaglia.
func (s *Source) Normal() float64 {
	for {
		x, y := 2*s.Float64()-1, 2*s.Float64()-1
		if r := x*x + y*y; r > 0 && r < 1 {
			return x * math.Sqrt(-2*math.Log(r)/r)
		}
	}
}

// Intn draws from 0..n-1 without bias. It panics when n < 1.
func (s *Source) Intn(n int) int {
	if n < 1 {
		panic("random: Intn wants n >= 1")
	}
	limit := ^uint64(0) - ^uint64(0)%uint64(n) // the largest multiple of n that fits
	for {
		if u := s.pcg.Uint64(); u < limit {
			return int(u % uint64(n))
		}
	}
}
