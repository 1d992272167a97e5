"""Makes the goldens of this folder with PyTorch, in float64 on the CPU: `make golden`."""

import torch

import sequences
import stacks
import training
import written_out
from formula import write

CELLS = {
    "rnn_tanh": {"cell": "rnn", "activation": "tanh"},
    "rnn_relu": {"cell": "rnn", "activation": "relu"},
    "lstm": {"cell": "lstm"},
    "gru": {"cell": "gru"},
}


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name, layer in CELLS.items():
        write(f"{name}.json", "torch.nn over packed sequences of unequal length", stacks.equal_layers(layer))
    write("stacks.json", "unlike torch.nn layers, merges of two directions, a mask on the loss", stacks.unlike_layers())
    write("written_out.json", "cells that torch.nn lacks, written step by step, differentiated by autograd", written_out.cases())
    write("encoder_decoder.json", "encoder-decoder with attention, differentiated by autograd", sequences.encoder_decoders())
    write("ctc.json", "torch.nn.functional.ctc_loss", sequences.ctc())
    write("optimizers.json", "ten training steps with torch.optim", training.optimizers())
    write("clipping.json", "torch.nn.utils.clip_grad_norm_ and clip_grad_value_", training.clipping())
    write("schedules.json", "torch.optim.lr_scheduler", training.schedules())


if __name__ == "__main__":
    main()
