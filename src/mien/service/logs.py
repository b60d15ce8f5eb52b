"""What the service writes on standard error: lines of text, or of JSON. Never a key."""

from __future__ import annotations

import json
import logging
import time
from contextvars import ContextVar
from typing import Any

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is being answered."""
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",  # of uvicorn, the message again
}


def set_up_logs(form: str) -> None:
    """One handler for everything."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(form))
    handler.addFilter(add_request_id)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def add_request_id(record: logging.LogRecord) -> bool:
    """A filter: every line that is written during a request says so."""
    if (id := REQUEST_ID.get()) and not hasattr(record, "request_id"):
        record.request_id = id
    return True


def formatter(form: str) -> logging.Formatter:
    """What makes lines of ``text`` or ``json``."""
    return _Json() if form == "json" else _Text()


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _OWN}


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _stamp(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(f"{name}={_plain(value)}" for name, value in _facts(record).items())
        line = f"{_stamp(record)} {record.levelname.lower():7} {record.getMessage()} {facts}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line.rstrip()


def _plain(value: object) -> str:
    """One word on one line, whatever a caller wrote: nothing else can look like a fact."""
    text = str(value)
    return text if text.isprintable() and not set(text) & set(' "=') else json.dumps(text)


def _stamp(record: logging.LogRecord) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{whole}.{int(record.msecs):03}Z"
