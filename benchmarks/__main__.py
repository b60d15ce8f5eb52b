"""``python -m benchmarks [NAME ...]``: JSON on standard output.

``liveportrait`` needs the extra ``openvino`` and minutes, ``service``, ``live``, ``soak`` and
``connects`` the extra ``serve``, so they are measured where they are named.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from importlib import import_module

MEASUREMENTS = ("per_frame", "command", "talk", "stills", "live_face")
ON_REQUEST = ("liveportrait", "service", "live", "soak", "connects")


def main() -> None:
    known = (*MEASUREMENTS, *ON_REQUEST)
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    names = parser.parse_args().names or MEASUREMENTS
    for name in names:
        if name not in known:
            parser.error(f"{name!r} is none of {', '.join(known)}")
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    results = {name: import_module(f"benchmarks.{name}").measure() for name in names}
    print(json.dumps({"machine": machine, **results}, indent=2))


if __name__ == "__main__":
    main()
