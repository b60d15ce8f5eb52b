"""States of networks read from files, and put into networks.

Files are hostile: nothing in them is run, and what is too large, damaged or something else
altogether is a WeightsError that says so in one line.
"""

from __future__ import annotations

import pickle
import re
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from mien.checks import shown
from mien.errors import EngineUnavailableError, WeightsError
from mien.weights.arguments import Arguments, admitting_arguments, from_text, plain_arguments
from mien.weights.containers import Kind, container_kind
from mien.weights.likeness import likeness

State: TypeAlias = dict[str, Any]
"""Key -> torch.Tensor on the CPU."""

ARGUMENTS_NOTE = "arguments"
"""What a ``.safetensors`` calls the arguments of the training among the words that it keeps."""

DISTRIBUTED_PARTS = ("retarget_shoulder", "retarget_mouth", "retarget_eye")
"""States within LivePortrait's file of retargeting networks; each key there has a ``module.`` too
many, left by the training on several GPUs."""

_MOST_TENSORS = 20_000
_LONGEST_KEY = 300
_FORBIDDEN = re.compile(r"GLOBAL ([\w.]+)")


def read_state(path: str | Path) -> State:
    """The tensors of a ``.pth`` or ``.safetensors``, mapped from the file where that is possible.

    A file that holds several states gives ``part.key`` for the keys of each, and nothing of what
    else it holds. EngineUnavailableError without PyTorch; WeightsError for all that is wrong with
    the file.
    """
    path = Path(path)
    kind = container_kind(path)
    require_torch()
    content = _read_safetensors(path) if kind == "safetensors" else _read_pickled(path, kind)
    state = dict(_flat(path, content))
    if not state:
        raise WeightsError(path, "holds no tensors; it is no file of weights")
    if len(state) > _MOST_TENSORS:
        raise WeightsError(path, f"holds {len(state)} tensors; no network here has so many")
    for key, tensor in state.items():
        _check_tensor(path, key, tensor)
    return state


def read_arguments(path: str | Path) -> Arguments:
    """The arguments of the training, as far as they are numbers and words, that a file keeps
    beside the weights; empty where there are none. Raises as :func:`read_state`."""
    path = Path(path)
    kind = container_kind(path)
    require_torch()
    if kind == "safetensors":
        return _noted_arguments(path)
    return plain_arguments(_read_pickled(path, kind))


def part_of(state: State, part: str, path: str | Path) -> State:
    """The state within a state, ``part`` being what :attr:`Artifact.parts` names; empty: all.

    ``path``: the file it came from. WeightsError if it has no such part.
    """
    if not part:
        return state
    within = {
        key.removeprefix(f"{part}."): tensor
        for key, tensor in state.items()
        if key.startswith(f"{part}.")
    }
    if not within:
        has_others = any(key.startswith(DISTRIBUTED_PARTS) for key in state)
        whose = None if has_others else likeness(state)
        seen = f"; these are the weights of {whose}" if whose else ""
        raise WeightsError(path, f"lacks its part {part!r}{seen}; get the whole file")
    return within


def require_torch() -> None:
    """EngineUnavailableError without PyTorch."""
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError:
        problem = "needs PyTorch; install it with: pip install 'mien[torch]'"
        raise EngineUnavailableError("liveportrait", problem) from None


def _read_safetensors(path: Path) -> Mapping[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(path, f"is damaged or cut off ({_brief(error)}); get it again") from None


def _noted_arguments(path: Path) -> Arguments:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            words = file.metadata() or {}
        return from_text(words.get(ARGUMENTS_NOTE, "{}"))
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(path, f"is damaged or cut off ({_brief(error)}); get it again") from None


def _read_pickled(path: Path, kind: Kind) -> Any:
    import torch

    if path.suffix == ".safetensors":  # torch.load goes by the name
        raise WeightsError(path, "is a file of PyTorch by its content; give it the name .pth")
    try:
        with warnings.catch_warnings(), admitting_arguments():
            warnings.simplefilter("ignore")  # of kinds of pickle that it reads all the same
            return torch.load(path, map_location="cpu", weights_only=True, mmap=kind == "zip")
    except pickle.UnpicklingError as error:
        raise WeightsError(path, _pickle_problem(str(error))) from None
    except MemoryError:
        raise WeightsError(path, "names more memory than this machine has") from None
    except Exception as error:  # a damaged pickle fails in any way, deep within the library
        raise WeightsError(path, f"is damaged or cut off ({_brief(error)}); get it again") from None


def _pickle_problem(message: str) -> str:
    if forbidden := _FORBIDDEN.search(message):
        return (
            f"holds more than weights: code that names {shown(forbidden[1])}; it was not run; "
            "get the file from where it was published"
        )
    return "is damaged or no file of weights; get it again"


def _flat(path: Path, content: Any) -> Iterable[tuple[str, Any]]:
    """Keys and tensors; of a mapping that holds states, those within the states."""
    import torch

    if not isinstance(content, Mapping):
        problem = f"holds a {type(content).__name__} in the place of named tensors"
        raise WeightsError(path, problem)
    for key, value in content.items():
        if not isinstance(key, str) or len(key) > _LONGEST_KEY:
            raise WeightsError(path, "has keys that are no names of tensors")
        if isinstance(value, torch.Tensor):
            yield key, value
        elif isinstance(value, Mapping) and _is_state(value):
            for inner, tensor in value.items():
                name = inner.replace("module.", "") if key in DISTRIBUTED_PARTS else inner
                yield f"{key}.{name}", tensor


def _is_state(content: Mapping[Any, Any]) -> bool:
    import torch

    return all(
        isinstance(key, str) and len(key) <= _LONGEST_KEY and isinstance(value, torch.Tensor)
        for key, value in content.items()
    )


def _check_tensor(path: Path, key: str, tensor: Any) -> None:
    """A plain one, all of whose elements are in the file: a view may claim any number of them."""
    import torch

    plain = tensor.layout == torch.strided and tensor.device.type == "cpu"
    if not plain or tensor.is_quantized or tensor.dtype.is_complex:
        raise WeightsError(path, f"holds {shown(key)}, which is no plain tensor of numbers")
    if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
        raise WeightsError(path, f"holds {shown(key)}, which claims more numbers than there are")


def _brief(error: BaseException) -> str:
    """The first words of a library's message."""
    words = " ".join((str(error) or type(error).__name__).split())
    return words if len(words) <= 80 else f"{words[:80]}..."
