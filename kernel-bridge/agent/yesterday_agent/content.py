"""The digest of a value's content: equal in every process that made the same value.

Addresses, hash seeds, the order of sets, strides and interning do not enter; types, order of lists and dicts, dtypes
and shapes do. So does sharing of what can change: a list that holds one list twice is not one that holds two equal
ones.
Invariant: nothing of the user's is run; a value that exceeds the budget gets a reason instead of a digest.
"""

from __future__ import annotations

import copyreg
import functools
import hashlib
import marshal
import types
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from .anatomy import caches_of
from .content_code import class_parts, code_parts, function_parts, module_parts
from .content_parts import PIECE, TOO_LARGE, VALUE_BYTES, Listed, Memory, library_parts
from .global_generators import generator_name
from .kinds import is_native, module_of, package_of
from .reasons import failing_as
from .trees import LEAST, chunks, containers, has_many_inside
from .userland import MACHINERY, is_atom, is_user_class

ITEMS = 100_000_000
"""A container that holds more has no digest."""
SOON_ITEMS = 2_000_000
"""More are not looked at while the kernel waits."""
SOON_OBJECTS = 100_000
"""More that are no plain atoms take longer than a run's time for digests."""
SOON_LISTED = 200_000
"""Values that have no plain memory are looked at one by one; more are not while the kernel waits."""
RUN_SECONDS = 0.4
_ATOMS = frozenset({bool, int, float, complex, str, bytes, type(None)})
_SIZED = frozenset({str, bytes, bytearray})
_CACHED = type(functools.lru_cache(len))
_FUNCTIONS = frozenset({types.FunctionType, types.MethodType, types.BuiltinFunctionType, _CACHED})
_UNCHANGING = frozenset({tuple, frozenset, types.MethodType, types.FunctionType, types.ModuleType, types.CodeType})
_DEPTH = 200
_CHECKED = 256


class UntoldError(Exception):
    """Why a value has no digest."""


class LaterError(UntoldError):
    """It is too large for now; it may be read behind the reply."""


class Budget:
    """The time that one run's digests may take together, in seconds, and the size of each value, in bytes."""

    def __init__(self, seconds: float = RUN_SECONDS) -> None:
        self._end = perf_counter() + seconds

    def check(self) -> None:
        """Called often while objects are walked through."""
        if perf_counter() > self._end:
            raise LaterError("it takes longer than a run's time for digests")

    def piece(self) -> None:
        """Called before each piece of memory."""
        self.check()

    def admit(self, size: int) -> None:
        """Raises where a value of so many bytes is too large for now."""
        if size > VALUE_BYTES:
            raise LaterError(TOO_LARGE)

    def admit_items(self, count: int, most: int) -> None:
        """Raises where so many items are too many for now."""
        if count > most:
            raise LaterError(f"it holds more than {most:,} things")


def content_digest(value: object, budget: Budget) -> str:
    """`sha256:<hex>`; raises `UntoldError` with the reason where there is none."""
    writer = _Writer(budget)
    with failing_as(UntoldError):
        writer.value(value)
    return f"sha256:{writer.whole.hexdigest()}"


