"""The mean of several states of the network: surer of voices unheard than each of them.

    average.py OUT.pt WEIGHTS.pt ...

Only states of one training, one gone on from the other, lie near enough to each other.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("output", type=Path)
    parser.add_argument("weights", type=Path, nargs="+")
    args = parser.parse_args()
    states = [torch.load(path) for path in args.weights]
    counted = {name for name, value in states[0].items() if not value.is_floating_point()}
    mean = {
        name: value if name in counted else torch.stack([s[name] for s in states]).mean(0)
        for name, value in states[0].items()
    }
    torch.save(mean, args.output)


if __name__ == "__main__":
    main()
