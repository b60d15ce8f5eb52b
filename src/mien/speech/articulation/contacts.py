"""Sounds that need lips to touch something: reached and held however fast the speech."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from mien.motion.idle.easing import eased
from mien.speech.articulation.targets import Contact

HOLD_S = 0.045
"""A contact lasts at least this long: a frame at 24 a second always meets it."""
ATTACK_S, RELEASE_S = 0.065, 0.055
_LEAST_S = 0.008
"""Between contacts of different kinds there may be less time than attack and release take."""


@dataclass(frozen=True, slots=True)
class Touch:
    """One contact: full from ``start_s`` to ``end_s``, growing before and fading after."""

    contact: Contact
    start_s: float
    end_s: float
    attack_s: float = ATTACK_S
    release_s: float = RELEASE_S

    def share(self, time_s: float) -> float:
        """0..1: how far what has to touch does."""
        grown = eased(1.0 - (self.start_s - time_s) / self.attack_s)
        return grown * eased(1.0 - (time_s - self.end_s) / self.release_s)


@dataclass(frozen=True, slots=True)
class Contacts:
    """All contacts of an utterance, in order of time."""

    touches: Sequence[Touch]

    def shares(self, time_s: float) -> tuple[float, float]:
        """How far the lips touch each other, and the lower one the upper teeth, 0..1 each."""
        lips = teeth = 0.0
        at = bisect_left(self.touches, time_s - RELEASE_S, key=lambda touch: touch.end_s)
        for touch in self.touches[at:]:
            if touch.start_s - ATTACK_S > time_s:
                break
            if touch.contact is Contact.LIPS:
                lips = max(lips, touch.share(time_s))
            else:
                teeth = max(teeth, touch.share(time_s))
        return lips, teeth


def contacts(sounds: Sequence[tuple[float, float, Contact]]) -> Contacts:
    """The contacts of sounds (start_s, end_s, contact) in order of time; others are left out."""
    touches: list[Touch] = []
    for start, end, contact in sounds:
        if contact is not Contact.NONE:
            lacking = max(0.0, HOLD_S - (end - start)) / 2
            _add(touches, Touch(contact, start - lacking, end + lacking))
    return Contacts(touches)


def _add(touches: list[Touch], new: Touch) -> None:
    """Put ``new`` behind the others; where the last one is of the other kind, neither may reach
    into the other."""
    if touches and touches[-1].contact is not new.contact:
        last = touches[-1]
        border = (last.end_s + new.start_s) / 2
        end, start = min(last.end_s, border), max(new.start_s, border)
        room = max(start - end, _LEAST_S)
        touches[-1] = Touch(
            last.contact, last.start_s, end, last.attack_s, min(last.release_s, room)
        )
        new = Touch(new.contact, start, new.end_s, min(new.attack_s, room), new.release_s)
    touches.append(new)
