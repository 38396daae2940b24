"""Values as bytes, so that a variable can be had again without running what made it. Pickle, protocol 5: large buffers
are parts of their own, in pieces, so that what did not change is kept once.

Five formats. `pickle5`: the object is the pickle. `pickle5-pack`: a JSON object of small pickles by name, base64.
`pickle5-parts`: JSON of `pickle` (an object, or a list of them), `buffers` and `arrays` (each a list of objects;
`arrays` are arrays by their items in order) and `needs` (names of the notebook's functions and classes that
have to be there first). `pickle5-bundle`: the same of a dict of variables by name, which have parts in common.
`marshal-tree`: JSON of `tree` (`list`, `tuple` or `dict`) and `chunks`, each an object that is a list of items by
`marshal`, of a dict its keys and then their values. `large_values.py` writes what is too large for a kernel to wait.

Invariant: no method of the user's is run to store a value; what cannot be stored says why.
"""

from __future__ import annotations

import base64
import functools
import importlib
import io
import marshal
import pickle
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from json import dumps, loads
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from . import libraries
from .global_generators import generator, generator_name
from .kept import OVER_BUDGET
from .library import Stored
from .piece_sizes import APART
from .reasons import UnstorableError, failing_as
from .record import StoredValue
from .secrecy import holds_secret
from .shared_memory import Memories
from .userland import is_user_class, is_user_module

PICKLE, PACK, PARTS, BUNDLE = "pickle5", "pickle5-pack", "pickle5-parts", "pickle5-bundle"
TREE = "marshal-tree"
PIECE = 4 * 1024 * 1024
_SMALL = 4 * 1024
_CACHED = type(functools.lru_cache(len))
_OWN_WAYS = ("__reduce__", "__reduce_ex__", "__getstate__", "__getnewargs__", "__getnewargs_ex__")


class SecretError(UnstorableError):
    """It holds a secret."""


class OverBudgetError(UnstorableError):
    """It is too large, or takes too long, to be stored while the kernel waits."""


@dataclass
class Pickled:
    """A value as bytes, its large buffers beside."""

    data: bytes
    buffers: list[pickle.PickleBuffer] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)


def pickled(
    value: Any, namespace: Mapping[str, Any], limit: int, until: float, memories: Memories | None = None
) -> Pickled:
    """Raises `UnstorableError`: over `limit` bytes, later than `until` (of `perf_counter`), or not to be had. With
    `memories`, arrays come back with the memory that they share."""
    sink = _Sink(limit, until)
    pickler = ValuePickler(sink, namespace, memories)
    try:
        with failing_as(UnstorableError):
            pickler.dump(value)
    finally:
        pickler.leave_no_trace()
    data = sink.getvalue()
    if holds_secret(data) or any(holds_secret(buffer.raw()) for buffer in pickler.buffers):
        raise SecretError("it holds a secret")
    return Pickled(data, pickler.buffers, sorted(pickler.needs))


class Sink(Protocol):
    """Takes the pickle as it is made."""

    def write(self, data: Any) -> int: ...

    def spend(self, size: int) -> None:
        """So many bytes will be stored beside the pickle."""


class _Sink(io.BytesIO):
    """Takes so much and for so long."""

    def __init__(self, limit: int, until: float) -> None:
        super().__init__()
        self._left, self._until = limit, until

    def write(self, data: Any) -> int:
        self.spend(len(data))
        return super().write(data)

    def spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise OverBudgetError(OVER_BUDGET)
        if perf_counter() > self._until:
            raise OverBudgetError("it takes longer than a run's time for values")


