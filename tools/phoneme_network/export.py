"""Write the trained network and the odds of phone pairs into the package.

    export.py WEIGHTS.pt src/mien/speech/models CORPUS.npz ... [--scale X] [--penalty X]

Weights are kept as float16; onnxruntime makes them float32 again when it loads them.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from mien.speech.phonemes import PHONES
from mien.speech.spectrum import band_powers, loudness, mel_filters, timbre
from phoneme_network.corpus import UNKNOWN, read
from phoneme_network.network import BANDS, PhonemeNetwork

LIFTS = {"P": 1.0, "B": 1.6, "M": 1.6, "F": 0.6, "V": 0.6}
"""Added to logits. Lips that stay open look worse than lips that close once too often, and b and m
of voices unheard are taken for d, g and n more easily than p is for t."""


class Probabilities(nn.Module):  # type: ignore[misc]
    """The network with its logits turned into logarithms of probabilities."""

    def __init__(self, network: PhonemeNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, bands: Tensor) -> tuple[Tensor, Tensor]:
        live, later = self.network(bands)
        return live.log_softmax(2), later.log_softmax(2)


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Every large float32 weight kept as float16 with a Cast behind it."""
    graph, casts = model.graph, []
    for tensor in list(graph.initializer):
        if tensor.data_type != onnx.TensorProto.FLOAT or np.prod(tensor.dims) < 64:
            continue
        half = numpy_helper.from_array(
            numpy_helper.to_array(tensor).astype(np.float16), tensor.name + "_half"
        )
        casts.append(
            onnx.helper.make_node("Cast", [half.name], [tensor.name], to=onnx.TensorProto.FLOAT)
        )
        graph.initializer.remove(tensor)
        graph.initializer.append(half)
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def rarity(paths: Sequence[Path]) -> np.ndarray:
    """-ln of the share of time of each phone in the corpora, its mean taken off; 0 for silence."""
    seconds = np.full(len(PHONES), 1.0)
    for path in paths:
        for spoken in read(path):
            known = spoken.phones != UNKNOWN
            lengths = np.diff(spoken.ends, prepend=0)
            np.add.at(seconds, spoken.phones[known], lengths[known])
    rare = -np.log(seconds[1:] / seconds[1:].sum())
    return np.asarray(np.append(0.0, rare - rare.mean()), np.float32)


def phone_pairs(paths: Sequence[Path], scale: float, penalty: float) -> np.ndarray:
    """scale * ln(P(j | i) / P(j)) - penalty; -inf on the diagonal, silence is not smoothed away."""
    count = len(PHONES)
    pairs = np.full((count, count), 0.5)
    for path in paths:
        for spoken in read(path):
            phones = spoken.phones[spoken.phones != UNKNOWN]
            np.add.at(pairs, (phones[:-1], phones[1:]), 1)
    odds = pairs / pairs.sum(1, keepdims=True)
    share = pairs.sum(0) / pairs.sum()
    scores = scale * np.log(odds / share) - penalty
    np.fill_diagonal(scores, -np.inf)
    return np.asarray(scores, np.float32)


def usual_timbre(paths: Sequence[Path]) -> np.ndarray:
    """Mean of the timbres of up to a hundred utterances of each corpus."""
    found = []
    for path in paths:
        for spoken in islice(read(path), 100):
            samples = spoken.samples.astype(np.float32) / np.float32(32768)
            powers = band_powers(samples, mel_filters())
            found.append(timbre(powers, loudness(powers))[0])
    return np.asarray(np.mean(found, axis=0), np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--scale", type=float, default=0.4)
    parser.add_argument("--penalty", type=float, default=1.0)
    parser.add_argument(
        "--balance",
        type=float,
        default=0.3,
        help="how much of a phone's rarity in the corpora its logits are raised by",
    )
    args = parser.parse_args()
    network = PhonemeNetwork()
    network.load_state_dict(torch.load(args.weights))
    network.eval()
    lift = torch.from_numpy(args.balance * rarity(args.corpora))
    for phone, more in LIFTS.items():
        lift[PHONES.index(phone)] += more
    with torch.no_grad():
        for head in (network.head, network.live_head):
            head.bias.view(2, -1).add_(lift)
    kept = io.BytesIO()
    torch.onnx.export(
        Probabilities(network), (torch.zeros(1, 200, BANDS),), kept, dynamo=False, opset_version=17,
        input_names=["bands"], output_names=["live", "later"],
        dynamic_axes={name: {1: "frames"} for name in ("bands", "live", "later")},
    )  # fmt: skip
    onnx.save(halved(onnx.load_from_string(kept.getvalue())), args.folder / "phonemes.onnx")
    np.save(args.folder / "phone_pairs.npy", phone_pairs(args.corpora, args.scale, args.penalty))
    np.save(args.folder / "usual_timbre.npy", usual_timbre(args.corpora))


if __name__ == "__main__":
    main()
