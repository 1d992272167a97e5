package jsbridge

import (
	"syscall/js"

	"github.com/unfold-rnn/unfold/core"
)

func (b *bridge) generateBegin(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	o, err := generateOptions(arguments[1])
	if err != nil {
		return nil, err
	}
	g, err := e.model.Generate(o)
	if err != nil {
		return nil, err
	}
	b.next++
	b.generations[b.next] = g
	return answer{"generation": b.next}, nil
}

// generateNext writes up to so many tokens. A generation that is done, or has failed, is gone.
func (b *bridge) generateNext(arguments []js.Value) (answer, error) {
	var g *core.Generation
	if arguments[0].Type() == js.TypeNumber {
		g = b.generations[arguments[0].Int()]
	}
	if g == nil {
		return nil, core.Errorf(core.CodeState, "generate: there is no generation %s; it has ended", describe(arguments[0]))
	}
	count := arguments[1].Int()
	tokens := make([]int32, 0, count)
	probabilities := make([]float32, 0, count)
	var fault error
	for len(tokens) < count && !g.Done() {
		token, probability, err := g.Next()
		if err != nil {
			fault = err
			break
		}
		tokens = append(tokens, token)
		probabilities = append(probabilities, float32(probability))
	}
	done := g.Done()
	if done || fault != nil {
		delete(b.generations, arguments[0].Int())
	}
	return answer{
		"tokens": copyOut("Int32Array", tokens), "probabilities": float32Array(probabilities), "done": done,
	}, fault
}

func (b *bridge) generateEnd(arguments []js.Value) (answer, error) {
	if arguments[0].Type() == js.TypeNumber {
		delete(b.generations, arguments[0].Int())
	}
	return nil, nil
}
