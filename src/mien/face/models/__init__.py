"""The four converted networks (see NOTICE) and the way they are opened."""

from __future__ import annotations

import os
from importlib.resources import files

# Read when the library is loaded. Without it onnxruntime 1.31 keeps a device id and a queue of
# events for its maker in ~/.cache, and complains on standard error where it cannot.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime as ort


def open_model(name: str) -> ort.InferenceSession:
    """A session on one of the shipped networks. One thread: the networks are too small to gain
    from more."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    path = files(__name__) / f"{name}.onnx"
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
