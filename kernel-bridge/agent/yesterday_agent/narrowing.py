"""Which parts of an object the touches of a name can see: reading one column does not depend on another's maker.

A path leads from part to part: `("['train']", "['lr']")`. What cannot be said for sure is read whole.
"""

from __future__ import annotations

import ast
import collections
import functools
import re
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from . import libraries
from .accesses import ALL, DELETED, ROWS, WHOLE, Access
from .addresses import address
from .databases import RESULT, fetches, is_connection
from .frame_calls import MASK
from .methods import is_computed, looked_at
from .part_names import DTYPE, INDEX, ORDER, SHAPE
from .shapes import asked_parts, asks_names, is_array, is_frame, owns_memory
from .userland import defined, is_user_class

if TYPE_CHECKING:
    from .graph import Node
    from .library import Frames

_MAPPINGS = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)
_SIZED = (*_MAPPINGS, list, tuple, set, frozenset, collections.deque)
_BY_KIND = frozenset(("type", "id", "isinstance", "issubclass", "callable"))
"""The results of these built-ins do not follow from the content."""
CLASS = ".__class__"
"""The link from an instance to a class of the user's."""
_FIELD = type(vars(collections.namedtuple("Pair", "a b"))["a"])
_FROM_THE_END = re.compile(r"\[-(\d+)\]$")


class Path(NamedTuple):
    """Parts from the object inwards. `deep`: with all that is reached from the last."""

    steps: tuple[str, ...]
    deep: bool = True


def narrowed(node: Node, accesses: Collection[Access], nodes: Mapping[int, Node]) -> set[Path] | None:
    """The parts that these accesses can see; None for all of the object. `nodes` are all objects by their id."""
    if is_connection(node.kind):
        return None if fetches(accesses) else {Path((part,)) for part in {*node.by, *node.parts} - {RESULT}}
    wanted: set[Path] = set()
    for access in accesses:
        paths = _paths(node, access, nodes)
        if paths is None:
            return None
        wanted.update(paths)
    return wanted


def _paths(node: Node, access: Access, nodes: Mapping[int, Node]) -> Iterable[Path] | None:
    if access.columns and (paths := _of_columns(node, access.columns)):
        return paths
    if access.each and (found := _of_each(node, access, nodes)) is not None:
        return found
    if (left := left_by(node, access)) is not None:
        return left
    if access.callee == DELETED and access.verb == "store" and node.kind is list:
        return None  # The elements behind it move.
    if (asked := asked_parts(node, access)) and _looks_there(node.kind, access.part or ".__len__"):
        return [Path(steps, deep=False) for steps in asked]
    if access.part == WHOLE or (access.verb == "call" and not _in_members(node, access.part, nodes)):
        return _of_whole(node, access)
    if access.verb in _LOOKS and _is_property(node.kind, access.part) and not _is_outdated(node, access.part):
        return _of_method(node, access.part[1:])
    return _inwards(node, [access.part, *access.rest], access, nodes)


_LOOKS = ("read", "through", "argument", "iterate", "contains", "identity")


def left_by(node: Node, access: Access) -> list[Path] | None:
    """What stays of an object when all that it holds is replaced; None where that is not done."""
    if access.verb == "store" and access.part == ALL and owns_memory(node):
        return [Path((SHAPE,), deep=False), Path((DTYPE,), deep=False)]
    is_emptied = access.verb == "call" and access.part == ".clear" and node.kind in _SIZED
    return [] if is_emptied or (access.verb == "store" and access.part == ALL and node.kind is list) else None


def _is_property(kind: type, part: str) -> bool:
    is_attribute = part.startswith(".") and is_user_class(kind)
    return is_attribute and isinstance(defined(kind, part[1:]), (property, functools.cached_property))


def _stores(access: Access) -> bool:
    return access.verb == "store" and not access.rest


