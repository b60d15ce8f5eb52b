from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from mien.cli import live as module
from mien.cli.engine_options import EngineOptions
from mien.cli.live import LiveCommand, _completed, _Stop, live
from mien.pipeline.verbs.living import live as of_python

pytestmark = pytest.mark.unit

DOCS = Path(__file__).parents[3] / "docs" / "live-command.md"
OF_PYTHON = {"notice", "stop", "progress", "keeper", "engine"}
OF_THE_COMMAND = {"json", "quiet", "verbose", "download"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["me.jpg"], ["me.jpg"]),
        (["me.jpg", "--microphone"], ["me.jpg", "--microphone", "default"]),
        (["me.jpg", "--microphone", "-q"], ["me.jpg", "--microphone", "default", "-q"]),
        (["me.jpg", "--microphone", "USB"], ["me.jpg", "--microphone", "USB"]),
        (["--microphone=a.wav", "me.jpg"], ["--microphone=a.wav", "me.jpg"]),
    ],
)
def test_a_microphone_without_a_name_is_the_systems(words: list[str], told: list[str]) -> None:
    assert _completed(words) == told
    assert issubclass(LiveCommand, module.TyperCommand)


def test_a_signal_ends_in_order_what_is_running_and_no_other() -> None:
    stop = _Stop()
    assert not stop.take(), "nobody asks yet: as in all other verbs"
    assert not stop()
    assert stop.take()
    assert stop()
    assert stop.take(), "the second one, at once, is the same one"
    stop._told_s = -1e9
    assert not stop.take(), "who is impatient gets what all others do"


_SIGNALS = """
import signal

from mien.cli.live import _ending_in_order

signal.signal(signal.SIGINT, signal.default_int_handler)
before = signal.getsignal(signal.SIGINT)
with _ending_in_order() as stop:
    assert not stop()
    signal.raise_signal(signal.SIGINT)
    assert stop()
assert signal.getsignal(signal.SIGINT) is before
try:
    with _ending_in_order():
        signal.raise_signal(signal.SIGINT)
        print("not reached", flush=True)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_a_signal_is_heeded_once_somebody_asks_and_handlers_are_put_back() -> None:
    """In a process of its own: signals are the whole process's."""
    done = subprocess.run([sys.executable, "-c", _SIGNALS], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr


def test_the_command_takes_the_options_of_python_and_tells_them() -> None:
    python = inspect.signature(of_python).parameters
    command = inspect.signature(live).parameters
    shared = set(inspect.signature(EngineOptions).parameters)
    own = set(command) - shared - OF_THE_COMMAND
    assert own == set(python) - OF_PYTHON
    text = DOCS.read_text(encoding="utf-8")
    for name in own - {"source"}:
        assert command[name].default in (python[name].default, str(python[name].default))
        assert f"--{name.replace('_', '-')}" in text, name