class _Writer:
    """Writes a value as tagged parts, each with its length, so that no two values look the same."""

    def __init__(self, budget: Budget) -> None:
        self.whole = hashlib.sha256()
        self._budget = budget
        self._size = 0
        self._count = 0
        self._depth = 0
        # What was written already, kept alive so that no other takes its address.
        self._seen: dict[int, tuple[int, object]] = {}
        self._in_trees: set[int] = set()
        self._trees: list[Any] = []

    def part(self, tag: str, data: Any = b"") -> None:
        size = len(data)
        self._count += 1
        self._add(size)
        if self._count % _CHECKED == 0:
            self._budget.check()
        self.whole.update(f"{tag}:{size}:".encode())
        self.whole.update(data)

    def _add(self, size: int) -> None:
        self._size += size
        self._budget.admit(self._size)

    def memory(self, tag: str, data: Memory) -> None:
        """As `part`, piece by piece."""
        self._add(data.size)
        self.whole.update(f"{tag}:{data.size}:".encode())
        for piece in data.pieces():
            self._budget.piece()
            self.whole.update(piece)

    def value(self, value: Any) -> None:
        kind = type(value)
        if kind in _SIZED:
            self._budget.admit(len(value))
        if kind in _ATOMS:
            self.part("atom", marshal.dumps(value, 2))
            return
        if self._depth > _DEPTH:
            raise UntoldError("it is nested too deep")
        seen = self._seen.get(id(value))
        if seen is not None:
            self.part("again", str(seen[0]).encode())
            return
        if id(value) in self._in_trees:
            raise UntoldError("it holds a part of a large list twice")
        if not (kind in _UNCHANGING or isinstance(value, type) or is_atom(value)):
            self._seen[id(value)] = len(self._seen), value
        self._depth += 1
        self._compound(kind, value)
        self._depth -= 1

    def _compound(self, kind: type, value: Any) -> None:
        write = _PLAIN.get(kind)
        if write is not None:
            write(self, value)
        elif kind in _FUNCTIONS:
            self.parts(function_parts(value))
        elif isinstance(value, type):
            self.parts(class_parts(value))
        elif isinstance(value, types.CodeType):
            self.parts(code_parts(value))
        elif isinstance(value, types.ModuleType):
            self.parts(module_parts(value))
        elif (name := generator_name(value)) is not None:
            self.part("generator by name", name.encode())
        elif (parts := library_parts(value)) is not None:
            self.parts(parts)
        elif is_user_class(kind):
            self._instance(kind, value)
        else:
            self._reduced(kind, value)

    def parts(self, parts: Iterable[tuple[str, Any]]) -> None:
        """Bytes as they are, all else as values; a reason in place of parts ends the digest."""
        for tag, item in parts:
            if tag == "untold":
                raise UntoldError(item)
            if isinstance(item, (bytes, memoryview)):
                self.part(tag, item)
            elif isinstance(item, Memory):
                self.memory(tag, item)
            elif isinstance(item, Listed):
                self._budget.admit_items(item.count, SOON_LISTED)
                self.part(tag)
                self.value(item.items())
            else:
                self.part(tag)
                self.value(item)

    def items(self, tag: str, values: Any) -> None:
        if len(values) > ITEMS:
            raise UntoldError(f"it holds more than {ITEMS:,} things")
        self._budget.admit_items(len(values), SOON_ITEMS)
        self.part(tag, str(len(values)).encode())
        kinds = set(map(type, values))
        if kinds <= _ATOMS:
            self._add(sum(len(item) for item in values if type(item) in _SIZED) if kinds & _SIZED else 0)
            self._atoms(values)
        else:
            self._budget.admit_items(len(values), SOON_OBJECTS)
            self._compounds(values)

    def _compounds(self, values: Any) -> None:
        is_large = len(values) >= LEAST or (self._depth == 1 and has_many_inside(values))
        if not (is_large and self._tree(values)):
            for item in values:
                self.value(item)

    def _atoms(self, values: Any) -> None:
        if len(values) < LEAST:
            self.part("atoms", marshal.dumps(list(values), 2))
            return
        # The same bytes, made in pieces.
        head = marshal.dumps([], 2)[:1] + len(values).to_bytes(4, "little")
        self.joined("atoms", [head, *chunks(values, self._budget.check)])

    def _tree(self, values: Any) -> bool:
        """Writes them at once where they are plain data that holds nothing twice."""
        inside = containers(values, self._budget.check)
        if inside is None or not inside.isdisjoint(self._seen.keys()) or not inside.isdisjoint(self._in_trees):
            return False
        self._in_trees |= inside
        self._trees.append(values)
        self.joined("tree", list(chunks(values, self._budget.check)))
        return True

    def joined(self, tag: str, pieces: list[bytes]) -> None:
        """One part that was made in pieces."""
        size = sum(map(len, pieces))
        self._add(size)
        self.whole.update(f"{tag}:{size}:".encode())
        for piece in pieces:
            self.whole.update(piece)

    def mapping(self, value: dict[Any, Any]) -> None:
        self.items("keys", list(dict.keys(value)))
        self.items("values", list(dict.values(value)))

    def members(self, tag: str, value: Iterable[Any]) -> None:
        """In the order of their own digests: a set's order is the hash seed's."""
        digests: list[bytes] = []
        for place, item in enumerate(value):
            if place % _CHECKED == 0:
                self._budget.check()
            one = _Writer(self._budget)
            one.value(item)
            self._add(one._size)
            digests.append(one.whole.digest())
        self.part(tag, b"".join(sorted(digests)))

    def _instance(self, kind: type, value: Any) -> None:
        """By its attributes, and by what it holds as the list, dict or set that it also is."""
        self.part("instance", f"{module_of(kind)}.{kind.__qualname__}".encode())
        for base in kind.__mro__:
            if is_native(base) and not (base in _BASES or issubclass(base, BaseException) or base is object):
                raise UntoldError(f"it also is a {base.__qualname__}, which cannot be looked into")
        for base, read in _BASES.items():
            if issubclass(kind, base):
                read(self, value)
        if issubclass(kind, BaseException):
            self.value(BaseException.args.__get__(value))  # type: ignore[attr-defined]
        attributes = _attributes(kind, value)
        for name in sorted(attributes):
            self.part("attribute", name.encode("utf-8", "surrogatepass"))
            self.value(attributes[name])

    def _reduced(self, kind: type, value: Any) -> None:
        """As the library that made it would pickle it."""
        if package_of(kind) in MACHINERY:
            raise UntoldError("it leads into the kernel itself")
        self.part("object", f"{module_of(kind)}.{kind.__qualname__}".encode())
        reduce = copyreg.dispatch_table.get(kind)
        reduced = value.__reduce_ex__(4) if reduce is None else reduce(value)
        if isinstance(reduced, str) and getattr(value, "__module__", None) == "__main__":
            raise UntoldError(f"it would be known by its name {reduced} alone")
        if isinstance(reduced, str):
            self.part("named", reduced.encode())
            return
        maker, arguments, *rest = reduced
        self.value(maker)
        self.value(arguments)
        state, items, pairs = (*rest, None, None, None)[:3]
        if type(state) is dict and (kept := caches_of(kind) & state.keys()):
            state = {name: item for name, item in state.items() if name not in kept}
        self.value(state)
        self.items("listed", list(items or ()))
        self.items("paired", [tuple(pair) for pair in pairs or ()])


