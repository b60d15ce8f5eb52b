"""``python -m benchmarks [per_frame|command|talk]``: JSON on standard output."""

from __future__ import annotations

import argparse
import json
import os
import platform

from benchmarks import command, per_frame, talk

MEASUREMENTS = {
    "per_frame": per_frame.measure,
    "command": command.measure,
    "talk": talk.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    names = parser.parse_args().names or list(MEASUREMENTS)
    for name in names:
        if name not in MEASUREMENTS:
            parser.error(f"{name!r} is none of {', '.join(MEASUREMENTS)}")
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    results = {name: MEASUREMENTS[name]() for name in names}
    print(json.dumps({"machine": machine, **results}, indent=2))


if __name__ == "__main__":
    main()
