"""How LivePortrait's motion is put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from mien.checks import check_choice, check_number
from mien.engines.settings import SPECIES, Species
from mien.errors import OptionError
from mien.motion.kalman import OBSERVATION
from mien.types import MotionOptions

Manner = Literal["mien", "upstream"]
DrivingOption = Literal["expression-friendly", "pose-friendly"]


@dataclass(frozen=True, slots=True)
class DriveOptions:
    """What Mien's drivers and users may ask for, and what only this engine knows.

    motion: what every engine is told.
    stitching: whether the shoulders are held where they are.
    driving_option: "expression-friendly" measures the motion from the driver's first frame and
        scales it by how large the two faces are. For people it changes nothing: relative motion
        starts where the source is, so that the two are equally large. Animals always move so.
    hold_eyes: in a film of a source, bring the eyes in every picture to the openness of the first
        (LivePortrait's ``source_video_eye_retargeting``).
    smoothing: variance of the noise that is taken out of the motion that a film gives to a film;
        None leaves it.
    orthonormal: make smoothed rotations rotations again. LivePortrait smooths their nine numbers
        one by one, which flattens a head that turns fast. At its own variance of 3e-7 a head shaken
        by 9.5 degrees a frame loses .06 % along one axis and talking heads .01 % at most; from 1e-4
        on it is 2 % and .5 %.
    manner: "upstream" does exactly what LivePortrait's code does where "mien" does better:
        retargeting of eyes or lips gives up relative motion (mien: both together); only the first
        eye of the driver counts (each eye); the multiplier also scales what closes lips and
        retargets (these hold in full); lips are not closed under absolute motion nor beside
        retargeting (they are, where the motion leaves them to the source).
    species: "animals" move whole, measured from the driver's first frame; no openings are known.

    Raises OptionError for what cannot be honoured together.
    """

    motion: MotionOptions = field(default_factory=MotionOptions)
    stitching: bool = True
    driving_option: DrivingOption = "expression-friendly"
    hold_eyes: bool = False
    smoothing: float | None = OBSERVATION
    orthonormal: bool = False
    manner: Manner = "mien"
    species: Species = "humans"

    def __post_init__(self) -> None:
        check_choice("driving_option", self.driving_option, get_args(DrivingOption))
        check_choice("--species", self.species, SPECIES)
        check_choice("manner", self.manner, get_args(Manner))
        if self.smoothing is not None:
            check_number("smoothing", self.smoothing, 1e-12, 1.0)
        if self.species == "animals":
            _check_animals(self)
        elif self.manner == "upstream" and self.asks_for_openings:
            raise OptionError(
                "--eyes-open, --lips-open", "LivePortrait's own code has no such thing; leave out"
            )

    @property
    def asks_for_openings(self) -> bool:
        """Whether eyes or lips are to be as far open as a number says."""
        return self.motion.eyes_open is not None or self.motion.lips_open is not None


def _check_animals(options: DriveOptions) -> None:
    motion = options.motion
    if motion.region != "all":
        raise OptionError("--region", f"{motion.region}: animals move whole; leave it out")
    asked = motion.retarget or motion.normalize_lips or options.hold_eyes
    if asked or options.asks_for_openings:
        raise OptionError(
            "--species",
            "how far an animal's eyes and lips are open is not known; leave out --retarget, "
            "--normalize-lips, --eyes-open, --lips-open and --hold-eyes",
        )