def _of_whole(node: Node, access: Access) -> Iterable[Path] | None:
    if access.verb == "identity" or (access.verb == "argument" and access.callee in _BY_KIND):
        return [Path((WHOLE,), deep=False)] if node.parts.get(WHOLE) == address(node.kind) else []
    library = libraries.of_kind(node.kind)
    if library is not None and library.narrow is not None and (found := library.narrow(node, access)) is not None:
        return found
    if access.verb == "call" and is_user_class(node.kind):
        return _of_method(node, access.part[1:])
    if access.key and node.kind in _MAPPINGS:
        return [Path((access.key if access.key in node.parts else WHOLE,))]
    if access.verb == "argument" and access.callee == "len":
        return [Path((WHOLE,), deep=False)] if node.kind in _SIZED else None
    return [Path((WHOLE,))] if node.kind in _MAPPINGS and asks_names(access) and _has_parts(node) else None


_PATH_LIMIT = 4_000


def _of_each(node: Node, access: Access, nodes: Mapping[int, Node]) -> list[Path] | None:
    """What is asked of each element; None if they are not separate parts, or are too many."""
    kinds = _MAPPINGS if access.verb == "call" else (list, tuple)
    places = [part for part in node.parts if part.startswith("[")]
    if node.kind not in kinds or not places or len(places) * len(access.each) > _PATH_LIMIT:
        return None
    found = [Path((WHOLE,), deep=False)]
    for place in places:
        element = _behind(node, place, nodes)
        seen = None if element is None else narrowed(element, access.each, nodes)
        found += _below([], [place], seen) or []
    return found


def _has_parts(node: Node) -> bool:
    """Whether its values are parts of their own, besides its keys."""
    return any(part != WHOLE for part in node.parts)


def _inwards(node: Node, steps: list[str], access: Access, nodes: Mapping[int, Node]) -> Iterable[Path] | None:
    """Along constant parts as far as they are certain."""
    puts = access.puts or _stores(access)
    if len(steps) > 1 and (columns := _columns(node, steps[0], steps[1], puts)):
        order = [Path((ORDER,))] if steps[0] in _BY_PLACE else []
        return [Path((INDEX,)), *order, *(Path((column,)) for column in columns)]
    found: list[Path] = []
    walked: list[str] = []
    current: Node | None = node
    for place, named in enumerate(steps):
        if current is None:
            break
        step = _part(current, named)
        if puts and step == ".index" and is_frame(current):
            return [*found, Path((*walked, INDEX))]
        if puts and place == len(steps) - 1 and is_array(current):
            break
        if puts and place == len(steps) - 1:
            if plain_store(current, step):
                return [*found, *([Path(tuple(walked), deep=False)] if walked else [])]
            if current.kind is list and step in current.parts:
                return [*found, Path((*walked, WHOLE), deep=False)]
        if _is_of_class(current, step, nodes):
            found.append(Path((*walked, WHOLE), deep=False))
            walked.append(CLASS)
            current = nodes[address(current.kind)]
        if table := _in_members(current, step, nodes):
            walked.append(table)
            current, step = nodes[current.links[table][0]], _as_key(step)
        if (step not in current.parts and not _is_outdated(current, step)) or not _looks_there(current.kind, step):
            is_asked = _is_property(current.kind, step) and not (access.sets and place == len(steps) - 1)
            return _below(found, walked, _of_method(current, step[1:]) if is_asked else None)
        if is_frame(current):
            found.append(Path((*walked, INDEX)))
        elif _FROM_THE_END.match(named):
            found.append(Path((*walked, WHOLE), deep=False))
        walked.append(step)
        current = _behind(current, step, nodes)
    if current is None or not access.method or not is_user_class(current.kind):
        return _below(found, walked, None)
    return _below(found, walked, _of_method(current, access.method))


def _below(found: list[Path], walked: list[str], seen: Iterable[Path] | None) -> list[Path] | None:
    """What was found on the way, and what is seen of the object at its end; None for all of it."""
    if not walked:
        return None
    if seen is None:
        return [*found, Path(tuple(walked))]
    inner = (Path((*walked, *path.steps), path.deep) for path in seen)
    return [*found, Path(tuple(walked), deep=False), *inner]


