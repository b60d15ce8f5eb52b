"""The phoneme network (trained by tools/phoneme_network) and what belongs to it."""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files

# Read when the library is loaded. Without it onnxruntime 1.31 keeps a device id and a queue of
# events for its maker in ~/.cache, and complains on standard error where it cannot.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray


@cache
def phoneme_network() -> ort.InferenceSession:
    """The network, loaded once: it has no state. One thread, so that sums add up alike."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    path = files(__name__) / "phonemes.onnx"
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def phone_pairs() -> NDArray[np.float32]:
    """(P, P): what the decoder adds when phoneme j follows phoneme i."""
    return _array("phone_pairs")


def usual_timbre() -> NDArray[np.float32]:
    """(BANDS,): the mean of `spectrum.timbre` over the voices that the network learned from."""
    return _array("usual_timbre")


@cache
def _array(name: str) -> NDArray[np.float32]:
    with (files(__name__) / f"{name}.npy").open("rb") as file:
        found = np.asarray(np.load(file), np.float32)
    found.flags.writeable = False
    return found
