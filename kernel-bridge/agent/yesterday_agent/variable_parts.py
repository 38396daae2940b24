"""Parts that a variable names, `scores[name]`: which they are is known when the run is over and the variable has stayed
what it was; else they may be any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .accesses import WHOLE, Access, is_builtin
from .addresses import address
from .containers import PLACE_LIMIT, is_key, read_list
from .libraries import of_bases
from .syntax import VARIABLE

if TYPE_CHECKING:
    from .graph import Node
    from .reads import Reads


_ATTRIBUTE = f"{VARIABLE}."
_ANY = f"{VARIABLE}*"


def any_of(variable: str) -> str:
    """The part that an element of the list names, whichever."""
    return f"{_ANY}{variable}]"


def variable_in(part: str) -> str | None:
    """The variable that names this part: `k` of `[=k]`, of `[=.k]`, which is an attribute, and of `[=*k]`, a list."""
    return part[len(VARIABLE) : -1].lstrip(".*") if part.startswith(VARIABLE) else None


def variables_in(access: Access) -> Iterable[str]:
    """Those that name its parts."""
    return filter(None, map(variable_in, (access.part, access.key, *access.rest, *access.columns)))


def with_parts(access: Access, resolve: Callable[[str], str]) -> Access:
    """The same access; `resolve` replaces each part that a variable names. What lies behind a whole is lost."""
    parts = [resolve(part) if part.startswith(VARIABLE) else part for part in (access.part, *access.rest)]
    known = parts[: parts.index(WHOLE)] if WHOLE in parts[1:] else parts
    if parts[0] == WHOLE:
        known = [WHOLE]
    key = resolve(access.key) if access.key.startswith(VARIABLE) else access.key
    puts = access.puts and len(known) == len(parts)
    return access._replace(part=known[0], rest=tuple(known[1:]), puts=puts, key=key)


def named_accesses(access: Access, reads: Reads, nodes: Mapping[int, Node]) -> list[Access]:
    """With the parts that variables name, where those stayed what they are; a list of names leads to several."""
    if access.verb == "argument" and is_builtin(access.callee) and access.callee in reads.namespace:
        access = access._replace(callee="", each=())
    if not reads.loads.get(access.item, set()) <= {*access.each}:
        access = access._replace(each=())  # The variable of a loop was used elsewhere as well.
    if access.columns:
        access = access._replace(columns=_columns(access.columns, reads))
        if access.columns:
            return [access]
    listed = [] if access.part.startswith(_ATTRIBUTE) else _listed(variable_in(access.part), reads, nodes)
    if listed and (not access.rest or access.part.startswith(_ANY)):
        return [access._replace(part=f"[{name!r}]") for name in listed]
    return [with_parts(access, lambda part: _part(part, reads))]


def _columns(columns: tuple[str, ...], reads: Reads) -> tuple[str, ...]:
    """Without the variables among them that only choose rows; none where one may be anything else."""
    named = [variable_in(part) for part in columns if part.startswith(VARIABLE)]
    if not all(_is_mask(steady(name, reads)) for name in named):
        return ()
    return tuple(part for part in columns if not part.startswith(VARIABLE))


def _is_mask(value: Any) -> bool:
    by_library = (one.is_mask for one in of_bases(type(value)) if one.is_mask is not None)
    return type(value) is slice or any(is_mask(value) for is_mask in by_library)


def _part(part: str, reads: Reads) -> str:
    value = steady(variable_in(part), reads)
    if part.startswith(_ANY):
        return WHOLE
    if part.startswith(_ATTRIBUTE):
        return f".{value}" if type(value) is str else WHOLE
    return f"[{value!r}]" if is_key(value) else WHOLE


def _listed(name: str | None, reads: Reads, nodes: Mapping[int, Node]) -> list[str]:
    """The names in a list that this run has not changed."""
    value = steady(name, reads)
    if type(value) is not list or len(value) > PLACE_LIMIT or set(map(type, value)) != {str}:
        return []
    node = nodes.get(address(value))
    return value if node is not None and node.parts == read_list(value).parts else []


def steady(name: str | None, reads: Reads) -> Any:
    """What the name is bound to now and was before the run; None where that may have changed meanwhile."""
    value = None if name is None else reads.namespace.get(name)
    return value if name not in reads.stored and reads.before.get(name or "") == address(value) else None