def _of_columns(node: Node, columns: Collection[str]) -> list[Path]:
    """Of a frame that has these columns; none where it is none, or has others."""
    frame = _by_column(node, stores=False)
    if frame is None:
        return []
    named = [(_column_of(node, frame, one.removeprefix(MASK)), one.startswith(MASK)) for one in columns]
    if not all(part in node.parts and (not masks or _has_truths(frame, part)) for part, masks in named):
        return []
    return [Path((INDEX,)), *(Path((part,)) for part, _ in named)]


def _by_column(node: Node, stores: bool) -> Any:
    """The frame, where one column of it can be looked at without the others; else None."""
    if not is_frame(node) or node.guard is None:
        return None
    frames, frame = _frames(node.kind), node.guard()
    return frame if frames is not None and frames.is_by_column(frame, node.parts, stores) else None


def _frames(kind: type) -> Frames | None:
    library = libraries.of_kind(kind)
    return None if library is None else library.frames


def _column_of(node: Node, frame: Any, part: str) -> str:
    return part if part.startswith(".") and _is_of_frames(frame, part[1:]) else _part(node, part)


def _has_truths(frame: Any, part: str) -> bool:
    return bool(frame[ast.literal_eval(part[1:-1])].dtype == bool)


def _is_of_frames(frame: Any, name: str) -> bool:
    frames = _frames(type(frame))
    return frames is not None and frames.has_attribute(frame, name)


_BY_PLACE = (".iloc", ".iat")


def _columns(node: Node, indexer: str, keys: str, stores: bool) -> list[str]:
    """The columns of `frame.loc[rows, columns]` and its like, where the frame has them."""
    is_place = indexer in _BY_PLACE
    if not (is_place or indexer in (".loc", ".at")) or _by_column(node, stores) is None:
        return []
    if keys.startswith(ROWS):
        asked = ast.literal_eval(keys[len(ROWS) : -1])
    else:
        pair: tuple[Any, ...] = ast.literal_eval(keys[1:-1]) if keys.startswith("[(") else ()
        asked = pair[1] if len(pair) == 2 else []
    names: Any = node.parts[WHOLE]
    wanted = asked if isinstance(asked, list) else [asked]
    if is_place:
        wanted = [names[place] for place in wanted if type(place) is int and place < len(names)]
    found = [f"[{name!r}]" for name in wanted]
    return found if all(part in node.parts for part in found) else []


def _in_members(node: Node, step: str, nodes: Mapping[int, Node]) -> str:
    """Under which of its attributes an object keeps what is asked for by this name or place; empty where it keeps none,
    or the user's own code comes first."""
    members = next((one.members for one in libraries.of_bases(node.kind) if one.members is not None), None)
    if members is None or members.tables[-1] not in node.links or step in node.parts:
        return ""
    is_place = step.startswith("[") and node.kind.__name__ in members.by_place
    is_name = step.startswith(".") and defined(node.kind, "__getattr__") is members.asker(node.kind)
    if not (is_place or is_name) or not _looks_there(node.kind, step):
        return ""
    held = ((one, _behind(node, one, nodes)) for one in members.tables)
    return next((one for one, table in held if table is not None and _as_key(step) in table.parts), "")


def _as_key(step: str) -> str:
    """`.fc` and `[0]` as its tables have them: by the name, and by the place as text."""
    return step if step.startswith("['") else f"[{step.strip('.[]')!r}]"