def _attributes(kind: type, value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in kind.__mro__:
        for name, member in vars(base).items():
            if isinstance(member, types.MemberDescriptorType):
                try:
                    found[name] = member.__get__(value)
                except AttributeError:
                    continue
            elif name == "__dict__" and isinstance(member, types.GetSetDescriptorType):
                found.update({str(key): item for key, item in member.__get__(value).items()})
    return found


def _copied(data: bytearray) -> Memory:
    """In copies: an array of bytes that is looked into cannot grow."""
    return Memory(len(data), lambda: (bytes(data[at : at + PIECE]) for at in range(0, len(data), PIECE)))


def _range(writer: _Writer, value: Any) -> None:
    writer.items(type(value).__name__, [value.start, value.stop, value.step])


_PLAIN: dict[type, Callable[[_Writer, Any], None]] = {
    list: lambda writer, value: writer.items("list", value),
    tuple: lambda writer, value: writer.items("tuple", value),
    dict: lambda writer, value: writer.mapping(value),
    set: lambda writer, value: writer.members("set", value),
    frozenset: lambda writer, value: writer.members("frozenset", value),
    bytearray: lambda writer, value: writer.memory("bytearray", _copied(value)),
    memoryview: lambda writer, value: writer.part("memoryview", value.tobytes()),
    range: _range,
    slice: _range,
    type(...): lambda writer, value: writer.part("ellipsis"),
    type(NotImplemented): lambda writer, value: writer.part("notimplemented"),
}
_BASES: dict[type, Callable[[_Writer, Any], None]] = {
    dict: lambda writer, value: writer.mapping(value),
    list: lambda writer, value: writer.items("list", list(list.__iter__(value))),
    tuple: lambda writer, value: writer.items("tuple", list(tuple.__iter__(value))),
    set: lambda writer, value: writer.members("set", list(set.__iter__(value))),
    frozenset: lambda writer, value: writer.members("frozenset", list(frozenset.__iter__(value))),
    str: lambda writer, value: writer.value(str.__str__(value)),
    int: lambda writer, value: writer.value(int.__index__(value)),
    float: lambda writer, value: writer.value(float.__float__(value)),
}