class ValuePickler(pickle.Pickler):
    """Names the notebook's own functions and classes rather than taking them in."""

    def __init__(
        self, sink: Sink, namespace: Mapping[str, Any], memories: Memories | None, gathers: bool = False
    ) -> None:
        """`gathers`: large arrays are left out of the pickle; `arrays` has the pieces of each."""
        super().__init__(sink, protocol=5, buffer_callback=self._buffer)
        self._sink, self._namespace, self._memories = sink, namespace, memories
        self._gathers = gathers
        self.buffers: list[pickle.PickleBuffer] = []
        self.arrays: list[Iterator[memoryview]] = []
        self.needs: set[str] = set()
        self._marked: set[type] = set()
        self._refusals: dict[type, list[Callable[[Any], str | None]]] = {}

    def leave_no_trace(self) -> None:
        """Holds nothing of the user's any more; and `copyreg` writes what it found of slots into the class."""
        self.clear_memo()
        for kind in self._marked:
            if "__slotnames__" in vars(kind):
                type.__delattr__(kind, "__slotnames__")

    def _buffer(self, buffer: pickle.PickleBuffer) -> bool:
        """True keeps it in the pickle."""
        size = buffer.raw().nbytes
        if size < APART:
            return True
        self._sink.spend(size)
        self.buffers.append(buffer)
        return False

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if isinstance(value, (types.FunctionType, type, _CACHED)):
            self._named(value)
        elif kind is types.MethodType:
            if not any(vars(base).get(value.__name__) is value.__func__ for base in type(value.__self__).__mro__):
                raise UnstorableError(f"it holds the method {value.__qualname__}, not of its class")
        elif isinstance(value, types.ModuleType):
            if is_user_module(value):
                raise UnstorableError(f"it holds the module {value.__name__}")
            return importlib.import_module, (value.__name__,)
        elif (name := generator_name(value)) is not None:
            return generator, (name,)
        elif (parts := self._memory_of(kind, value)) is not None:
            return parts
        elif is_user_class(kind):
            self._users(kind, value)
        return NotImplemented

    def _memory_of(self, kind: type, value: Any) -> Any:
        """How a value that looks into memory is pickled; None leaves it to its package."""
        if self._memories is not None:
            return self._memories.reduced(value)
        library = libraries.of_kind(kind)
        stored = None if library is None else library.stored
        if stored is None:
            return None
        gathered = self._gathered(stored, value) if self._gathers else None
        return stored.alone(value) if gathered is None and stored.alone is not None else gathered

    def _gathered(self, stored: Stored, value: Any) -> Any:
        """A large array by its place among `arrays`, with what its library needs to join it."""
        apart = None if stored.apart is None else stored.apart(value)
        if apart is None:
            return None
        self._sink.spend(apart.size)
        self.arrays.append(apart.pieces)
        return gathered, (len(self.arrays) - 1, *apart.facts)

    def _users(self, kind: type, value: Any) -> None:
        """An instance of a class of the user's."""
        if (own := _own_way(kind)) is not None:
            raise UnstorableError(f"{own} of its class would have to run")
        if kind not in self._refusals:
            stored = [library.stored for library in libraries.of_bases(kind) if library.stored is not None]
            self._refusals[kind] = [one.refusal for one in stored if one.refusal is not None]
        for refusal in self._refusals[kind]:
            if (reason := refusal(value)) is not None:
                raise UnstorableError(reason)
        if "__slotnames__" not in vars(kind):
            self._marked.add(kind)

    def _named(self, value: Any) -> None:
        """A function or class."""
        if value.__module__ != "__main__":
            return
        name = str(value.__qualname__)
        if self._namespace.get(name) is not value:
            raise UnstorableError(f"it holds {name}, which no name leads to")
        self.needs.add(name)


def _own_way(kind: type) -> str | None:
    for base in kind.__mro__:
        for name in _OWN_WAYS:
            if name in vars(base) and is_user_class(base):
                return f"{base.__qualname__}.{name}"
    return None


Keep = Callable[[bytes], "str | None"]
"""Keeps bytes and gives their digest; None where the budget is spent."""


def stored(values: Mapping[str, Pickled], keep: Keep) -> dict[str, StoredValue]:
    """Where each value's bytes are now; those that the budget left out are missing."""
    small = {name: one for name, one in values.items() if _is_small(one)}
    found: dict[str, StoredValue] = {}
    if small:
        texts = {name: base64.b64encode(one.data).decode() for name, one in small.items()}
        digest = keep(dumps(texts, sort_keys=True).encode())
        if digest is not None:
            found.update({name: _value(PACK, digest, len(one.data)) for name, one in small.items()})
    for name, one in values.items():
        if name not in small and (value := _kept(one, keep)) is not None:
            found[name] = value
    return found


def _is_small(one: Pickled) -> bool:
    return not one.buffers and not one.needs and len(one.data) < _SMALL


def _value(kind: str, digest: str, size: int) -> StoredValue:
    return {"format": kind, "digest": digest, "size": size}