def _part(node: Node, named: str) -> str:
    """The part as the object names it: a column that is read as an attribute, a field of a named tuple, a place that is
    counted from the end."""
    if is_frame(node) and named.startswith(".") and f"[{named[1:]!r}]" in node.parts:
        return f"[{named[1:]!r}]"
    if named.startswith(".") and (_as_keys(node.kind) or _is_own_dictionary(node, named)):
        return f"[{named[1:]!r}]"
    if named.startswith(".") and issubclass(node.kind, tuple) and type(defined(node.kind, named[1:])) is _FIELD:
        return f"[{node.kind._fields.index(named[1:])}]"  # type: ignore[attr-defined]
    from_the_end = _FROM_THE_END.match(named)
    size = node.parts.get(WHOLE)
    if from_the_end and node.kind in (list, tuple) and type(size) is int:
        return f"[{size - int(from_the_end[1])}]"
    return named


def _looks_there(kind: type, step: str) -> bool:
    """Whether asking for this part comes to it without code of the user's in between."""
    asked = ("__getitem__",) if step.startswith("[") else ("__getattribute__", step[1:])
    for name in asked:
        owner = next((base for base in kind.__mro__ if name in base.__dict__), object)
        if is_user_class(owner) and (name.startswith("__") or is_computed(owner.__dict__[name])):
            return False
    return True


def _is_outdated(node: Node, step: str) -> bool:
    """Whether a `cached_property` has kept this from before the instance changed."""
    return step in node.caches and step in node.by


def _is_of_class(node: Node, step: str, nodes: Mapping[int, Node]) -> bool:
    """Whether an instance has this attribute from its own class, as data: no method, no property."""
    kind = node.kind
    if not step.startswith(".") or step in node.parts or CLASS not in node.links:
        return False
    item = kind.__dict__.get(step[1:], _ABSENT)
    is_data = item is not _ABSENT and not hasattr(type(item), "__get__")
    return is_data and not _overrides(kind) and address(kind) in nodes


def _overrides(kind: type) -> bool:
    return any("__getattribute__" in base.__dict__ for base in kind.__mro__[:-1])


_ABSENT = property()


def _as_keys(kind: type) -> bool:
    """A dictionary whose attributes are its keys."""
    return issubclass(kind, dict) and defined(kind, "__getattr__") in (dict.__getitem__, dict.get)


def _is_own_dictionary(node: Node, named: str) -> bool:
    """`self.__dict__ = self`: only so has a dictionary its keys as attributes that no code of the user's finds."""
    if not issubclass(node.kind, dict) or named in node.parts or f"[{named[1:]!r}]" not in node.parts:
        return False
    return not any(name in vars(base) for base in node.kind.__mro__ for name in ("__getattr__", named[1:]))


def _behind(node: Node, step: str, nodes: Mapping[int, Node]) -> Node | None:
    """The object at this part, if it is one object."""
    inner = node.links.get(step, ())
    return nodes.get(inner[0]) if len(inner) == 1 else None


def refitted(node: Node, accesses: Collection[Access]) -> set[str]:
    """The parts that were made again, whatever they were."""
    library = libraries.of_kind(node.kind)
    return set() if library is None or library.refitted is None else library.refitted(node, accesses)


def _of_method(node: Node, method: str) -> Iterable[Path] | None:
    """What a method of the user's looks at of the instance, and of its class."""
    names = looked_at(node.kind, method) if CLASS in node.links else None
    if names is None:
        return None
    found = [Path((WHOLE,), deep=False), Path((CLASS, WHOLE), deep=False)]
    for name in names:
        part = f".{name}"
        if part in node.parts or _is_outdated(node, part):
            found.append(Path((part,)))
        elif name in vars(node.kind):
            found.append(Path((CLASS, part)))
        else:
            found.append(Path((CLASS,)))
    return found


def plain_store(node: Node, part: str) -> bool:
    """Replacing one part without looking at the others."""
    if part.startswith("["):
        return is_frame(node) or issubclass(node.kind, dict)
    if not part.startswith(".") or is_frame(node):
        return False
    if issubclass(node.kind, type):
        return True
    found = defined(node.kind, part[1:])
    plain = node.kind.__setattr__ is object.__setattr__
    return plain and not hasattr(type(found), "__set__") and bool(part)
