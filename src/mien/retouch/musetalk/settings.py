"""How MuseTalk's networks are set up: where they run, how exactly, with which weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from mien.checks import check_choice, check_device, check_switch, check_whole, checked_folder

Precision = Literal["auto", "fp32", "fp16", "bf16"]
Decoder = Literal["full", "tiny"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
DECODERS: tuple[Decoder, ...] = get_args(Decoder)
MAX_BATCH = 64


@dataclass(frozen=True, slots=True)
class MuseTalkSettings:
    """What can be chosen about MuseTalk's networks; ``auto`` leaves the choice to them.

    device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``. precision: of the arithmetic; ``auto`` is
    fp16 on a card, bf16 on a processor that multiplies it, else fp32. models_dir: where weights
    are looked for first; may be given as text. batch: faces that are painted together, 1 to 64:
    more of them are faster on a card and take more memory. decoder: ``tiny`` paints with a small
    network that was taught to do what the ``full`` one does, in a sixteenth of its arithmetic and
    with less detail. compiled: let torch compile the networks, which takes minutes at the first
    batch of each size; on a card alone.

    Raises OptionError for what cannot be.
    """

    device: str = "auto"
    precision: Precision = "auto"
    models_dir: Path | None = None
    batch: int = 8
    decoder: Decoder = "full"
    compiled: bool = False

    def __post_init__(self) -> None:
        check_device("--device", self.device)
        check_choice("--precision", self.precision, PRECISIONS)
        check_whole("--batch", self.batch, least=1, most=MAX_BATCH)
        check_choice("--decoder", self.decoder, DECODERS)
        check_switch("compiled", self.compiled)
        object.__setattr__(self, "models_dir", checked_folder("--models-dir", self.models_dir))


DEFAULT_SETTINGS = MuseTalkSettings()
