"""What a process that renders again and again keeps from one time to the next."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from mien.checks import check_whole
from mien.engines import Engine
from mien.engines.base import engine_info
from mien.engines.settings import EngineSettings, settings_of
from mien.face import MeshTracker
from mien.face.tracker import MAX_FACES
from mien.pipeline.bridge import open_engine
from mien.pipeline.keeping.lru import ByteLru, LruStatus
from mien.pipeline.keeping.sharing import SharedEngines
from mien.pipeline.keeping.shelf import KeptModel, M, Model, ModelShelf
from mien.pipeline.keeping.sizes import num_bytes
from mien.pipeline.portraits.prepared import PortraitKey, PreparedPortrait
from mien.types import Face, Image
from mien.weights.residents import MemoryBudget

_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class KeeperStatus:
    """engines: in memory, those in use first. portraits: prepared ones."""

    engines: tuple[KeptModel, ...]
    portraits: LruStatus


class Keeper:
    """Loaded engines and prepared portraits, for those who render more than once.

        with mien.Keeper() as keeper:
            for name in ("happy", "sad"):
                mien.express("me.jpg", emotion=name, output=f"{name}.png", keeper=keeper)

    Engines, and whatever else has networks, stay loaded, and are closed beyond ``engine_memory_mb``
    of what they say that they need (``EngineInfo.memory_mb``): those in use by turns, where not all
    of them fit; pictures stay prepared by their content, and are forgotten beyond
    ``portrait_memory_mb``: the longest unused first. What is made is the same as without it.

    Safe to use from several threads: each borrows an engine of its own, or, of those that draw
    several frames at once and are large, the same one, by turns. A context manager, which gives all
    memory back in the end.
    """

    def __init__(self, *, engine_memory_mb: int = 9000, portrait_memory_mb: int = 512) -> None:
        """Millions of bytes; 0 keeps nothing. OptionError for less."""
        check_whole("engine_memory_mb", engine_memory_mb, least=0)
        check_whole("portrait_memory_mb", portrait_memory_mb, least=0)
        self._models = ModelShelf(engine_memory_mb)
        self._shared = SharedEngines(self._models.lend)
        self._finder: MeshTracker | None = None
        self._portraits: ByteLru[PortraitKey, PreparedPortrait] = ByteLru(portrait_memory_mb * _MB)

    def engine(self, engine: str | EngineSettings) -> AbstractContextManager[Engine[Any]]:
        """An engine by name or by settings, lent for the length of the context: reset, and nobody
        else's meanwhile, or shared with those who have it. It is not to be closed.

        Raises as :func:`mien.pipeline.bridge.open_engine`.
        """
        model = engine_model(settings_of(engine))
        is_shared = engine_info(settings_of(engine).name).chunk_frames > 1
        return self._shared.lend(model) if is_shared else self.lend(model)

    def lend(self, model: Model[M]) -> AbstractContextManager[M]:
        """A model, lent in the same way. Raises what loading it does."""
        return self._models.lend(model)

    @property
    def budget(self) -> MemoryBudget:
        """What all that it lends share."""
        return self._models.budget

    def find_faces(self, image: Image) -> list[Face]:
        """As :func:`mien.find_faces`, with networks that stay loaded: half the time."""
        finder = self._finder
        if finder is None:  # two threads may both load it: one is kept
            finder = self._finder = MeshTracker(MAX_FACES)
        return finder.search(image)

    def portrait(self, key: PortraitKey) -> PreparedPortrait | None:
        """The portrait that is kept under a key, if there is one."""
        return self._portraits.get(self._kept_under(key))

    def keep_portrait(self, key: PortraitKey, prepared: PreparedPortrait) -> None:
        """Keep a portrait under a key, and where nothing in it is transparent for either
        ``keep_alpha``."""
        if prepared.opaque:
            key = replace(key, keep_alpha=None)
        self._portraits.put(key, prepared, num_bytes(prepared))

    def _kept_under(self, key: PortraitKey) -> PortraitKey:
        opaque = replace(key, keep_alpha=None)
        return opaque if opaque in self._portraits else key

    @property
    def status(self) -> KeeperStatus:
        """What is kept now."""
        return KeeperStatus(self._models.status, self._portraits.status)

    def close(self) -> None:
        """Give all memory back, that of engines in use when they come back. Afterwards nothing is
        kept any more."""
        self._models.close()
        self._finder = None
        self._portraits = ByteLru(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def engine_model(settings: EngineSettings) -> Model[Engine[Any]]:
    """An engine, as what can be lent. Raises as :func:`mien.engines.base.engine_info`."""
    memory_mb = engine_info(settings.name).memory_mb
    return Model(settings, memory_mb, lambda budget: open_engine(settings, budget=budget))


def borrowed_engine(
    settings: EngineSettings, keeper: Keeper | None
) -> AbstractContextManager[Engine[Any]]:
    """An engine for the length of a context: kept by somebody, or loaded and closed."""
    return closing(open_engine(settings)) if keeper is None else keeper.engine(settings)
