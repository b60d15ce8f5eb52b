"""A far end in Chromium."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.far_end.tape import Moment, jumps

_HERE = Path(__file__).parent
_PLAYWRIGHT = _HERE.parents[1] / "tests" / "browser"
_QUIET_S = 0.25


@dataclass
class Page:
    """What a page showed and played, known when it is closed: seconds, and brightness."""

    pictures: list[tuple[float, float]] = field(default_factory=list)
    loud_s: list[float] = field(default_factory=list)

    def flashes(self) -> list[Moment]:
        """When the pictures became much brighter or darker."""
        moments = [Moment(at_s, at_s) for at_s, _ in self.pictures]
        return jumps(moments, [level for _, level in self.pictures])

    def onsets(self) -> list[Moment]:
        """When sound began, after a quarter of a second of silence each."""
        last_s, found = -1e9, []
        for at_s in self.loud_s:
            if at_s - last_s > _QUIET_S:
                found.append(Moment(at_s, at_s))
            last_s = at_s
        return found


def why_no_browser() -> str | None:
    """What is missing, if anything."""
    if _chromium() is None:
        return "chromium is not installed"
    if shutil.which("node") is None:
        return "node is not installed"
    if not (_PLAYWRIGHT / "node_modules" / "playwright-core").is_dir():
        return "playwright-core is not installed; run npm ci in tests/browser"
    return None


@contextmanager
def watching_page(url: str, session: str) -> Generator[Page]:
    """Of a session (a path), from its first picture on. What came is there after the block."""
    chromium = _chromium()
    assert chromium is not None
    settings = {
        "MIEN_URL": url,
        "MIEN_SESSION": session,
        "MIEN_CHROMIUM": chromium,
        "MIEN_PLAYWRIGHT": str(_PLAYWRIGHT),
    }
    command = ["node", str(_HERE / "browser.mjs")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | settings
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline() != "watching\n":
            raise SystemExit("the page in Chromium shows nothing")
        page = Page()
        yield page
        process.stdin.close()
        told = json.loads(process.stdout.read())
    page.pictures += [(at_ms / 1000, level) for at_ms, level in told["pictures"]]
    page.loud_s += [at_ms / 1000 for at_ms in told["loud"]]


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")
