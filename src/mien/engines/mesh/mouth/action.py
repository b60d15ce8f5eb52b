"""What blendshapes say of the inside of a mouth, beyond where its lips are."""

from __future__ import annotations

from dataclasses import dataclass

from mien.engines.mesh.mouth.blending import ramp
from mien.engines.mesh.mouth.opening import UPPER
from mien.motion.arkit import SHAPE_INDEX
from mien.types import Floats

_SMILES = [SHAPE_INDEX[f"mouthSmile{side}"] for side in ("Left", "Right")]
_LOWERED = [SHAPE_INDEX[f"mouthLowerDown{side}"] for side in ("Left", "Right")]
_BARED = [SHAPE_INDEX[f"{shape}{side}"] for side in ("Left", "Right")
          for shape in ("mouthUpperUp", "mouthFrown", "noseSneer")]  # fmt: skip
_JAW, _TONGUE = SHAPE_INDEX["jawOpen"], SHAPE_INDEX["tongueOut"]
_RAISING = 0.12
"""Of mouthLowerDown, at a jaw that is little open: the tongue's tip is at the upper teeth, as in
d, n and l. ARKit has no shape for that."""
_ANGRY = (0.2, 0.4)
"""Lower lips drawn further down than that belong to an expression, and not to a sound."""
_LITTLE_OPEN = (0.3, 0.5)
_ROUND = [SHAPE_INDEX[name] for name in ("mouthPucker", "mouthFunnel")]
_ROUNDED = (0.15, 0.6)


@dataclass(frozen=True, slots=True)
class MouthAction:
    """rest_upper: y of the middle of the upper lip, head frame, of the face without the
    expression. smile, rounded (lips pushed forward over the teeth), tongue_out (0.35: its tip
    between the teeth), tongue_up (its tip at the upper teeth): 0..1.
    """

    rest_upper: float
    smile: float = 0.0
    rounded: float = 0.0
    tongue_out: float = 0.0
    tongue_up: float = 0.0


def mouth_action(rest: Floats, weights: Floats) -> MouthAction:
    """What a face (478, 3) in the head frame does inside its mouth under weights (52,)."""
    lowered, jaw = float(weights[_LOWERED].min()), float(weights[_JAW])
    raised = ramp(lowered, (0.0, _RAISING)) * (1 - ramp(lowered, _ANGRY))
    raised *= ramp(jaw, (0.0, 0.1)) * (1 - ramp(jaw, _LITTLE_OPEN))
    raised *= 1 - ramp(float(weights[_BARED].max()), (0.0, 0.2))
    return MouthAction(
        float(rest[UPPER[5], 1]),
        ramp(float(weights[_SMILES].mean()), (0.0, 1.0)),
        ramp(float(weights[_ROUND].max()), _ROUNDED),
        ramp(float(weights[_TONGUE]), (0.0, 1.0)),
        raised,
    )