def _kept(one: Pickled, keep: Keep, kind: str = PARTS) -> StoredValue | None:
    body = keep(one.data)
    if body is None or (kind == PARTS and not (one.buffers or one.needs)):
        return None if body is None else _value(PICKLE, body, len(one.data))
    buffers: list[list[str]] = []
    size = len(one.data)
    for buffer in one.buffers:
        pieces = [keep(bytes(piece)) for piece in _pieces(buffer.raw())]
        if None in pieces:
            return None
        buffers.append([piece for piece in pieces if piece is not None])
        size += buffer.raw().nbytes
    digest = keep(dumps({"pickle": body, "buffers": buffers, "needs": one.needs}).encode())
    return None if digest is None else _value(kind, digest, size)


def bundled(one: Pickled, keep: Keep) -> StoredValue | None:
    """Where the bytes of variables are that were pickled together; None where the budget left them out."""
    return _kept(one, keep, BUNDLE)


def _pieces(memory: memoryview) -> Iterable[memoryview]:
    return (memory[start : start + PIECE] for start in range(0, memory.nbytes, PIECE))


def loaded(value: StoredValue, name: str, read: Callable[[str], bytes], namespace: Mapping[str, Any]) -> Any:
    """The value again, of a bundle all of its values by name. Only for bytes whose signature was seen to be the
    project's: a pickle is code."""
    body = read(value["digest"])
    if value["format"] == PICKLE:
        return _Unpickler(io.BytesIO(body), namespace).load()
    if value["format"] == PACK:
        return _Unpickler(io.BytesIO(base64.b64decode(loads(body)[name])), namespace).load()
    if value["format"] == TREE:
        return _tree(loads(body), read)
    if value["format"] not in (PARTS, BUNDLE):
        raise ValueError(f"no value has the format {value['format']}")
    parts = loads(body)
    pieces = parts["pickle"]
    source = io.BufferedReader(_Joined([pieces] if type(pieces) is str else pieces, read))
    arrays = [functools.partial(_joined, each, read) for each in parts.get("arrays", ())]
    # Writable, as they were.
    buffers = (_joined(each, read) for each in parts["buffers"])
    return _Unpickler(source, namespace, buffers, arrays).load()


def _joined(pieces: Iterable[str], read: Callable[[str], bytes]) -> bytearray:
    whole = bytearray()
    for piece in pieces:
        whole += read(piece)
    return whole


class _Joined(io.RawIOBase):
    """A pickle in pieces, one of them in memory at a time."""

    def __init__(self, pieces: Iterable[str], read: Callable[[str], bytes]) -> None:
        self._pieces, self._read = iter(pieces), read
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        while not self._left and (piece := next(self._pieces, None)) is not None:
            self._left = memoryview(self._read(piece))
        size = min(len(self._left), len(target))
        target[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def _tree(parts: Mapping[str, Any], read: Callable[[str], bytes]) -> Any:
    items = chain.from_iterable(marshal.loads(read(chunk)) for chunk in parts["chunks"])
    if parts["tree"] == "tuple":
        return tuple(items)
    whole = list(items)
    count = len(whole) // 2
    return whole if parts["tree"] == "list" else dict(zip(whole[:count], whole[count:], strict=True))


def gathered(index: int, *facts: Any) -> Any:
    """Named in pickles; `_Unpickler` has the arrays."""
    raise ValueError("an array outside of its value")


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """What pickles name here that a library's module has."""
        return libraries.named_in_pickles(__name__, name)


class _Unpickler(pickle.Unpickler):
    def __init__(
        self,
        source: Any,
        namespace: Mapping[str, Any],
        buffers: Iterable[Any] = (),
        arrays: Sequence[Callable[[], bytearray]] = (),
    ) -> None:
        super().__init__(source, buffers=buffers)
        self._namespace, self._arrays = namespace, arrays

    def find_class(self, module: str, name: str) -> Any:
        if module == "__main__":
            return self._namespace[name]
        if (module, name) == (__name__, gathered.__name__):
            return self._gathered
        return super().find_class(module, name)

    def _gathered(self, index: int, *facts: Any) -> Any:
        """The array, in memory as it was. The first fact is of its package."""
        library = libraries.of_kind(type(facts[0]))
        stored = None if library is None else library.stored
        if stored is None or stored.joined is None:
            raise ValueError("no library joins this array")
        return stored.joined(self._arrays[index](), *facts)
