"""A recurrent network that trains in the tab of a marimo notebook: `marimo edit marimo_notebook.py`."""

import marimo

app = marimo.App()


@app.cell
def _():
    import hashlib

    import marimo as mo
    from unfold_rnn import RNN

    return RNN, hashlib, mo


@app.cell
def _(RNN, mo):
    rhyme = "Jack and Jill went up the hill\nTo fetch a pail of water.\nJack fell down and broke his crown,\nAnd Jill came tumbling after.\n"
    rnn = mo.ui.anywidget(RNN(rhyme * 40, cell="lstm", hidden=48, batch=8, steps=32, iterations=300, prompt="Jack ", seed=7))
    rnn
    return (rnn,)


@app.cell
def _(hashlib, mo, rnn):
    # Runs again when the training has ended: the widget's value changes then.
    rnn.value
    mo.stop(rnn.status != "done", mo.md("Press *Train*: this cell waits for the weights."))
    state = rnn.state_dict()
    mo.md(f"""
    Step {rnn.step}, loss {rnn.loss:.3f}. The file has the fingerprint `{hashlib.sha256(rnn.weights).hexdigest()}`.

    `head.bias` is `{[float(x) for x in state["head.bias"]]}`.

    {", ".join(f"`{name}` {array.shape}" for name, array in state.items())}
    """)
    return


if __name__ == "__main__":
    app.run()
