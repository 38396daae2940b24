"""The value viewer: pages, orders, filters and statistics of tables, arrays, layers, pictures and nested values."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from patience import seconds

from yesterday_agent.value_viewer import RefusalError, ValueViewer

ROWS = {"n": [3, 1, None, 2], "t": ["b", "a", "c", None], "k": [True, False, True, True]}


def viewer(**values: Any) -> ValueViewer:
    return ValueViewer(values, lambda name: True, lambda: 1, lambda: False)


def pandas_frame() -> Any:
    return pytest.importorskip("pandas").DataFrame(ROWS)


def polars_frame() -> Any:
    return pytest.importorskip("polars").DataFrame(ROWS)


def arrow_table() -> Any:
    return pytest.importorskip("pyarrow").table(ROWS)


def relation() -> Any:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    connection = duckdb.connect()
    connection.execute("create table t(n integer, t varchar, k boolean)")
    connection.execute("insert into t values (3,'b',true),(1,'a',false),(null,'c',true),(2,null,true)")
    return connection.table("t")


TABLES = {"pandas": pandas_frame, "polars": polars_frame, "pyarrow": arrow_table, "duckdb": relation}


def column(view: ValueViewer, place: int, **more: Any) -> list[str | None]:
    page = view.rows({"name": "v", "start": 0, "count": 10, "columns": [place], **more})
    found: list[str | None] = page["cells"][0]
    return found


def number(text: str | None) -> str | None:
    return None if text is None else text.removesuffix(".0")


@pytest.mark.parametrize("library", TABLES)
def test_frames_of_every_library_page_sort_filter_and_summarize(library: str) -> None:
    view = viewer(v=TABLES[library]())
    head = view.head({"name": "v"})
    assert (head["form"], head["rows"], head["width"]) == ("table", 4, 3)
    assert [(one["name"], one["kind"]) for one in head["columns"]] == [("n", "number"), ("t", "text"), ("k", "bool")]
    assert column(view, 1) == ["b", "a", "c", None]
    assert list(map(number, column(view, 0))) == ["3", "1", None, "2"]
    up = {"sorts": [{"column": 0, "descending": False}]}
    assert list(map(number, column(view, 0, **up))) == ["1", "2", "3", None]
    down = {"sorts": [{"column": 1, "descending": True}]}
    present = {"filters": [{"column": 1, "operation": "present", "value": ""}]}
    assert column(view, 1, **down, **present) == ["c", "b", "a"]
    for operation, value, kept in (
        ("gt", "1", ["3", "2"]),
        ("le", "2", ["1", "2"]),
        ("eq", "2", ["2"]),
        ("missing", "", [None]),
    ):
        one = {"column": 0, "operation": operation, "value": value}
        assert list(map(number, column(view, 0, filters=[one]))) == kept
    assert column(view, 1, filters=[{"column": 1, "operation": "contains", "value": "A"}]) == ["a"]
    assert len(column(view, 2, filters=[{"column": 2, "operation": "eq", "value": "true"}])) == 3
    numbers, texts = view.summaries({"name": "v", "columns": [0, 1]})["summaries"]
    assert (numbers["count"], numbers["missing"], sum(numbers["bins"])) == (4, 1, 3)
    assert (float(numbers["least"]), float(numbers["greatest"]), numbers["mean"]) == (1, 3, "2")
    assert (texts["missing"], texts["distinct"]) == (1, 3)


@pytest.mark.parametrize("library", TABLES)
def test_what_a_filter_cannot_read_is_refused_in_words(library: str) -> None:
    view = viewer(v=TABLES[library]())
    with pytest.raises(RefusalError) if library != "duckdb" else pytest.raises(Exception, match="x"):
        column(view, 0, filters=[{"column": 0, "operation": "gt", "value": "x"}])
    with pytest.raises(RefusalError):
        column(view, 0, filters=[{"column": 9, "operation": "gt", "value": "1"}])


def test_frames_with_labels_times_categories_and_equal_names() -> None:
    pandas = pytest.importorskip("pandas")
    days = pandas.to_datetime(["2024-01-02", None, "2024-01-01"])
    frame = pandas.DataFrame(
        {"d": days, "c": pandas.Categorical(["x", "y", None]), "o": [{}, "a", 1]}, index=list("pqr")
    )
    frame.columns = ["d", "c", "c"]
    view = viewer(v=frame)
    page = view.rows({"name": "v", "start": 0, "count": 2, "columns": [0, 1, 2]})
    assert page == {
        "total": 3,
        "start": 0,
        "cells": [["2024-01-02 00:00:00", None], ["x", "y"], ["{}", "a"]],
        "labels": ["p", "q"],
    }
    later = [{"column": 0, "operation": "gt", "value": "2024-01-01"}]
    assert column(view, 0, filters=later) == ["2024-01-02 00:00:00"]
    assert column(view, 1, sorts=[{"column": 0, "descending": True}]) == ["x", None, "y"]
    assert view.summaries({"name": "v", "columns": [0]})["summaries"][0]["missing"] == 1
    with pytest.raises(RefusalError, match="impossible"):
        column(view, 0, sorts=[{"column": 2, "descending": False}])
    assert viewer(v=frame["d"]).head({"name": "v"})["width"] == 1


def test_a_frame_of_ten_million_rows_opens_without_a_copy() -> None:
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    view = viewer(v=pandas.DataFrame({"a": numpy.arange(10_000_000), "b": numpy.zeros(10_000_000)}))
    view.head({"name": "v"})
    started = time.process_time()
    assert view.head({"name": "v"})["rows"] == 10_000_000
    assert column(view, 0, start=9_999_998) == ["9999998", "9999999"]
    assert time.process_time() - started < seconds(0.2)
    assert column(view, 0, sorts=[{"column": 0, "descending": True}])[0] == "9999999"
    assert view.summaries({"name": "v", "columns": [0]})["summaries"][0]["sampled"] == 1_000_000


def test_arrays_are_sliced_along_their_first_axes() -> None:
    numpy = pytest.importorskip("numpy")
    view = viewer(v=numpy.arange(24, dtype="f4").reshape(2, 3, 4), flat=numpy.array([2, 1]), none=numpy.zeros((0, 3)))
    head = view.head({"name": "v"})
    assert (head["form"], head["axes"], head["rows"], head["width"]) == ("array", [2], 3, 4)
    assert column(view, 1, fixed=[1]) == ["13.0", "17.0", "21.0"]
    assert column(view, 1, fixed=[1], sorts=[{"column": 1, "descending": True}]) == ["21.0", "17.0", "13.0"]
    with pytest.raises(RefusalError, match="gone"):
        column(view, 0, fixed=[7])
    assert view.rows({"name": "flat", "start": 0, "count": 5, "columns": [0]})["cells"] == [["2", "1"]]
    assert view.rows({"name": "none", "start": 0, "count": 5, "columns": [0]})["cells"] == [[]]
    assert "bins" not in view.summaries({"name": "none", "columns": [0]})["summaries"][0]


def test_orders_put_missing_values_last_and_keep_equal_ones() -> None:
    numpy = pytest.importorskip("numpy")
    least = numpy.iinfo("i8").min
    arrays = {
        "floats": (numpy.array([1.0, numpy.nan, -numpy.inf, 2.0]), ["2.0", "1.0", "-inf", None]),
        "integers": (numpy.array([0, least, 5], "i8"), ["5", "0", str(least)]),
        "bytes": (numpy.array([0, 255, 7], "u1"), ["255", "7", "0"]),
        "truths": (numpy.array([False, True]), ["True", "False"]),
        "times": (numpy.array(["2024-01-01", "NaT", "2025-01-01"], "M8[D]"), ["2025-01-01", "2024-01-01", None]),
    }
    for array, down in arrays.values():
        assert column(viewer(v=array), 0, sorts=[{"column": 0, "descending": True}]) == down
        up = column(viewer(v=array), 0, sorts=[{"column": 0, "descending": False}])
        assert up == [one for one in down[::-1] if one is not None] + [one for one in down if one is None]
    pairs = viewer(v=numpy.array([[1, 0], [2, 1], [1, 2]]))
    for descending, rows in ((False, ["0", "2", "1"]), (True, ["1", "0", "2"])):
        assert column(pairs, 1, sorts=[{"column": 0, "descending": descending}]) == rows


def test_odd_arrays_have_pages_too() -> None:
    numpy = pytest.importorskip("numpy")
    arrays = [
        numpy.array(5),
        numpy.array([(1, "a")], dtype=[("x", int), ("y", "U1")]),
        numpy.array([None, {}, object()], dtype=object),
        numpy.array([1 + 2j, float("nan")]),
        numpy.array([numpy.inf, -numpy.inf, numpy.nan]),
        numpy.array(["2024-01-01", "NaT"], dtype="M8[D]"),
        numpy.broadcast_to(numpy.array(1.0), (4, 10**12)),
    ]
    for array in arrays:
        view = viewer(v=array)
        assert view.head({"name": "v"})["rows"] == (array.shape or (1,))[0]
        assert column(view, 0)
        assert view.summaries({"name": "v", "columns": [0]})["summaries"]


def test_arrays_and_images_have_pictures() -> None:
    numpy = pytest.importorskip("numpy")
    image = pytest.importorskip("PIL.Image")
    values = {
        "grey": numpy.linspace(0, 1, 12).reshape(3, 4),
        "colour": numpy.zeros((3, 4, 3), "u1"),
        "large": numpy.zeros((3000, 2000), "u1"),
        "image": image.new("P", (4, 3)),
        "cube": numpy.zeros((2, 3, 5)),
    }
    view = viewer(**values, texts=numpy.array([["a"]]))
    for name, size in {
        "grey": (4, 3),
        "colour": (4, 3),
        "large": (2000, 3000),
        "image": (4, 3),
        "cube": (5, 3),
    }.items():
        found = view.picture({"name": name})["picture"]
        assert (found["width"], found["height"]) == size
        assert base64.b64decode(found["png"])[:4] == b"\x89PNG"
    with pytest.raises(RefusalError, match="noPicture"):
        view.picture({"name": "texts"})


def test_a_png_is_what_was_drawn() -> None:
    numpy, image = pytest.importorskip("numpy"), pytest.importorskip("PIL.Image")
    import io

    pixels = numpy.arange(24, dtype="u1").reshape(2, 4, 3)
    found = viewer(v=pixels).picture({"name": "v"})["picture"]
    read = image.open(io.BytesIO(base64.b64decode(found["png"])))
    assert numpy.array_equal(numpy.asarray(read), pixels)


def test_tensors_and_layers() -> None:
    torch = pytest.importorskip("torch")
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())
    net[0].bias.requires_grad = False
    view = viewer(v=torch.ones(2, 2, dtype=torch.bfloat16, requires_grad=True), net=net)
    assert column(view, 0) == ["1.0", "1.0"]
    assert view.picture({"name": "v"})["picture"]["width"] == 2
    head = view.head({"name": "net"})
    assert (head["form"], head["rows"]) == ("module", 3)
    page = view.rows({"name": "net", "start": 0, "count": 9, "columns": [0, 2, 3, 4]})
    assert page["cells"][0] == ["(whole)", "0", "1"]
    assert [row[1] for row in page["cells"][1:]] == ["9", "6", "weight 3 by 2, bias 3"]
    up = {"sorts": [{"column": 2, "descending": True}]}
    assert view.rows({"name": "net", "start": 0, "count": 1, "columns": [0], **up})["cells"] == [["0"]]


def test_nested_values_open_a_level_at_a_time() -> None:
    class Point:
        __slots__ = ("x",)

        def __init__(self) -> None:
            self.x = [1]

        def __getattr__(self, name: str) -> Any:
            raise AssertionError("the viewer ran the user's code")

    view = viewer(v={"a": [1, {"b": Point()}], "password": "hunter2-hunter2"})
    assert view.head({"name": "v"})["count"] == 2
    first = view.children({"name": "v", "path": []})["children"]
    assert [one["key"] for one in first] == ["['a']", "['password']"]
    assert "hunter2" not in str(first)
    point = view.children({"name": "v", "path": [0, 1, 0]})["children"]
    assert [(one["key"], one["entry"]["preview"]) for one in point] == [(".x", "[1]")]
    assert view.children({"name": "v", "path": [0, 1, 0, 0]})["children"][0]["entry"]["preview"] == "1"
    with pytest.raises(RefusalError, match="gone"):
        view.children({"name": "v", "path": [5]})
    large = viewer(v=list(range(1_000_000)))
    assert len(large.children({"name": "v", "start": 999_999})["children"]) == 1
    assert len(large.children({"name": "v", "start": 0})["children"]) == 200


def test_texts_and_secrets() -> None:
    view = viewer(text="x" * 1_000_000, api_token="ghp_" + "Ab3dE5fG7h" * 4)
    head = view.head({"name": "text"})
    assert (len(head["text"]), head["count"]) == (20_000, 1_000_000)
    with pytest.raises(RefusalError, match="secret"):
        view.head({"name": "api_token"})
    with pytest.raises(RefusalError, match="gone"):
        view.head({"name": "absent"})


def test_a_relation_waits_while_a_run_is_on() -> None:
    view = ValueViewer({"v": relation()}, lambda name: True, lambda: 1, lambda: True)
    with pytest.raises(RefusalError, match="waits"):
        view.head({"name": "v"})


def test_hostile_subclasses_are_read_as_the_library_made_them() -> None:
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    log: list[str] = []

    class Frame(pandas.DataFrame):  # type: ignore[misc, name-defined]
        columns = property(lambda self: log.append("columns"))
        iloc = property(lambda self: log.append("iloc"))

        def __len__(self) -> int:
            log.append("len")
            return 1

    class Array(numpy.ndarray):  # type: ignore[misc, name-defined]
        shape = property(lambda self: log.append("shape"))

        def __getitem__(self, key: Any) -> Any:
            log.append("getitem")

    frame, array = Frame({"a": [1, 2]}), numpy.arange(2).view(Array)
    log.clear()
    view = viewer(f=frame, v=array)
    assert view.head({"name": "f"})["rows"] == 2
    assert view.rows({"name": "f", "start": 0, "count": 2, "columns": [0]})["cells"] == [["1", "2"]]
    assert column(view, 0) == ["0", "1"]
    assert log == []
