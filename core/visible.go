package core

import "github.com/unfold-rnn/unfold/core/cell"

// visible is a network that shows its insides. Names are whole: suffixes say which layer and direction.
type visible interface {
	// states are what is carried from step to step, behind every step; and what an embedding gives.
	states() []cell.Quantity
	// gates are there between forward and backward.
	gates() []cell.Quantity
	// watch takes what backward passes on, layer by layer from the top, each valid during the call alone; nil ends it.
	watch(func([]cell.Quantity))
	// terms are the factors of all parameters' gradients, behind backward with do.
	terms(do []float32) []cell.Term
}

// labelled gives quantities the number of their layer.
func labelled(list []cell.Quantity, suffixes [2]string) []cell.Quantity {
	for i := range list {
		list[i].Suffix = suffixes[0]
		if list[i].Reverse {
			list[i].Suffix = suffixes[1]
		}
	}
	return list
}

// parameters gives terms the whole names of the parameters.
func parameters(list []cell.Term, suffixes [2]string) []cell.Term {
	for i, t := range list {
		list[i].Suffix = suffixes[0]
		if t.Reverse {
			list[i].Suffix = suffixes[1]
		}
		list[i].Parameter = "rnn." + t.Parameter + list[i].Suffix
	}
	return list
}

// behind is a carry behind every step.
func behind(c cell.Carry, batch int) cell.Quantity {
	return cell.Quantity{Name: c.Name, Suffix: c.Suffix, Reverse: c.Reverse, Width: c.Hidden, Stride: c.Hidden, Values: c.Values[batch*c.Hidden:]}
}

func vectors(name string, width int, values []float32) cell.Quantity {
	return cell.Quantity{Name: name, Width: width, Stride: width, Values: values}
}

func (s *stack) states() (list []cell.Quantity) {
	for _, c := range s.held {
		list = append(list, behind(c, s.extent.Batch))
	}
	if s.embedding != nil {
		list = append(list, vectors("embedding", s.embedding.Width(), s.inputs[0].Values))
	}
	return list
}

func (s *stack) gates() (list []cell.Quantity) {
	for k, l := range s.layers {
		list = append(list, labelled(l.Gates(), s.suffixes[k])...)
	}
	return list
}

func (s *stack) watch(show func([]cell.Quantity)) {
	s.seen = nil
	if show == nil {
		return
	}
	s.seen = func(k int, dh, dx []float32) {
		show(labelled(s.layers[k].StateGradients(dh), s.suffixes[k]))
		if k == 0 && dx != nil {
			s.dinputs = dx
			show([]cell.Quantity{vectors("x", s.inputWidth(), dx)})
		}
	}
}

func (r *recurrent) terms(do []float32) (list []cell.Term) {
	for k, l := range r.layers {
		list = append(list, parameters(l.Terms(r.inputs[k]), r.suffixes[k])...)
	}
	if r.embedding != nil {
		list = append(list, r.embedding.Term(r.input.Tokens, r.dinputs))
	}
	for _, t := range r.readout.Terms(r.top, do) {
		t.Once = r.last
		list = append(list, t)
	}
	return list
}

// terms are those of the learned states: each is read by the first step of its direction.
func (s *start) terms(carries []cell.Carry) (list []cell.Term) {
	if !s.taken {
		return nil
	}
	for _, c := range carries {
		left := cell.Quantity{Width: c.Hidden, Stride: c.Hidden, Values: c.Gradient}
		list = append(list, cell.Term{Parameter: startName(c.Name + c.Suffix), Suffix: c.Suffix, Reverse: c.Reverse, Begins: true, Left: left})
	}
	return list
}

func (f *feedback) states() []cell.Quantity {
	list := []cell.Quantity{f.jordan.Hidden()}
	list[0].Suffix = layerSuffix(0)
	for _, c := range f.carries() {
		list = append(list, behind(c, f.extent.Batch))
	}
	if f.embedding != nil {
		list = append(list, vectors("embedding", f.embedding.Width(), f.read.Values))
	}
	return list
}

func (f *feedback) gates() []cell.Quantity {
	return labelled(f.jordan.Gates(), [2]string{layerSuffix(0)})
}

func (f *feedback) watch(show func([]cell.Quantity)) { f.seen = show }

// shown tells who looks on what backward has left.
func (f *feedback) shown() {
	if f.seen == nil {
		return
	}
	f.seen(labelled(f.jordan.StateGradients(), [2]string{layerSuffix(0)}))
	if len(f.dx) > 0 {
		f.seen([]cell.Quantity{vectors("x", len(f.dx)/max(1, f.extent.Rows()), f.dx)})
	}
}

func (f *feedback) terms(do []float32) []cell.Term {
	list := parameters(f.jordan.Terms(f.read), [2]string{layerSuffix(0)})
	if f.embedding != nil {
		list = append(list, f.embedding.Term(f.input.Tokens, f.dx))
	}
	return append(list, f.jordan.ReadoutTerms(do)...)
}
