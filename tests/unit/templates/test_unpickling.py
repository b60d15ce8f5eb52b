"""A pickle is read as data: whatever else it asks for ends the reading."""

from __future__ import annotations

import builtins
import gc
import os
import pickle
import struct
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.templates import liveportrait, old_pickle
from mien.templates import unpickling
from mien.templates.pickled_arrays import PickledArray
from mien.templates.problems import UnusableError
from mien.templates.unpickling import unpickle

pytestmark = pytest.mark.unit


class Calls:
    """Pickles as a call of ``function``."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> Any:
        return self._call


def refused(data: bytes) -> str:
    with pytest.raises(UnusableError) as caught:
        unpickle(data)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 600
    return message


def read_or_refused(data: bytes) -> None:
    with suppress(UnusableError):
        unpickle(data)


def short(text: str) -> bytes:
    return b"\x8c" + bytes([len(text)]) + text.encode()


def plain(value: object) -> Any:
    """What was read, with arrays as lists."""
    if isinstance(value, PickledArray):
        assert value.values is not None
        return value.values.tolist()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(plain(each) for each in value)
    return value


# what is read


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_containers_numbers_and_text_are_read(protocol):
    value = {
        "a": [1, -2, 70_000, 2**40, 0.25, None, True, "é"],
        "b": (1,),
        "c": (1, 2, 3, 4),
        "d": b"x",
    }
    assert unpickle(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("protocol", [3, 4, 5])
@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "i8", "u1", ">f4"])
def test_arrays_are_read(protocol, kind):
    ordered = np.arange(12).reshape(1, 3, 4).astype(kind)
    arrays = [ordered, ordered.T, ordered[:, ::2], np.zeros((0, 3), kind)]
    assert plain(unpickle(pickle.dumps(arrays, protocol))) == [each.tolist() for each in arrays]


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_numpy_numbers_are_read(protocol):
    assert unpickle(pickle.dumps([np.float32(2.5), np.int64(7)], protocol)) == [2.5, 7]


def test_the_names_of_numpy_1_are_read():
    data = old_pickle({"x": np.ones(2, np.float32)})
    assert b"numpy.core.multiarray" in data
    assert plain(unpickle(data)) == {"x": [1.0, 1.0]}


# what could run code


def _named(argument: object, mark: Path) -> object:
    """An argument with the name of the file that shows whether it was used."""
    if isinstance(argument, str | Path):
        return type(argument)(str(argument).format(str(mark)))
    return argument


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "payload",
    [
        Calls(os.system, "touch {}"),
        Calls(builtins.eval, "open({!r}, 'w')"),
        Calls(builtins.exec, "open({!r}, 'w')"),
        Calls(builtins.getattr, Calls(builtins.__import__, "os"), "system"),
        Calls(Path.touch, Path("{}")),
        Calls(np.load, "{}", None, True),
    ],
    ids=["os.system", "eval", "exec", "getattr", "pathlib", "numpy.load"],
)
def test_a_call_is_refused_before_it_runs(payload, protocol, tmp_path):
    mark = tmp_path / "ran"
    function, arguments = payload.__reduce__()
    named = Calls(function, *(_named(argument, mark) for argument in arguments))
    for root in (named, {"motion": [{"exp": named}]}, [[(named,)]], {"motion": [], "x": named}):
        refused(pickle.dumps(root, protocol))
    assert not mark.exists()


@pytest.mark.parametrize(
    "name",
    [
        ("posix", "system"), ("builtins", "eval"), ("os", "system"), ("nt", "system"),
        ("subprocess", "Popen"), ("numpy", "load"), ("numpy.core.multiarray", "fromfile"),
        ("numpy", "ndarray.tofile"), ("numpy", "__builtins__"), ("numpy.testing._private.utils",
        "runstring"), ("numpy.core.multiarray", "__builtins__.eval"), ("_codecs", "encode"),
    ],
)  # fmt: skip
def test_a_name_is_refused_by_stack_and_by_lines(name):
    module, function = name
    by_stack = b"\x80\x04" + short(module) + short(function) + b"\x93)R."
    by_lines = b"\x80\x03c" + module.encode() + b"\n" + function.encode() + b"\n)R."
    for data in (by_stack, by_lines):
        assert f"{module}.{function}" in refused(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04\x82\x01.", b"\x80\x04\x83\x01\x00.", b"\x80\x04\x84\x01\x00\x00\x00.",
        b"\x80\x03P1\n.", b"\x80\x04K\x01Q.",
        b"\x80\x03(S'id'\nios\nsystem\n.", b"\x80\x03(cos\nsystem\nS'id'\no.",
        b"\x80\x04" + short("a") + b")\x81.", b"\x80\x04" + short("a") + b")}\x92.",
        b"\x80\x05\x97.", b"\x80\x05K\x01\x98.", b"\x80\x04K\x012.", b"\x80\x04\x8f.",
        b"I1\n.", b"\x80\x04\xff.", b"\x80\x06N.", b"\x80\x02N.",
    ],
    ids=[
        "EXT1", "EXT2", "EXT4", "PERSID", "BINPERSID", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX",
        "NEXT_BUFFER", "READONLY_BUFFER", "DUP", "EMPTY_SET", "protocol 0", "no opcode",
        "protocol 6", "protocol 2",
    ],
)  # fmt: skip
def test_other_opcodes_are_refused(data):
    refused(data)


# what could break numpy or the memory


def array_pickle(
    *,
    name: str = "f4",
    maker_arguments: bytes | None = None,
    type_state: bytes | None = None,
    state: bytes | None = None,
) -> bytes:
    """One float32 array (1,) as numpy pickles it, some parts of it exchanged."""
    ndarray = short("numpy") + short("ndarray") + b"\x93"
    kind = short("numpy") + short("dtype") + b"\x93" + short(name) + b"\x89\x88\x87R"
    kind += (
        type_state or b"(K\x03" + short("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t"
    ) + b"b"
    maker = short("numpy.core.multiarray") + short("_reconstruct") + b"\x93"
    maker += (maker_arguments or ndarray + b"K\x00\x85C\x01b\x87") + b"R"
    state = state or b"(K\x01K\x01\x85%s\x89C\x04\x00\x00\x80?t"
    return b"\x80\x04" + maker + state.replace(b"%s", kind) + b"b."


def test_the_array_that_the_hostile_ones_are_made_from_is_read():
    assert plain(unpickle(array_pickle())) == [1.0]


@pytest.mark.parametrize(
    "name", ["O", "O8", "V4294967296", "S9999999999", "f4,f4", "M8[s]", "b1", "f16", "c8"]
)
def test_a_type_that_is_no_plain_number_is_refused(name):
    refused(array_pickle(name=name))


@pytest.mark.parametrize(
    "type_state",
    [
        b"(K\x03" + short("<") + b"NNNJ\xff\xff\xff\x7fJ\xff\xff\xff\xffK\x00t",
        b"(K\x03" + short("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?t",
        b"(K\x03" + short("|") + b"(K\x01tNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t",
        b"(K\x04" + short("|") + b"NN}J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00}t",
        b")", b"N", b"K\x01", b"]",
    ],
)  # fmt: skip
def test_a_type_with_another_state_is_refused(type_state):
    refused(array_pickle(type_state=type_state))


HUGE = b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"


@pytest.mark.parametrize(
    "state",
    [
        b"(K\x01K\x02\x85%s\x89C\x04\x00\x00\x80?t",
        b"(K\x01J\xff\xff\xff\xff\x85%s\x89C\x04\x00\x00\x80?t",
        b"(K\x01" + HUGE + b"\x85%s\x89C\x04\x00\x00\x80?t",
        b"(K\x01(" + HUGE * 4 + b"t%s\x89C\x04\x00\x00\x80?t",
        b"(K\x01(" + HUGE + b"K\x00t%s\x89C\x00t",
        b"(K\x01(" + b"K\x01" * 40 + b"t%s\x89C\x04\x00\x00\x80?t",
        b"(K\x01\x88\x85%s\x89C\x04\x00\x00\x80?t",
        b"(K\x01K\x01\x85N\x89C\x04\x00\x00\x80?t",
        b"(K\x01K\x01\x85%s\x89]t",
        b"(K\x01]%s\x89C\x04\x00\x00\x80?t",
        b"(K\x01K\x01\x85%s\x89" + short("abcd") + b"t",
        b")", b"N", b"]", b"}", b"K\x01",
    ],
)  # fmt: skip
def test_an_array_with_another_state_is_refused(state):
    refused(array_pickle(state=state))


@pytest.mark.parametrize(
    "arguments",
    [b")", b"N", b"]", b"K\x01K\x02K\x03\x87",
     short("numpy") + short("dtype") + b"\x93K\x00\x85C\x01b\x87",
     short("numpy") + short("ndarray") + b"\x93" + HUGE + b"\x85C\x01b\x87"],
)  # fmt: skip
def test_an_array_that_is_made_otherwise_is_refused(arguments):
    refused(array_pickle(maker_arguments=arguments))


@pytest.mark.parametrize(
    "claim",
    [
        b"\x8e" + struct.pack("<Q", 4 << 30), b"\x8e" + struct.pack("<Q", 2**64 - 1),
        b"\x96" + struct.pack("<Q", 4 << 30), b"B" + struct.pack("<I", 2**32 - 1),
        b"X" + struct.pack("<I", 2**32 - 1), b"\x8d" + struct.pack("<Q", 4 << 30),
        b"\x8b" + struct.pack("<i", 2**31 - 1), b"\x8b" + struct.pack("<i", -1),
        b"\x8a\xff", b"\x95" + struct.pack("<Q", 4 << 30), b"T" + struct.pack("<i", 2**31 - 1),
        b"r" + struct.pack("<I", 2**32 - 1),
    ],
    ids=[
        "BINBYTES8", "BINBYTES8 of all", "BYTEARRAY8", "BINBYTES", "BINUNICODE", "BINUNICODE8",
        "LONG4", "LONG4 below 0", "LONG1", "FRAME", "BINSTRING", "LONG_BINPUT of nothing",
    ],
)  # fmt: skip
def test_a_claim_of_gigabytes_costs_nothing(claim):
    tracemalloc.start()
    refused(b"\x80\x05" + claim + b"abc")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_places_in_the_memo_cost_no_memory():
    tracemalloc.start()
    assert unpickle(b"\x80\x04Nr" + struct.pack("<I", 2**32 - 1) + b".") is None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_deep_nesting_ends_well(monkeypatch):
    monkeypatch.setattr(unpickling, "MOST_STEPS", 250_000)
    depth = 100_000
    for nested in (
        b"]" * depth + b"a" * (depth - 1),
        b")" + b"\x85" * depth,
        b"(" * depth + b"t" * depth,
    ):
        unpickle(b"\x80\x04" + nested + b".")
    refused(b"\x80\x04" + b"(" * 250_001 + b".")
    # a deep key must not be hashed
    refused(b"\x80\x04})" + b"\x85" * depth + b"Ns.")


def test_what_holds_itself_ends_well():
    value = unpickle(b"\x80\x04]\x94h\x00a.")
    assert isinstance(value, list)
    assert value[0] is value
    loop = unpickle(b"\x80\x04}\x94" + short("motion") + b"h\x00s.")
    assert isinstance(loop, dict)
    assert loop["motion"] is loop
    value.clear()
    loop.clear()
    gc.collect()


def test_doubling_by_memo_stays_small():
    data = b"\x80\x04]\x94" + b"".join(
        b"](h" + bytes([n]) + b"h" + bytes([n]) + b"e\x94" for n in range(100)
    )
    tracemalloc.start()
    unpickle(data + b".")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_steps_are_bounded(monkeypatch):
    monkeypatch.setattr(unpickling, "MOST_STEPS", 100)
    assert "more than 100 steps" in refused(b"\x80\x04" + b"N0" * 100 + b"N.")


# what is damaged


def test_every_cut_of_a_file_is_refused():
    for data in (old_pickle(liveportrait(2, ratios=True)), pickle.dumps(liveportrait(2), 5)):
        for end in range(len(data)):
            refused(data[:end])


@pytest.mark.parametrize(
    "data",
    [b".", b"\x80\x04.", b"\x80\x04N\x85\x85s.", b"\x80\x04Nb.", b"\x80\x04NNR.", b"\x80\x04e.",
     b"\x80\x04NNa.", b"\x80\x04}(Ne.", b"\x80\x04}(" + short("a") + b"u.", b"\x80\x04h\x05.",
     b"\x80\x04\x94.", b"\x80\x04K\x01K\x02\x93.", b"\x80\x04}K\x01Ns.",
     b"\x80\x04\x8c\x02\xff\xff.",     b"\x80\x03cnumpy\nndarray", b"\x80\x04t.", b"\x80\x04\x87."],
)  # fmt: skip
def test_nonsense_is_refused(data):
    refused(data)


@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(data):
    for start in (b"", b"\x80\x04"):
        read_or_refused(start + data)


WHOLE = old_pickle(liveportrait(2, ratios=True))


@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8)
)
def test_changed_bytes_are_read_or_refused(changes):
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value
    read_or_refused(bytes(data))
