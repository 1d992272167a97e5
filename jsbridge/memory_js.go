package jsbridge

import (
	"syscall/js"

	"github.com/unfold-rnn/unfold/core"
	"github.com/unfold-rnn/unfold/core/optim"
)

// memory answers what a model needs for a run.
func (b *bridge) memory(arguments []js.Value) (answer, error) {
	e, err := b.entry(arguments[0])
	if err != nil {
		return nil, err
	}
	return memoryOf("memory", e.model.Config(), arguments[1])
}

// estimateMemory answers the same for a config of which no model was made.
func (b *bridge) estimateMemory(arguments []js.Value) (answer, error) {
	const where = "estimateMemory"
	c, err := configFor(where, arguments[0])
	if err != nil {
		return nil, err
	}
	return memoryOf(where, c, arguments[1])
}

func memoryOf(where string, c core.Config, v js.Value) (answer, error) {
	o := readOptions(where, "", v)
	r := core.RunSize{
		Batch: o.required("batch", 1), Steps: o.required("steps", 1), Recompute: o.recompute(),
		Optimizer: o.choice("optimizer", "adam", optim.Names()),
	}
	if err := o.done(); err != nil {
		return nil, err
	}
	m, err := c.Memory(r)
	if err != nil {
		return nil, err
	}
	return answer{
		"parameters": m.Parameters, "weightsBytes": m.WeightsBytes, "optimizerBytes": m.OptimizerBytes, "runBytes": m.RunBytes,
		"totalBytes": m.TotalBytes, "limitBytes": m.LimitBytes, "fits": m.Fits,
	}, nil
}
