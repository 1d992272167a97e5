"""Recurrent neural networks that train in a notebook's browser tab.

>>> from unfold_rnn import RNN
>>> rnn = RNN("hello world, hello there " * 40, cell="lstm", hidden=64, iterations=300)
>>> rnn.cell, rnn.hidden
('lstm', 64)

Displayed in a cell, the widget trains when its button is pressed or ``rnn.train()`` is called; ``rnn.state_dict()`` then
gives the weights as numpy arrays under PyTorch's names.
"""

from .errors import UnfoldError
from .rnn import RNN

__all__ = ["RNN", "UnfoldError"]
__version__ = "0.1.0"
