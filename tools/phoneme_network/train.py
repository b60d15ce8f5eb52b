"""Train the phoneme network on the corpora that synthesize.py wrote.

    train.py OUT.pt CORPUS.npz[:SHARE] ... --steps 8000 --validate NAME.npz ...

SHARE: how often a corpus is picked, relative to its seconds (default 1).
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mien.speech.phonemes import PHONES
from mien.speech.spectrum import band_powers, mel_filters, without_timbre
from phoneme_network.augment import batch, labels
from phoneme_network.corpus import UNKNOWN, VISEME_OF, Utterance, read
from phoneme_network.network import PhonemeNetwork

VISEMES = sorted({VISEME_OF[p] for p in PHONES})
TO_VISEME = torch.tensor([VISEMES.index(VISEME_OF[p]) for p in PHONES])


def corpora(names: Sequence[str]) -> tuple[list[Utterance], np.ndarray]:
    """All utterances, and the odds of each to be picked."""
    everything: list[Utterance] = []
    weights: list[float] = []
    for name in names:
        path, _, share = name.partition(":")
        found = list(read(Path(path)))
        everything += found
        weights += [float(share or 1) * len(u.samples) for u in found]
    return everything, np.array(weights) / sum(weights)


def batches(names: Sequence[str], size: int, seed: int, queue: Any) -> None:
    """Worker: puts batches into the queue for ever."""
    rng = np.random.default_rng(seed)
    everything, odds = corpora(names)
    while True:
        picked = [everything[i] for i in rng.choice(len(everything), size, p=odds)]
        queue.put(batch(picked, everything, rng))


def stream(names: Sequence[str], size: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    queue: Any = multiprocessing.Queue(maxsize=24)
    worker = multiprocessing.Process(target=batches, args=(names, size, seed, queue), daemon=True)
    worker.start()
    while True:
        bands, phones = queue.get()
        yield torch.from_numpy(bands), torch.from_numpy(phones.astype(np.int64))


def loss_of(logits: Tensor, phones: Tensor) -> Tensor:
    """Cross-entropy of phones, plus that of visemes: confusions within a viseme cost less."""
    logits, phones = logits.float().flatten(0, 1), phones.flatten()
    known = phones != UNKNOWN
    logits, phones = logits[known], phones[known]
    each = functional.cross_entropy(logits, phones, label_smoothing=0.05)
    share = torch.zeros(len(phones), len(VISEMES))
    share.index_add_(1, TO_VISEME, logits.softmax(1))
    return each + functional.nll_loss((share + 1e-4).log(), TO_VISEME[phones])


def accuracy(network: PhonemeNetwork, path: Path) -> tuple[float, float]:
    """Share of frames whose viseme is right, live and later, without any smoothing."""
    right, total = np.zeros(2), 0
    for utterance in read(path):
        samples = utterance.samples.astype(np.float32) / np.float32(32768)
        bands = without_timbre(band_powers(samples, mel_filters()))
        truth = TO_VISEME[
            torch.from_numpy(labels(utterance, len(bands), 1.0).astype(np.int64) % 40)
        ]
        even = torch.from_numpy(bands[: len(bands) // 2 * 2])[None]
        with torch.no_grad():
            found = [TO_VISEME[logits[0].argmax(1)] for logits in network(even)]
        right += [(f == truth[: len(f)]).sum().item() for f in found]
        total += len(found[0])
    return tuple(right / total)


def rate(done: float, step: int) -> float:
    """Learning rate, 0..1: a short rise, then half a cosine."""
    return min(1.0, step / 200) * 0.5 * (1 + math.cos(math.pi * min(1.0, done))) + 1e-4


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("output", type=Path)
    parser.add_argument("corpora", nargs="+")
    parser.add_argument("--validate", nargs="*", type=Path, default=[])
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument(
        "--minutes", type=float, default=1e6, help="end after so long at the latest"
    )
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--peak", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--start", type=Path, help="go on from these weights")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = PhonemeNetwork()
    if args.start:
        network.load_state_dict(torch.load(args.start))
    optimiser = torch.optim.AdamW(network.parameters(), lr=args.peak, weight_decay=0.01)
    begun, shown = time.time(), 0.0
    for step, (bands, phones) in enumerate(stream(args.corpora, args.batch, 1), 1):
        with torch.autocast("cpu", torch.bfloat16):
            live, later = network(bands)
        loss = 0.5 * loss_of(live, phones) + loss_of(later, phones)
        spent = (time.time() - begun) / 60
        done = max(step / args.steps, spent / args.minutes)
        optimiser.param_groups[0]["lr"] = args.peak * rate(done, step)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimiser.step()
        shown = loss.item() if step == 1 else 0.98 * shown + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"{step} loss {shown:.3f} after {time.time() - begun:.0f} s", flush=True)
        if step % 500 == 0 or done >= 1:
            torch.save(network.state_dict(), args.output)
            network.eval()
            for path in args.validate:
                live_share, share = accuracy(network, path)
                print(f"  {path.stem}: live {live_share:.3f} later {share:.3f}", flush=True)
            network.train()
        if done >= 1:
            return


if __name__ == "__main__":
    main()
