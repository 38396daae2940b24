"""Digests of generated values: equal only where the values are."""

from __future__ import annotations

from typing import Any

import pytest

from yesterday_agent.content import Budget, content_digest

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")

ATOMS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.binary())
TREES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.text(max_size=5), inner, max_size=4),
        st.frozensets(ATOMS, max_size=4),
    ),
    max_leaves=12,
)


@hypothesis.settings(max_examples=200, deadline=None)
@hypothesis.given(TREES, TREES)
def test_equal_digests_are_equal_values(one: Any, other: Any) -> None:
    if digest(one) == digest(other):
        assert one == other
    if repr(one) == repr(other):
        assert digest(one) == digest(other) or "frozenset" in repr(one)


def digest(value: Any) -> str:
    return content_digest(value, Budget(10))
