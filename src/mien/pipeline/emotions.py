"""What ``--emotions`` says: a timeline as text, or a file that holds one."""

from __future__ import annotations

from pathlib import Path

from mien.checks import shown
from mien.errors import TimelineError
from mien.motion.timeline import Timeline, parse_timeline, timeline_from_json
from mien.motion.timeline.notation import MAX_CHARACTERS

OPTION = "--emotions"


def read_emotions(given: str | Path | Timeline) -> Timeline:
    """A timeline as it is; text as :func:`mien.motion.timeline.parse_timeline` takes it; or the
    JSON of a file, which is any path and any text that ends with ``.json``.

    Raises TimelineError that names the option or the file.
    """
    if isinstance(given, Timeline):
        return given
    if not isinstance(given, str | Path):
        problem = f"{shown(given)} is neither a timeline nor its text nor the path of its file"
        raise TimelineError(OPTION, problem)
    if isinstance(given, Path) or given.lower().endswith(".json"):
        return timeline_from_json(_text_of(Path(given)), str(given))
    return parse_timeline(given, OPTION)


def _text_of(path: Path) -> str:
    try:
        if not path.is_file():  # opening a pipe would wait for its other end
            raise TimelineError(str(path), "is not a file that exists")
        with path.open("rb") as file:
            content = file.read(MAX_CHARACTERS + 1)
        return content.decode("utf-8-sig")  # some editors put a mark before the text
    except UnicodeDecodeError:
        raise TimelineError(str(path), "is not text in UTF-8") from None
    except (OSError, ValueError) as error:
        if isinstance(error, TimelineError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise TimelineError(str(path), f"cannot be read: {reason}") from None
