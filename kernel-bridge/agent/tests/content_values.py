"""Prints the content digest of each value below: run in processes with different hash seeds, and with one value
changed (its name as the argument)."""

from __future__ import annotations

import collections
import copy
import dataclasses
import datetime
import decimal
import enum
import functools
import linecache
import random
import re
import sys
import types
from pathlib import Path, PurePosixPath
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pandas as pd

from yesterday_agent.content import Budget, UntoldError, content_digest

CELL = """
def plain(x, y=[1]):
    return x + y[0]

def closing(step):
    kept = {'k', 'l', step}
    def inner():
        return kept
    return inner

twice = lambda a: a * 2
pair = (lambda a: a + 1), (lambda a: a + 2)
"""
ANOTHER = "def act(self):\n    return {self, 1}\n"


class Point:
    limit = 3

    def __init__(self, x: int) -> None:
        self.x, self.tags = x, {"q", "w", "e"}


class Slotted:
    __slots__ = ("u", "v")

    def __init__(self, u: int) -> None:
        self.u = u


@dataclasses.dataclass
class Record:
    a: int
    b: list[int] = dataclasses.field(default_factory=list)


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Stack(list):  # type: ignore[type-arg]
    pass


def defined(text: str) -> dict[str, Any]:
    name = f"<cell {len(text)} {hash(text)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, name, "exec"), space)
    return space


def values(odd: bool) -> dict[str, Any]:
    """Each value, or with `odd` one that differs a little."""
    n = int(odd)
    code = defined(CELL.replace("x + y[0]", "x - y[0]") if odd else CELL)
    cycle: list[Any] = [n]
    cycle.append(cycle)
    stack = Stack([1, 2])
    stack.name = n  # type: ignore[attr-defined]
    rng = np.random.default_rng(3 + n)
    frame = pd.DataFrame(
        {
            "a": [1, 2 + n],
            "text": ["x", None],
            "kind": pd.Categorical(["u", "v"]),
            "when": pd.to_datetime(["2020", "2021"]),
            "gaps": pd.array([1, None], dtype="Int64"),
        }
    )
    numbers = np.arange(12.0).reshape(3, 4) + n
    shuffled = random.Random(7 + n)
    return {
        "int": n,
        "float": 0.5 + n,
        "text": f"héé{n}",
        "set": {"a", "b", "c", ("d", n)},
        "nested": {"a": [1, {"z": {"q", n}}]},
        "cycle": cycle,
        "time": datetime.datetime(2020, 1, 1 + n, tzinfo=datetime.timezone.utc),
        "decimal": decimal.Decimal(f"1.1{n}"),
        "path": PurePosixPath(f"/a/{n}"),
        "pattern": re.compile(f"a+{n}"),
        "ordered": collections.OrderedDict(a=n),
        "counter": collections.Counter("hello" + "x" * n),
        "deque": collections.deque([1, n], 3),
        "point": Point(n),
        "slotted": Slotted(n),
        "record": Record(n, [1]),
        "enum": (Color.RED, Color.BLUE)[n],
        "stack": stack,
        "function": code["plain"],
        "closure": code["closing"](n),
        "partial": functools.partial(len, [n]),
        "random": shuffled,
        "array": numbers,
        "strided": numbers[:, ::2],
        "objects": np.array([{"a", "b"}, n], dtype=object),
        "fields": np.array([(n, 1.0)], dtype=[("a", "i4"), ("b", "f8")]),
        "generator": rng,
        "scalar": np.float32(n),
        "frame": frame,
        "series": pd.Series([1, 2], name=f"q{n}"),
        "levels": pd.MultiIndex.from_product([[1, 2 + n], ["a", "b"]]),
        "attrs": _with_attrs(frame, n),
        "lambda of a line": code["pair"][n],
        "attribute of a function": _marked(code["plain"], n),
        "cached": functools.lru_cache(maxsize=8 + n)(code["twice"]),
        "method": types.MethodType(code["closing"](0) if odd else code["twice"], 5),
        "without source": _executed(ANOTHER.replace("self, 1", f"self, {n}"))["act"],
        "matrix": np.matrix([[1]]) if odd else np.array([[1]]),
        "array subclass": _kept(np.arange(3).view(Lengths), n),
        "frame subclass": Table({"a": [1]}) if odd else pd.DataFrame({"a": [1]}),
        "frequency": pd.date_range("2020", periods=3, freq=None if odd else "D", end="2020-01-03" if odd else None),
        "unique labels": pd.Series([1]).set_flags(allows_duplicate_labels=odd),
        "shared": [stack, Stack([1, 2]) if odd else stack],
        "dataclass": dataclasses.make_dataclass("Made", [("a", int, n)], namespace={"__module__": "__main__"}),
        "class": type("Kind", (), {"limit": n, "__module__": "__main__"}),
        "long double": np.array([1.5, n], dtype=np.longdouble),
        "padded": np.array([(1, n)], dtype=np.dtype([("a", "u1"), ("b", "f8")], align=True)),
    }


class Lengths(np.ndarray):  # type: ignore[type-arg]
    pass


class Table(pd.DataFrame):
    pass


def _kept(value: Any, n: int) -> Any:
    value.unit = n
    return value


def _marked(function: Any, n: int) -> Any:
    own = types.FunctionType(function.__code__, function.__globals__)
    own.mark = n  # type: ignore[attr-defined]
    return own


def _executed(text: str) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(text, space)
    return space


def _tied(layer: Any, n: int) -> list[Any]:
    return [layer, copy.deepcopy(layer) if n else layer]


def _with_attrs(frame: pd.DataFrame, n: int) -> pd.DataFrame:
    own = frame[["text"]].copy()
    own.attrs["unit"] = n
    return own


def extras(odd: bool) -> dict[str, Any]:
    """Of the libraries that only one of the tests' Pythons has."""
    import polars as pl
    import pyarrow as pa
    import scipy.sparse
    import torch
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    n = int(odd)
    torch.manual_seed(n)
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU())
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    net(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    x = np.random.RandomState(n).rand(20, 3)
    y = (x[:, 0] > 0.5).astype(int)
    return {
        "tensor": torch.arange(4.0) + n,
        "half": torch.ones(2, dtype=torch.bfloat16) + n,
        "net": net,
        "optimizer": optimizer,
        "scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 1 + n),
        "forest": RandomForestClassifier(3, random_state=0).fit(x, y),
        "pipeline": make_pipeline(StandardScaler(), Ridge()).fit(x, y),
        "polars": pl.DataFrame({"a": [1, n], "b": ["x", "y"]}),
        "arrow": pa.table({"a": [1, None], "b": ["x", f"y{n}"]}),
        "arrow metadata": pa.table({"a": [1]}).replace_schema_metadata({"unit": "m" * 200 + str(n)}),
        "tied": torch.nn.Sequential(*_tied(torch.nn.Linear(2, 2), n)),
        "sparse": scipy.sparse.csr_matrix(np.eye(3) * (1 + n)),
    }


if __name__ == "__main__":
    sides = [{**values(odd), **(extras(odd) if "extras" in sys.argv else {})} for odd in (False, True)]
    for name in sides[0]:
        digests = []
        for side in sides:
            try:
                digests.append(content_digest(side[name], Budget(30)))
            except UntoldError as reason:
                digests.append(f"untold: {reason}")
        print(name, *digests, sep="\t")
