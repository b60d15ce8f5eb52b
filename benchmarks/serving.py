"""``mien serve`` for the length of a measurement."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx2


@contextmanager
def serving(folder: Path, *flags: str) -> Generator[tuple[int, str]]:
    """Process and address of a service that is ready, with its data in ``folder``."""
    command = [sys.executable, "-m", "mien", "serve", "--port", "0", "--data-dir", str(folder)]
    process = subprocess.Popen([*command, *flags], stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        lines = iter(process.stderr)
        url = next(found[1] for line in lines if (found := re.search(r"(http://\S+)", line)))
        threading.Thread(target=list, args=(lines,), daemon=True).start()
        while not httpx2.get(f"{url}/readyz").is_success:
            time.sleep(0.1)
        yield process.pid, url
    finally:
        process.terminate()
        process.wait()
