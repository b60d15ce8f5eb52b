"""What happens to a live face in a soak: at random, but the same with the same seed."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.far_end.sessions import Session, word
from benchmarks.far_end.socket import Socket, stalled_socket, watching_socket
from benchmarks.far_end.tape import Tape
from benchmarks.far_end.whep import watching_whep

KEPT = 200
"""Pictures and pieces of sound of each client: enough to measure drift."""
_EMOTIONS = ("neutral", "happy", "sad", "surprised", "angry")


@dataclass
class Actor:
    """One session and who stays with it."""

    session: Session
    socket: Socket
    whep: Tape
    done: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    apart_ms: float | None = None


def act(actor: Actor, url: str, seed: int, over: threading.Event) -> None:
    """Until it is over. What fails is written down."""
    chance = random.Random(seed)
    acts: Sequence[tuple[str, Callable[[], None]]] = (
        ("speak", lambda: _speak(actor, chance)),
        ("speak", lambda: _speak(actor, chance)),
        ("interrupt", lambda: actor.socket.say("clear")),
        ("feel", lambda: _feel(actor, chance)),
        ("look", lambda: _look(actor, chance)),
        ("listen", lambda: actor.socket.say("listening", on=chance.random() < 0.5)),
        ("stall", lambda: _stall(actor, url, over, chance.uniform(0.1, 3.0))),
        ("reconnect", lambda: _watch_by_socket(actor, url, over, chance.uniform(0.1, 2.0))),
        ("reconnect_whep", lambda: _watch_by_whep(actor, url, over, chance.uniform(0.1, 2.0))),
    )
    try:
        while not over.wait(chance.uniform(0.1, 0.8)):
            name, deed = chance.choice(acts)
            deed()
            actor.done[name] = actor.done.get(name, 0) + 1
    except BaseException as error:
        actor.errors.append(f"{type(error).__name__}: {error}")
        if not isinstance(error, Exception | SystemExit):
            raise


def _speak(actor: Actor, chance: random.Random) -> None:
    actor.socket.say("begin_segment", segment=f"segment-{chance.randrange(10**9)}")
    actor.socket.push(np.tile(word(), chance.randint(1, 4)))
    if chance.random() < 0.7:
        actor.socket.say("end_segment")


def _feel(actor: Actor, chance: random.Random) -> None:
    actor.socket.say(
        "emotion",
        name=chance.choice(_EMOTIONS),
        intensity=chance.random(),
        transition_s=chance.uniform(0.0, 1.0),
    )


def _look(actor: Actor, chance: random.Random) -> None:
    actor.socket.say("look_at", right=chance.uniform(-1, 1), up=chance.uniform(-1, 1))


def _stall(actor: Actor, url: str, over: threading.Event, for_s: float) -> None:
    with stalled_socket(url, actor.session.socket):
        over.wait(for_s)


def _watch_by_socket(actor: Actor, url: str, over: threading.Event, for_s: float) -> None:
    with watching_socket(url, actor.session.socket, most=KEPT):
        over.wait(for_s)


def _watch_by_whep(actor: Actor, url: str, over: threading.Event, for_s: float) -> None:
    with watching_whep(url, actor.session.path, most=KEPT):
        over.wait(for_s)
