"""Sounds that need lips to touch something: reached and held however fast the speech."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mien.motion.easing import eased
from mien.speech.articulation.targets import Contact

HOLD_S = 0.045
"""A contact lasts at least this long: a frame at 24 a second always meets it."""
ATTACK_S, RELEASE_S = 0.065, 0.055
_CHANGE_S, _LEAST_CHANGE_S = 0.04, 0.02
"""From one kind of contact to the other: what it takes, if need be from the sounds themselves, and
what it takes even from sounds that are too short for that."""
_BRIEFEST_S = 0.001


@dataclass(frozen=True, slots=True)
class Touch:
    """One contact: full from ``start_s`` to ``end_s``, growing before and fading after.
    middle_s: of its sound, where it is full whatever comes next."""

    contact: Contact
    start_s: float
    end_s: float
    middle_s: float
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
        last = bisect_right(self.touches, time_s + ATTACK_S, lo=at, key=lambda touch: touch.start_s)
        for touch in self.touches[at:last]:
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
            _add(touches, Touch(contact, start - lacking, end + lacking, (start + end) / 2))
    return Contacts(touches)


def _add(touches: list[Touch], new: Touch) -> None:
    """Put ``new`` behind the others. Where they meet, two of a kind are one, and of two kinds
    neither reaches into the other."""
    last = touches[-1] if touches else None
    if last and last.contact is new.contact and new.start_s <= last.end_s:
        new = replace(touches.pop(), end_s=new.end_s, middle_s=new.middle_s)
    elif last and last.contact is not new.contact:
        border = (last.end_s + new.start_s) / 2
        end = min(last.end_s, border - _change(border - last.start_s, border - last.middle_s))
        start = max(new.start_s, border + _change(new.end_s - border, new.middle_s - border))
        room = max(start - end, _BRIEFEST_S)
        touches[-1] = replace(last, end_s=end, release_s=min(last.release_s, room))
        new = replace(new, start_s=start, attack_s=min(new.attack_s, room))
    touches.append(new)


def _change(lasts_s: float, from_middle_s: float) -> float:
    """How much of a contact before or after another kind goes into the change."""
    spared = max(lasts_s - HOLD_S, _LEAST_CHANGE_S / 2)
    return max(0.0, min(spared, _CHANGE_S / 2, 0.8 * from_middle_s))
