"""The Python half without a tab: what it accepts, sends, takes in and gives."""

import asyncio
import doctest
import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import traitlets as t

import unfold_rnn
from unfold_rnn import RNN, UnfoldError, calls, configuration, errors, rnn

TEXT = "to be or not to be. " * 20


@pytest.mark.parametrize("module", [unfold_rnn, configuration, errors, rnn, calls])
def test_examples_of_the_docstrings(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"hiden": 3}, "'hiden' is not an option; did you mean 'hidden'"),
        ({"zzzz": 3}, "options are batch, cell"),
        ({"cell": "lstn"}, "expected any of ['rnn', 'lstm', 'gru'], not the str 'lstn'"),
        ({"hidden": 0}, "should not be less than 1"),
        ({"hidden": "x"}, "expected an int"),
        ({"layers": 1.5}, "expected an int"),
        ({"seed": 2**53}, "should not be greater than 9007199254740991"),
        ({"validation": 0.95}, "should not be greater than 0.9"),
        ({"learning_rate": float("nan")}, "learning_rate is nan; a finite number above 0 is wanted"),
        ({"temperature": 0}, "temperature is 0.0; a finite number above 0 is wanted"),
        ({"clip_norm": -1}, "clip_norm is -1.0; a finite number above 0 is wanted"),
        ({"dropout": 1}, "dropout is 1.0; a share in [0, 1) is wanted"),
        ({"ids": [[1]]}, "ids are int64 of shape [1, 1]; whole numbers of shape [T] are wanted"),
        ({"ids": [0.5]}, "ids are float64"),
        ({"ids": [-1, 2]}, "ids are -1 … 2; 0 … 2147483647 is wanted"),
    ],
)
def test_bad_options_are_refused_by_name(options, words):
    with pytest.raises(t.TraitError, match=".*") as caught:
        RNN(TEXT, **options)
    assert words in str(caught.value)


def test_ids_cross_as_int32():
    network = RNN(ids=np.arange(300) % 5)
    assert network.tokens == 5
    assert network.ids.dtype == np.int32 and network.ids.tolist() == (np.arange(300) % 5).tolist()
    network.ids = [0, 9]
    assert (network.tokens, network.ids.tolist()) == (10, [0, 9])


class Tab:
    """The other half: hears what the widget sends, and says what a tab would."""

    def __init__(self, network):
        self.network = network
        self.heard = []
        network.send = lambda content, buffers=None: self.heard.append(content)
        network._calls._send = network.send
        self.number = 0

    def results(self, weights=None, **results):
        self.number += 1
        message = {"type": "results", "number": self.number, "results": results, "weights": weights is not None}
        self.network._receive(self.network, json.loads(json.dumps(message)), [] if weights is None else [memoryview(weights)])

    def reply(self, **answer):
        call = next(message for message in self.heard if message.get("type") == "call")
        self.heard.remove(call)
        self.network._receive(self.network, {"type": "reply", "id": call["id"], **answer}, [])
        return call


def trained(network, tab):
    file = safetensors.numpy.save({"head.bias": np.array([1.5, -2.25], np.float32), "rnn.weight_hh_l0": np.arange(6, dtype=np.float32).reshape(3, 2)})
    tab.results(step=7, loss=1.25, validation_loss=1.5, history=[[1, 2.0, None], [7, 1.25, 1.5]], sample="to be", status="done", running=False, weights=file)
    return file


def test_results_become_traits_and_are_acknowledged():
    network = RNN(TEXT)
    tab = Tab(network)
    seen = []
    network.observe(lambda change: seen.append((change.name, change.new)), ["loss", "sample"])
    file = trained(network, tab)
    assert (network.step, network.loss, network.validation_loss, network.status, network.running) == (7, 1.25, 1.5, "done", False)
    assert network.history == [[1, 2.0, None], [7, 1.25, 1.5]]
    assert sorted(seen) == [("loss", 1.25), ("sample", "to be")]
    assert network.weights == file and isinstance(network.weights, bytes)
    assert tab.heard == [{"type": "taken", "number": 1}]
    state = network.state_dict()
    assert state["head.bias"].tolist() == [1.5, -2.25] and state["rnn.weight_hh_l0"].shape == (3, 2)


def test_a_tab_sets_results_and_nothing_else():
    network = RNN(TEXT)
    tab = Tab(network)
    tab.results(text="other", _esm="alert(1)", step=3)
    assert network.text == TEXT and network.step == 3 and "alert(1)" not in str(network._esm)


