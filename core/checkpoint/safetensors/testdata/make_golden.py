"""Makes canonical.safetensors and dtypes.safetensors with the official package.

    pip install safetensors==0.8.0 numpy==2.4.6
    python make_golden.py

Run it in this folder. Weights follow closed formulas that are exact in float32; golden_test.go has the same ones. The
versions and the date stand in each file's metadata under "made by".
"""

import datetime
import platform

import numpy as np
import safetensors
from safetensors.numpy import save_file

MADE_BY = (
    f"make_golden.py, safetensors {safetensors.__version__}, numpy {np.__version__}, "
    f"Python {platform.python_version()}, {datetime.date.today()}"
)


def weights(seed, *shape):
    """Element i is ((37 i + 11 seed) mod 101 - 50) / 64."""
    i = np.arange(int(np.prod(shape)), dtype=np.int64)
    return (((37 * i + 11 * seed) % 101 - 50) / 64).astype("<f4").reshape(shape)


def bits(kind, *patterns):
    return np.array(patterns, dtype=kind)


def canonical():
    """F32 only and one metadata key, so that one content has one file. LSTM: I = 3, H = 2, O = 3, G = 4."""
    tensors = {
        "rnn.weight_ih_l0": weights(1, 8, 3),
        "rnn.weight_hh_l0": weights(2, 8, 2),
        "rnn.bias_ih_l0": weights(3, 8),
        "rnn.bias_hh_l0": weights(4, 8),
        "head.weight": weights(5, 3, 2),
        "head.bias": weights(6, 3),
        "empty": weights(7, 0, 2),
        "scalar": weights(8),
        # quiet and signalling NaNs with payloads, infinities, -0, the smallest and the largest numbers
        "special": bits("<u4", 0x7FC00000, 0xFFC12345, 0x7F800001, 0xFFABCDEF, 0x7F800000, 0xFF800000,
                        0x80000000, 0x00000001, 0x807FFFFF, 0x7F7FFFFF).view("<f4"),
        'escaped "\\/\b\f\n\r\t\x00\x1f\x7f': weights(9, 2),
        "é 文 😀 \u2028": weights(10, 1, 1, 2),
    }
    save_file(tensors, "canonical.safetensors", metadata={"made by": MADE_BY})


def dtypes():
    """Every dtype that the reader takes. numpy has no bfloat16, so that tensor goes through the package's raw door."""
    i = np.arange(12, dtype=np.int64)
    arrays = {
        "f32": ("float32", weights(1, 3, 4)),
        "f64": ("float64", (i / 3 - 2).astype("<f8").reshape(3, 4)),
        "f16": ("float16", bits("<u2", 0x3C00, 0xC000, 0x3555, 0x0001, 0x83FF, 0x7BFF, 0x8000, 0x7C00, 0xFC00, 0x7E01)),
        "bf16": ("bfloat16", bits("<u2", 0x3F80, 0xC000, 0x3EAB, 0x0001, 0x807F, 0x7F7F, 0x8000, 0x7F80, 0xFF80, 0x7FC1)),
        "i64": ("int64", np.array([0, 1, -1, 2**24, -(2**24), 3 << 40, -(2**63)], dtype="<i8")),
    }
    specs = {
        name: safetensors.TensorSpec(dtype=dtype, shape=list(a.shape), data_ptr=a.ctypes.data, data_len=a.nbytes)
        for name, (dtype, a) in arrays.items()
    }
    metadata = {"format": "pt", "rnn.vocab": '["a","\\n","文"]', "made by": MADE_BY}
    with open("dtypes.safetensors", "wb") as file:
        file.write(safetensors.serialize(specs, metadata))


canonical()
dtypes()
