"""Losses over whole sequences: encoder-decoder with attention, and CTC."""

import torch

from formula import filled, gradients, listed, tensor
from written_out import Named

SOURCES = [[0, 3, 1, 4, 2], [2, 4, 0], [1, 1, 3, 0, 4, 2]]
TARGETS = [[2, 3, 1, 3], [1, 2, 3, 1, 2], [3, 3]]
SOURCE_TOKENS, TARGET_TOKENS, BEGIN = 5, 4, 0
EMBEDDING, HIDDEN, UNITS = 3, 4, 3


def gru_stack(p, prefix, both):
    """A torch.nn.GRU over the named parameters, and a function that runs it."""
    module = torch.nn.GRU(EMBEDDING, HIDDEN // 2 if both else HIDDEN, bidirectional=both).double()
    for name, parameter in module.named_parameters():
        p.make(prefix + name, *parameter.shape)

    def run(x, h):
        named = {name: p[prefix + name] for name, _ in module.named_parameters()}
        return torch.func.functional_call(module, named, (x, h))

    return run


def encoder_decoder(attention, both):
    p = Named()
    p.make("encoder.embedding.weight", SOURCE_TOKENS, EMBEDDING)
    encode = gru_stack(p, "encoder.rnn.", both)
    p.make("decoder.embedding.weight", TARGET_TOKENS, EMBEDDING)
    decode = gru_stack(p, "decoder.rnn.", False)
    if attention == "additive":
        p.make("attention.query.weight", UNITS, HIDDEN)
        p.make("attention.key.weight", UNITS, HIDDEN)
        p.make("attention.score.weight", UNITS)
    elif attention == "multiplicative":
        p.make("attention.weight", HIDDEN, HIDDEN)
    if attention:
        p.make("combine.weight", HIDDEN, 2 * HIDDEN)
    p.make("head.weight", TARGET_TOKENS, HIDDEN)
    p.make("head.bias", TARGET_TOKENS)

    def scores(query, keys):
        if attention == "additive":
            hidden = (query @ p["attention.query.weight"].T)[:, None] + (keys @ p["attention.key.weight"].T)[None]
            return hidden.tanh() @ p["attention.score.weight"]
        return query @ p["attention.weight"] @ keys.T

    outputs, alphas, total = [], [], 0
    for source, target in zip(SOURCES, TARGETS):
        keys, final = encode(p["encoder.embedding.weight"][source], None)
        h, _ = decode(p["decoder.embedding.weight"][[BEGIN] + target[:-1]], final.reshape(1, HIDDEN))
        if attention:
            alpha = scores(h, keys).softmax(-1)
            h = (torch.cat([alpha @ keys, h], -1) @ p["combine.weight"].T).tanh()
            alphas.append(tensor(alpha))
        logits = h @ p["head.weight"].T + p["head.bias"]
        outputs.append(tensor(logits.softmax(-1)))
        total = total + torch.nn.functional.cross_entropy(logits, torch.tensor(target), reduction="sum")
    loss = total / sum(len(target) for target in TARGETS)
    loss.backward()
    return {"name": f"{attention or 'no'} attention, encoder {'both directions' if both else 'one direction'}",
            "config": {"attention": attention or "none", "bidirectional": both, "embedding": EMBEDDING, "hidden": HIDDEN, "units": UNITS,
                       "sourceTokens": SOURCE_TOKENS, "targetTokens": TARGET_TOKENS, "begin": BEGIN},
            "parameters": listed(p), "sources": SOURCES, "targets": TARGETS,
            "expected": {"outputs": outputs, "alphas": alphas, "loss": loss.item(), "gradients": gradients(p)}}


def encoder_decoders():
    return [encoder_decoder(attention, both) for both in [False, True] for attention in [None, "additive", "multiplicative"]]


def ctc():
    """Unequal lengths, repeated labels, an empty labelling; the loss of each sequence, and the gradient of their sum."""
    made = []
    for blank in [0, 3]:
        lengths, classes, steps = [8, 5, 6, 3], 4, 8
        first = 1 if blank == 0 else 0
        labels = [[first, 2, 2, first + 1], [2, 2], [], [first, 2, first]]
        logits = torch.stack([3 * filled(100 + b, steps, classes) for b in range(len(lengths))]).requires_grad_()
        losses = torch.nn.functional.ctc_loss(
            logits.log_softmax(-1).transpose(0, 1), torch.tensor(sum(labels, [])), torch.tensor(lengths),
            torch.tensor([len(row) for row in labels]), blank=blank, reduction="none")
        losses.sum().backward()
        made.append({"name": f"blank {blank}", "blank": blank, "lengths": lengths, "labels": labels, "logits": tensor(logits),
                     "expected": {"losses": losses.tolist(), "gradients": tensor(logits.grad)}})
    return made
