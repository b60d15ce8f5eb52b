"""Makes docs/images/studio*.jpg: the studio page, with the built-in portrait.

Wants chromium and node. Run from the repository's root: ``python tools/studio_screenshots.py``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from PIL import Image

TARGET = Path("docs/images")
SCRIPT = Path("tests/browser")
PORT = 8029
WIDTH_PX = 1000
QUALITY = 86


def take(folder: Path, chromium: str) -> None:
    """PNGs of the page in a folder."""
    command = [sys.executable, "-m", "mien", "serve", "--port", str(PORT)]
    with subprocess.Popen(
        [*command, "--data-dir", str(folder / "data")], stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stderr is not None
            next(line for line in server.stderr if "listening on" in line)
            url = f"http://127.0.0.1:{PORT}"
            with urllib.request.urlopen(f"{url}/healthz"):
                pass
            said = {"MIEN_URL": url, "MIEN_OUT": str(folder), "MIEN_CHROMIUM": chromium}
            subprocess.run(["npm", "ci", "--silent"], cwd=SCRIPT, check=True)
            subprocess.run(
                ["node", "screenshots.js"], cwd=SCRIPT, env=os.environ | said, check=True
            )
        finally:
            server.terminate()


def shrink(picture: Path) -> Path:
    """A small JPEG of it where the documentation has its pictures."""
    target = TARGET / f"{picture.stem}.jpg"
    with Image.open(picture) as shot:
        small = shot.convert("RGB")
        small.thumbnail((WIDTH_PX, WIDTH_PX), Image.Resampling.LANCZOS)
        small.save(target, quality=QUALITY, optimize=True, progressive=True)
    return target


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("chromium is not installed")
    with tempfile.TemporaryDirectory() as folder:
        take(Path(folder), chromium)
        for picture in sorted(Path(folder).glob("*.png")):
            target = shrink(picture)
            print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
