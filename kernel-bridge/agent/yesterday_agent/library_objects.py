"""The anatomy of what libraries make beside arrays, frames and tensors: images, elements, generators, traced code."""

from __future__ import annotations

from typing import Any

from .addresses import address
from .digests import mark
from .imported import is_a
from .kinds import package_of
from .libraries import WHOLE, Found, tensor_mark

IMAGE_PIXELS = 64 << 20
MAP_BYTES = 16 << 20


def dissect(value: Any) -> Found | None:
    """None for what is none of them."""
    module = package_of(type(value))
    if module == "xxhash" and hasattr(value, "digest"):
        return {WHOLE: value.digest()}, []
    if module not in _MODULES:
        return None
    if is_a(value, "numpy", "flatiter"):
        return {WHOLE: value.index}, [(WHOLE, value.base)]
    if module == "pandas" and type(value).__name__ in _INDEXERS:
        return {WHOLE: value.axis}, [(WHOLE, value.obj)]
    if is_a(value, "torch.jit", "ScriptModule"):
        tensors = [*value.named_parameters(), *value.named_buffers()]
        return {WHOLE: value.training, **{f".{name}": tensor_mark(tensor) for name, tensor in tensors}}, []
    if is_a(value, "xml.etree.ElementTree", "Element"):
        kept = (value.tag, value.text, value.tail, tuple(value.items()), tuple(map(address, value)))
        return {WHOLE: kept}, [(WHOLE, child) for child in value]
    if is_a(value, "PIL.Image", "Image"):
        return {WHOLE: (value.mode, value.size), "pixels": _Pixels.of(value)}, [(".info", value.info)]
    if is_a(value, "mmap", "mmap"):
        return _map(value)
    return _generator(value)


_MODULES = ("numpy", "pandas", "torch", "PIL", "xml", "mmap", "__main__")
_INDEXERS = ("_LocIndexer", "_iLocIndexer", "_AtIndexer", "_iAtIndexer")


class _Pixels:
    """Of an image, by its bytes. One that is not yet read from its file is the same as the one that was read."""

    def __init__(self, held: object) -> None:
        self._held = held

    @classmethod
    def of(cls, image: Any) -> _Pixels:
        core = getattr(image, "_im", None)
        if core is None or getattr(image, "tile", None) or image.width * image.height > IMAGE_PIXELS:
            return cls(None)
        colours = bytes(image.getpalette()) if image.mode == "P" else b""
        return cls(mark(image.tobytes() + colours))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pixels) and (None in (self._held, other._held) or self._held == other._held)

    def __hash__(self) -> int:
        return 0


def _map(value: Any) -> Found:
    try:
        return {WHOLE: (len(value), mark(value[:]) if len(value) <= MAP_BYTES else b"")}, []
    except ValueError:
        return {WHOLE: "closed"}, []


def _generator(value: Any) -> Found | None:
    if is_a(value, "numpy.random", "Generator"):
        return {WHOLE: repr(value.bit_generator.state)}, []
    if is_a(value, "numpy.random", "RandomState"):
        return {
            WHOLE: mark(repr(value.get_state(legacy=False)["state"]["key"].tobytes()).encode()),
            ".pos": repr(value.get_state(legacy=False)["state"]["pos"]),
        }, []
    if is_a(value, "numpy.random", "BitGenerator"):
        return {WHOLE: repr(value.state)}, []
    if is_a(value, "numpy.random", "SeedSequence"):
        return {WHOLE: value.n_children_spawned}, []
    if is_a(value, "torch", "Generator"):
        return {WHOLE: mark(value.get_state().numpy())}, []
    return None


def raw_connections(value: Any) -> list[Any]:
    """Of an engine of SQLAlchemy: the connections that its pool keeps."""
    if not is_a(value, "sqlalchemy.engine", "Engine"):
        return []
    pool = value.pool
    waiting = getattr(getattr(pool, "_pool", None), "queue", ())
    records = [*(getattr(pool, "_all_conns", None) or ()), *waiting]
    return [raw for record in records if (raw := getattr(record, "dbapi_connection", None)) is not None]