def test_waiting_ends_with_the_training():
    async def run():
        network = RNN(TEXT)
        tab = Tab(network)
        network.train()
        assert (network.running, network.status) == (True, "starting")
        waiting = asyncio.ensure_future(network.wait())
        await asyncio.sleep(0.01)
        tab.results(status="training", step=1)
        await asyncio.sleep(0.01)
        assert not waiting.done()
        trained(network, tab)
        assert await waiting == "done"

    asyncio.run(run())


def test_an_error_of_the_tab_is_an_exception():
    async def run():
        network = RNN(TEXT)
        tab = Tab(network)
        network.train()
        tab.results(status="error", running=False, error={"code": "SHAPE", "message": "x is [1], want [2]"})
        with pytest.raises(UnfoldError, match="SHAPE: x is") as caught:
            await network.wait()
        assert caught.value.code == "SHAPE"
        network.train()
        assert network.error is None and network.status == "starting"

    asyncio.run(run())


def test_waiting_for_nobody_ends():
    async def run():
        network = RNN(TEXT)
        Tab(network)
        network.train()
        with pytest.raises(TimeoutError, match="still starting after 0.05 s"):
            await network.wait(timeout=0.05)
        with pytest.raises(TimeoutError, match="no tab has answered"):
            await network._calls.call("ping", patience=0.01)

    asyncio.run(run())


def test_generate_and_pull_ask_the_tab():
    async def run():
        network = RNN(TEXT, seed=5)
        tab = Tab(network)
        asked = asyncio.ensure_future(network.generate("to ", 4, top_k=1))
        await asyncio.sleep(0.01)
        call = tab.reply(value={"text": "be o", "ids": [1, 2, 3, 4]})
        assert call["method"] == "generate"
        assert call["arguments"] == {"prompt": "to ", "length": 4, "temperature": 0.8, "seed": 5, "top_k": 1, "top_p": None}
        assert await asked == "be o"
        asked = asyncio.ensure_future(network.generate(np.array([1, 2]), 2))
        await asyncio.sleep(0.01)
        assert tab.reply(value={"ids": [3, 4]})["arguments"]["prompt"] == [1, 2]
        assert (await asked).tolist() == [3, 4]
        asked = asyncio.ensure_future(network.generate("Z"))
        await asyncio.sleep(0.01)
        tab.reply(error={"code": "RANGE", "message": "no Z"})
        with pytest.raises(UnfoldError, match="RANGE: no Z"):
            await asked
        asked = asyncio.ensure_future(network.pull())
        await asyncio.sleep(0.01)
        file = trained(network, tab)
        tab.reply(value=len(file))
        assert (await asked)["head.bias"].tolist() == [1.5, -2.25]

    asyncio.run(run())


def test_an_answer_may_come_on_another_thread():
    async def run():
        network = RNN(TEXT)
        tab = Tab(network)
        asked = asyncio.ensure_future(network.generate("to ", 1))
        await asyncio.sleep(0.01)
        await asyncio.get_running_loop().run_in_executor(None, lambda: tab.reply(value={"text": "b", "ids": [1]}))
        assert await asyncio.wait_for(asked, 1) == "b"

    asyncio.run(run())


def test_state_dict_there_and_back():
    network = RNN(TEXT)
    with pytest.raises(RuntimeError, match="no weights have come yet"):
        network.state_dict()
    network.load_state_dict({"head.bias": [1, 2.5]})
    first = network._load
    assert network.state_dict()["head.bias"].tolist() == [1.0, 2.5]
    assert network.state_dict()["head.bias"].dtype == np.float32
    network.load_state_dict({"head.bias": [1, 2.5]})
    assert network._load != first, "the same weights a second time would not be sent"
    with pytest.raises(TypeError, match="'a' is <U1; numbers are wanted"):
        network.load_state_dict({"a": np.array("x")})
    with pytest.raises(ValueError, match="no tensors came"):
        network.load_state_dict({})


def test_reset_forgets():
    network = RNN(TEXT, hidden=5)
    trained(network, Tab(network))
    network.reset()
    assert (network.step, network.loss, network.status, network.weights, network.history) == (0, None, "idle", b"", [])
    assert network.hidden == 5


def test_the_version_is_that_of_the_npm_package():
    npm = Path(__file__).parents[2] / "npm" / "package.json"
    assert unfold_rnn.__version__ == json.loads(npm.read_text())["version"]


def test_installed_with_the_module_of_the_tree():
    built = Path(__file__).parents[2] / "npm" / "dist" / "anywidget.js"
    assert (Path(rnn.__file__).parent / "dist" / "anywidget.js").read_bytes() == built.read_bytes()
