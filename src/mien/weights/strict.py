"""States put into networks, strictly: every tensor has its place, and no place is left empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from mien.checks import shown
from mien.errors import WeightsError
from mien.weights.likeness import likeness
from mien.weights.state import State

Network = TypeVar("Network")

_MOST_NAMED = 3


def load_strict(make: Callable[[], Network], state: State, path: str | Path) -> Network:
    """The network that ``make`` builds, with the tensors of ``state``, in eval mode and without
    gradients. It is built without memory of its own, and takes the tensors as they are.

    ``path``: the file they came from. WeightsError if keys are missing or unexpected, if shapes or
    dtypes are wrong, all of which are listed, or if there are numbers that are not finite.
    """
    network = without_memory(make)
    check_state(network.state_dict(), state, path)
    check_finite(state, path)
    loaded: Network = filled(network, state)
    return loaded


def without_memory(make: Callable[[], Network]) -> Any:
    """The network that ``make`` builds, whose tensors have a shape and nothing in them."""
    import torch

    with torch.device("meta"):
        return make()


def filled(network: Any, state: State) -> Any:
    """The same network with the tensors of a state that was checked."""
    network.load_state_dict(state, assign=True)
    return network.eval().requires_grad_(False)


def check_finite(state: State, path: str | Path) -> None:
    """WeightsError naming the first tensor that holds something else than finite numbers.

    A sum over finite numbers of a network's size is finite, any other is not, and it takes a
    twentieth of the time of looking at each.
    """
    import torch

    for key, tensor in state.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor.sum()):
            raise WeightsError(
                path, f"holds numbers that are not finite, in {shown(key)}; get it again"
            )


def check_state(needed: State, state: State, path: str | Path) -> None:
    """WeightsError unless the state has the keys of ``needed`` and no others, with its shapes and
    dtypes."""
    problems = list(_problems(needed, state))
    if not problems:
        return
    here, wanted = likeness(state), likeness(needed)
    if here and wanted and here != wanted:
        raise WeightsError(path, f"these are the weights of {here}; here {wanted} is needed")
    name = f"the weights of {wanted}" if wanted else "what the network needs"
    raise WeightsError(path, f"does not hold {name}: {'; '.join(problems)}")


def _problems(needed: State, state: State) -> Iterable[str]:
    if missing := [key for key in needed if key not in state]:
        yield f"missing {_listed(missing)}"
    if unexpected := [key for key in state if key not in needed]:
        yield f"unexpected {_listed(unexpected)}"
    both = [key for key in needed if key in state]
    if wrong := [key for key in both if state[key].shape != needed[key].shape]:
        yield f"wrong shape {_listed(wrong, lambda key: _shapes(state[key], needed[key]))}"
    if wrong := [key for key in both if state[key].dtype != needed[key].dtype]:
        yield f"wrong dtype {_listed(wrong, lambda key: _dtypes(state[key], needed[key]))}"


def _listed(keys: list[str], remark: Callable[[str], str] = lambda key: "") -> str:
    named = ", ".join(f"{shown(key)}{remark(key)}" for key in keys[:_MOST_NAMED])
    rest = len(keys) - _MOST_NAMED
    return f"{named} and {rest} more" if rest > 0 else named


def _shapes(tensor: Any, needed: Any) -> str:
    return f" ({_size(tensor)}, not {_size(needed)})"


def _size(tensor: Any) -> str:
    return "x".join(map(str, tensor.shape)) or "one number"


def _dtypes(tensor: Any, needed: Any) -> str:
    return f" ({tensor.dtype}, not {needed.dtype})".replace("torch.", "")
