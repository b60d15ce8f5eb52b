"""What can be chosen about JoyVASA's motion."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from mien.checks import (
    check_choice,
    check_device,
    check_number,
    check_switch,
    check_whole,
    checked_folder,
)
from mien.nets.joyvasa.params import Positions

Precision = Literal["auto", "fp32", "fp16", "bf16"]
Species = Literal["humans", "animals"]
PoseSmoothing = Literal["mien", "upstream", "none"]
POSE_SMOOTHINGS: tuple[PoseSmoothing, ...] = get_args(PoseSmoothing)
MOST_STEPS = 50
MOST_GUIDANCE = 10.0
MOST_MOTION = 2.0


@dataclass(frozen=True, slots=True)
class JoyVasaSettings:
    """Where JoyVASA runs, and how its motion is made.

    device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``. precision: of the networks; ``auto`` is
    fp32. models_dir: where weights are looked for first. These three are a model's and cannot be
    chosen again for each motion; all others can.

    species: whose face is driven. guidance: how much further the motion follows the speech than
    the network would by itself, 0 to 10; 1 leaves that out and takes half the time. steps: of the
    diffusion, 1 to 50; fewer are faster, 50 is upstream's way. head_motion, expression_motion: how
    much of the motion of head and face is kept, 0 to 2. pose_smoothing: what steadies the head;
    ``upstream`` holds it almost still. lead_in: whether the networks hear two frames of silence
    first, of which the first is the motion's reference. positions: how the weights were trained to
    know which frame is which; ``legacy`` for all that are published.

    Raises OptionError for what cannot be.
    """

    device: str = "auto"
    precision: Precision = "auto"
    models_dir: Path | None = None
    species: Species = "humans"
    guidance: float = 2.0
    steps: int = MOST_STEPS
    head_motion: float = 1.0
    expression_motion: float = 1.0
    pose_smoothing: PoseSmoothing = "mien"
    lead_in: bool = True
    positions: Positions = "legacy"

    def __post_init__(self) -> None:
        check_device("--device", self.device)
        check_choice("--precision", self.precision, get_args(Precision))
        check_choice("--species", self.species, get_args(Species))
        check_number("--guidance", self.guidance, 0, MOST_GUIDANCE)
        check_whole("--joyvasa-steps", self.steps, least=1, most=MOST_STEPS)
        check_number("--head-motion", self.head_motion, 0, MOST_MOTION)
        check_number("--expression-motion", self.expression_motion, 0, MOST_MOTION)
        check_choice("--pose-smoothing", self.pose_smoothing, POSE_SMOOTHINGS)
        check_switch("lead_in", self.lead_in)
        check_choice("positions", self.positions, get_args(Positions))
        object.__setattr__(self, "models_dir", checked_folder("--models-dir", self.models_dir))


DEFAULT_SETTINGS = JoyVasaSettings()
