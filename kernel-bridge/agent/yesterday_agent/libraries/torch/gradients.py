"""What `backward` leaves on torch's tensors: a run that uses only the weights does not depend on what cleared it.

Said only of a run in which nothing that looks at gradients is named or reached, and of uses that look at none.
"""

from __future__ import annotations

import types
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ...accesses import GRADIENT, ON_GRADIENTS, WHOLE, Access
from ...kinds import package_of
from ...library import ByProducts
from ...strings import codes_in
from ...userland import is_user_class

_WORDS = ON_GRADIENTS | {"deepcopy", "clone", "fit", "train_step"}


def _is_tensor(kind: type) -> bool:
    return package_of(kind) == "torch" and kind.__name__ in ("Tensor", "Parameter", "Buffer")


def _leaves(value: Any) -> list[Any]:
    """The tensors on which `value.backward()` would leave gradients: the leaves of what it was computed from."""
    begin = getattr(value, "grad_fn", None) if _is_tensor(type(value)) else None
    waiting, seen, found = [] if begin is None else [begin], {begin}, []
    while waiting and len(seen) < _NODES:
        node = waiting.pop()
        variable = getattr(node, "variable", None)
        if variable is not None:
            found.append(variable)
        new = {inner for inner, _ in node.next_functions if inner is not None} - seen
        seen |= new
        waiting += new
    return found


_NODES = 10_000


def _may_be_asked(names: Iterable[str], calls: Collection[str], namespace: Mapping[str, Any]) -> bool:
    """Whether a run that read these names and called these may look at gradients."""
    if any(map(_is_about, calls)):
        return True
    return any(_is_about(word) for name in names for code in _codes(namespace.get(name)) for word in _words(code))


def _is_about(word: str) -> bool:
    return word in _WORDS or "grad_" in word


def _codes(value: Any) -> Iterable[types.CodeType]:
    """Of a function of the user's, of a class of the user's, and of an instance of one."""
    if isinstance(value, types.FunctionType):
        return [value.__code__]
    kind = value if isinstance(value, type) else type(value)
    if not is_user_class(kind):
        return []
    items = [item for base in kind.__mro__ if is_user_class(base) for item in vars(base).values()]
    functions = [getattr(item, "fget", None) or getattr(item, "__func__", None) or item for item in items]
    return [one.__code__ for one in functions if isinstance(one, types.FunctionType)]


def _words(code: types.CodeType) -> Iterable[str]:
    return (word for one in codes_in(code) for word in (*one.co_names, *one.co_consts) if type(word) is str)


def _asks_none(access: Access) -> bool:
    """Whether such a use of a tensor, a module or an optimizer looks at no gradient itself: it is called, asked for
    something by name, or handed to a function of torch's."""
    if access.verb == "argument":
        return access.callee.partition(".")[0] in ("torch", "F", "nn")
    return access.verb in ("invoke", "call", "through") or (access.verb == "read" and access.part != WHOLE)


GRADIENTS = ByProducts(f".{GRADIENT}", _is_tensor, _leaves, _asks_none, _may_be_asked)
