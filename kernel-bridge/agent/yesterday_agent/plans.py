"""Cells that are run again as they were have their probes already: planning is the dearest step before the code runs.

Invariant: the same text, with nothing in it that IPython turns into something else, is the same syntax.
"""

from __future__ import annotations

import ast
import collections
import re

_MOST = 128
_TEXT = 20_000
_TURNED = re.compile(r"^[ \t]*[%!?]|=[ \t]*[%!]|\?[ \t]*$", re.M)
"""Magics, commands and questions."""


class Plans:
    """The last cells with their probes, by their text. Each run's first module is its cell."""

    def __init__(self) -> None:
        self._modules: collections.OrderedDict[str, list[ast.stmt]] = collections.OrderedDict()
        self._text: str | None = None

    def begin(self, text: str, is_plain: bool) -> None:
        """`is_plain`: only IPython itself transforms code."""
        self._text = text if is_plain and len(text) < _TEXT and _TURNED.search(text) is None else None

    def known(self) -> ast.Module | None:
        """The module that is about to be compiled, with its probes, where it was planned before."""
        body = None if self._text is None else self._modules.get(self._text)
        if body is None or self._text is None:
            return None
        self._modules.move_to_end(self._text)
        self._text = None
        return ast.Module(list(body), [])

    def keep(self, module: ast.Module) -> None:
        """It was planned now."""
        text, self._text = self._text, None
        if text is not None:
            self._modules[text] = list(module.body)
            if len(self._modules) > _MOST:
                self._modules.popitem(last=False)
