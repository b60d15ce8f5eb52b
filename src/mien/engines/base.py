"""What an engine is, and which ones there are.

An engine turns (a prepared source, a stream of motion) into a stream of rendered crops. It
never opens files, never looks for faces and never pastes: the pipeline does, for every engine
the same. docs/engine-contract.md says what an engine may rely on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, ClassVar, Literal, Protocol, TypeVar, cast

from mien.checks import shown
from mien.engines.settings import DEFAULT_SETTINGS, SWITCHES, EngineSettings, settings_of
from mien.errors import EngineUnavailableError, OptionError
from mien.types import Face, Framing, Motion, MotionOptions, Portrait, Rendered
from mien.weights.residents import MemoryBudget

Channel = Literal["pose", "blendshapes", "keypoints", "landmarks", "pixels"]
"""What of a MotionFrame an engine reads; ``pose`` is rotation, translation and scale."""

S = TypeVar("S")
DEFAULT_FRAMING = Framing()


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What is known of an engine before it runs.

    channels: what it reads, richest first; all drivers fill ``pose`` and ``blendshapes``.
    max_side: longest side of the crops it renders, pixels.
    latency_frames: how many frames it may hold back before the first comes out. chunk_frames: how
        many it makes at once.
    devices: where it can run. memory_mb: what it needs there beyond the picture itself.
    crop_scale, crop_y: side of the crop when none is asked for, in heights of the face, and how far
        it lies below the face's middle, in sides. crop_side: side of all its crops in their own
        pixels, None where they have the picture's.
    precisions, runtimes, tiers, species: what of :class:`EngineSettings` can be chosen; extras:
        which of its switches the engine has.
    options: what suits it when nothing is asked for. parallel: whether prepared sources can be
    pickled and a frame without landmarks looks the same whatever came before it, with no latency:
    then a motion can be dealt out among processes. films: whether the portrait may be a film.
    """

    name: str
    channels: tuple[Channel, ...]
    max_side: int
    latency_frames: int
    devices: tuple[str, ...]
    memory_mb: int
    licence: str
    crop_scale: float
    crop_y: float = 0.0
    crop_side: int | None = None
    precisions: tuple[str, ...] = ()
    runtimes: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    species: tuple[str, ...] = ("humans",)
    extras: tuple[str, ...] = ()
    options: MotionOptions = field(default_factory=MotionOptions)
    parallel: bool = False
    chunk_frames: int = 1
    films: bool = True


class Engine(Protocol[S]):
    """One way to bring a portrait to life. One instance serves one thread at a time.

    ``S`` is the engine's own prepared source: only the engine that made it looks inside.
    """

    info: ClassVar[EngineInfo]

    @classmethod
    def check(cls, settings: EngineSettings, options: MotionOptions) -> None:
        """Raise OptionError for a motion that the engine cannot make with these settings; quick,
        so that it is told before anything is loaded."""
        ...

    @classmethod
    def check_here(cls, settings: EngineSettings) -> None:
        """Raise what making the engine would, as far as that is known without loading weights."""
        ...

    def prepare(
        self,
        portrait: Portrait,
        face: Face,
        *,
        framing: Framing = DEFAULT_FRAMING,
        previous: S | None = None,
    ) -> S:
        """All that depends on the portrait alone; may be kept and animated many times.

        ``face`` holds landmarks in the portrait's pixels. ``previous`` makes it a frame
        of a film, for ``animate_film``: the source of the frame before or, for the first one, of
        the same frame without it.
        """
        ...

    def warmup(self, source: S) -> None:
        """Allocate and run once, so that the first real frame is as fast as the others."""
        ...

    def animate(self, source: S, motion: Motion, options: MotionOptions) -> Iterator[Rendered]:
        """One Rendered per MotionFrame, in order, of one size, with the same pts; pulls motion
        no further ahead than ``info.latency_frames``."""
        ...

    def animate_film(
        self, sources: Iterator[S], motion: Motion, options: MotionOptions
    ) -> Iterator[Rendered]:
        """As ``animate``, for a portrait that is a film: the next of ``sources`` goes with the
        next MotionFrame, and the shorter of the two ends it. Pulls no further ahead than
        ``info.latency_frames``, and keeps no more sources than that."""
        ...

    def reset(self) -> None:
        """Forget what was carried from frame to frame."""
        ...

    def close(self) -> None:
        """Give memory back; the engine is not used afterwards."""
        ...


ENGINES: dict[str, str] = {
    "mesh": "mien.engines.mesh.engine:MeshEngine",
    "liveportrait": "mien.engines.liveportrait.engine:LivePortraitEngine",
    "personalive": "mien.engines.personalive.engine:PersonaLiveEngine",
}
"""Name -> where its class is; imported on first use."""


def load_engine(
    engine: str | EngineSettings = "mesh", *, budget: MemoryBudget | None = None
) -> Engine[Any]:
    """A new engine by name or by settings. ``budget``: the device's memory that it shares with
    other models; it may be made to rest between two uses.

    Raises OptionError naming what there is, for an engine that there is not or a setting that it
    does not have; EngineUnavailableError naming what keeps it from running here.
    """
    settings = settings_of(engine)
    check_settings(settings)
    return cast(Engine[Any], _engine_class(settings.name)(settings, budget=budget))


def engine_info(name: str) -> EngineInfo:
    """What is known of an engine before it runs. Raises as :func:`load_engine`."""
    return cast(EngineInfo, _engine_class(name).info)


def check_engine(engine: str | EngineSettings) -> None:
    """Raise as :func:`load_engine` for what keeps the engine from running here, without loading
    its weights."""
    settings = settings_of(engine)
    check_settings(settings)
    _engine_class(settings.name).check_here(settings)


def check_motion(settings: EngineSettings, options: MotionOptions) -> None:
    """Raise OptionError for a motion that the engine cannot make; loads nothing."""
    check_settings(settings)
    _engine_class(settings.name).check(settings, options)


def check_settings(settings: EngineSettings) -> None:
    """Raise OptionError for a setting that the engine does not have."""
    info = engine_info(settings.name)
    for option, value, there in (
        ("--device", settings.device.partition(":")[0], info.devices),
        ("--precision", settings.precision, info.precisions),
        ("--runtime", settings.runtime, info.runtimes),
        ("--tier", settings.tier, info.tiers),
        ("--species", settings.species, info.species),
    ):
        if value != "auto" and value not in there:
            choices = f"has only {', '.join(there)}" if there else "has nothing to choose there"
            raise OptionError(option, f"{value}: engine {info.name} {choices}")
    for name, option in SWITCHES.items():
        left_alone = getattr(settings, name) == getattr(DEFAULT_SETTINGS, name)
        if not left_alone and name not in info.extras:
            raise OptionError(option, f"engine {info.name} has no use for it; leave it out")


def _engine_class(name: str) -> Any:
    if name not in ENGINES:
        raise OptionError(
            "--engine", f"there is no {shown(name)}; choose from: {', '.join(ENGINES)}"
        )
    module, _, attribute = ENGINES[name].partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise EngineUnavailableError(name, f"needs the package {error.name}") from error
