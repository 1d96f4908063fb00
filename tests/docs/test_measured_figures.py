"""What was measured stands in the pages as tables, and in pictures whose figures are text as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.growth.exponent import exponent
from benchmarks.measuring.table import Times
from benchmarks.page.flame import draw_profile
from benchmarks.page.pictures import PICTURES, Chart, draw, draw_targets
from benchmarks.page.regions import rewrite
from benchmarks.page.tables import tables
from benchmarks.profiles.imports import import_tree, modules
from benchmarks.profiles.stacks import NO_FUNCTION, merge

_SVG = "{http://www.w3.org/2000/svg}"
_TABLE = {
    "title": "An event",
    "base": "bare <function>",
    "seconds": {"bare <function>": {"median": 2e-5, "ratio": 1.0}, "biot_plugin": {"median": 0.03, "ratio": 1500.0}},
}
_FIGURES = {"title": "A package", "figures": {"zappa": {"built": "1.50 s"}, "biot-plugin": {"built": "0.50 s"}}}
_RATIOS = [
    {"title": "fast enough", "ratio": 0.5, "target": 1.0},
    {"title": "too slow", "ratio": 3.0, "target": 1.0},
    {"title": "beside it", "ratio": 2.0, "target": None},
]
_REPORT: Mapping[str, Any] = {
    "machine": "2 processors",
    "date": "2026-11-27",
    "tables": [_TABLE, _FIGURES],
    "ratios": _RATIOS,
}
_STACKS = (
    "main (app.py:3);read (/site/biot_emulator/file.py:7) 3",
    "main (app.py:4);run (threading.py:9);wait (app.py:8) 1",
    "main (app.py:4) broken",
)


def _text(svg: str, name: str) -> str:
    return ElementTree.fromstring(svg).findtext(f"{_SVG}{name}") or ""


def _rewritten(what: str) -> list[str]:
    page = f"before\n\n<!-- figures of bench: {what} -->\n| old |\n<!-- end of figures -->\n\nafter\n"
    done = rewrite(page, lambda _: _REPORT)
    assert rewrite(done, lambda _: _REPORT) == done
    lines = done.splitlines()
    assert (lines[0], lines[-1]) == ("before", "after")
    return [line for line in lines if line.startswith("|")]


def test_a_table_has_each_time_and_its_ratio() -> None:
    assert _rewritten("An event") == [
        "| | An event |",
        "| --- | --- |",
        "| bare <function> | 20 µs, **1.00** |",
        "| `biot_plugin` | 30 ms, **1500.00** |",
    ]


def test_a_cell_has_the_spread_of_what_was_measured_several_times() -> None:
    seconds = {
        "a rival": {"median": 0.02, "ratio": 1.0, "low": 0.02, "high": 0.02},
        "biot_plugin": {"median": 0.03, "ratio": 1.5, "low": 0.028, "high": 0.04},
    }
    table = {"title": "An event", "base": "a rival", "seconds": seconds}
    assert list(tables({"tables": [table]}, ["An event"]))[2:] == [
        "| a rival | 20 ms, **1.00** |",
        "| `biot_plugin` | 30 ms (28 ms to 40 ms), **1.50** |",
    ]


def test_tables_side_by_side_leave_out_what_one_of_them_has_not() -> None:
    more = {**_TABLE, "title": "Another", "seconds": {"bare <function>": {"median": 1.0, "ratio": 1.0}}}
    lines = list(tables({"tables": [_TABLE, more]}, ["An event", "Another"]))
    assert lines[-1] == "| `biot_plugin` | 30 ms, **1500.00** |  |"


def _kinds(what: str, ours: float) -> list[dict[str, Any]]:
    seconds = {"a rival": {"median": 4.0, "ratio": 1.0}, "biot_plugin": {"median": ours, "ratio": ours / 4}}
    return [{"title": f"{size} KB, DIRECT, {what}", "base": "a rival", "seconds": seconds} for size in (1, 100)]


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("verification", ["| with verification, over without | 1 KB | 100 KB |", "| DIRECT | 1.50 | 1.50 |"]),
        ("with verification", ["| DIRECT, a rival | 4 s, **1.00** | 4 s, **1.00** |"]),
        ("without verification", ["| DIRECT, `biot_plugin` | 2 s, **0.50** | 2 s, **0.50** |"]),
    ],
)
def test_kinds_have_a_row_each_and_sizes_a_column(what: str, expected: list[str]) -> None:
    measured = [*_kinds("without verification", 2.0), *_kinds("with verification", 3.0)]
    page = f"<!-- figures of dispatch: {what} -->\n<!-- end of figures -->\n"
    lines = rewrite(page, lambda _: {"tables": [_TABLE, *measured]}).splitlines()
    assert [line for line in lines if line in expected] == expected


def test_what_took_turns_is_compared_round_by_round() -> None:
    ours, theirs = Times.of([2.0, 30.0, 4.0]), Times.of([1.0, 20.0, 2.0])
    assert ours.over(theirs) == 2.0
    assert [*ours.minus(theirs).rounds] == [1.0, 10.0, 2.0]


def test_what_had_more_rounds_is_compared_by_its_median() -> None:
    assert Times.of([2.0, 3.0, 40.0]).over(Times.of([1.0, 2.0])) == 2.0


def test_versions_are_listed_by_benchmark() -> None:
    page = "<!-- figures of all: versions -->\n<!-- end of figures -->\n"
    of = {**_REPORT, "module": "benchmarks.events.dispatch", "versions": {"python": "3.13.1", "chalice": "1.34.0"}}
    done = rewrite(page, lambda _: {"dispatch": of})
    assert "| `benchmarks.events.dispatch` | 2026-11-27 | 2 processors | python 3.13.1, chalice 1.34.0 |" in done


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ({10: 1.0, 100: 10.0}, 1.0),
        ({1: 9.0, 10: 1.0, 100: 100.0}, 2.0),
        ({10: 1.0, 100: 1.0}, 0.0),
        ({10: 1.0}, None),
        ({10: 1e-6, 100: 1e-5}, None),
    ],
)
def test_an_exponent_is_that_of_the_last_step(seconds: dict[int, float], expected: float | None) -> None:
    assert exponent(seconds) == (None if expected is None else pytest.approx(expected))


def test_a_table_of_figures_has_its_columns() -> None:
    assert _rewritten("A package")[0::2] == ["| A package | built |", "| zappa | 1.50 s |"]


def test_a_target_that_is_missed_says_so() -> None:
    assert _rewritten("ratios")[2:] == [
        "| fast enough | 1.0 | 0.50 | met |",
        "| too slow | 1.0 | 3.00 | **not met** |",
        "| beside it |  | 2.00 |  |",
    ]


@pytest.mark.parametrize(
    ("chart", "expected"),
    [
        (Chart("bench", "An event", "Events"), "bare <function>: 20 us, x 1.00; biot_plugin: 30 ms, x 1500.00"),
        (Chart("bench", "A package", "Packages", "built"), "zappa: 1.50 s, x 1.00; biot-plugin: 500 ms, x 0.33"),
    ],
)
def test_a_chart_has_its_figures_as_text(chart: Chart, expected: str) -> None:
    svg = draw(chart, _REPORT)
    assert svg == draw(chart, _REPORT)
    assert (_text(svg, "title"), _text(svg, "desc").startswith(expected)) == (chart.title, True)
    assert svg.count('class="ours"') == 1


def test_the_targets_count_what_has_one() -> None:
    svg = draw_targets([_REPORT])
    assert _text(svg, "title") == "1 of 2 figures meet their targets"
    assert (svg.count('class="ours"'), svg.count('class="missed"'), "beside it" in svg) == (1, 1, False)


def test_a_profile_leaves_out_the_machinery_and_what_was_not_read_whole() -> None:
    tree = merge("all", _STACKS)
    main = tree.children["main, app.py"]
    assert (tree.samples, main.samples, sorted(main.children)) == (
        4,
        4,
        ["read, /site/biot_emulator/file.py", "wait, app.py"],
    )
    svg = draw_profile("A profile", 0.004, tree.document(2), "Note")
    assert _text(svg, "desc") == "all 100%; main app 100%; read file 75%"


def test_a_profile_says_how_long_a_process_is_in_no_function() -> None:
    tree = merge("all", ['process 7:"python app.py" 2', 'process 7:"python app.py";main (app.py:3) 3'])
    assert {name: node.samples for name, node in tree.children.items()} == {NO_FUNCTION: 2, "main, app.py": 3}


def test_the_table_of_a_profile_adds_up_what_a_function_takes_wherever_it_is_called() -> None:
    tree = merge("all", ["main (app.py:3);read (app.py:7) 3", "read (app.py:7);read (app.py:8) 1"])
    page = "<!-- figures of profiles: reading -->\n<!-- end of figures -->\n"
    lines = rewrite(page, lambda _: {"profiles": {"reading": {"seconds": 2.0, "tree": tree.document(1)}}}).splitlines()
    assert [line for line in lines if line.startswith("| `")] == [
        "| `all` | 2 s | 100% |",
        "| `read, app.py` | 2 s | 100% |",
        "| `main, app.py` | 1.5 s | 75% |",
    ]


def test_a_profile_can_be_of_what_one_function_calls() -> None:
    tree = merge("all", ["<module> (app.py:9);load (app.py:2) 5", "loop (app.py:4);main (app.py:3) 3"], below="loop")
    assert (tree.samples, {name: node.samples for name, node in tree.children.items()}) == (3, {"main, app.py": 3})


def test_the_modules_of_an_import_are_below_what_imports_them() -> None:
    lines = (
        "import time: self [us] | cumulative | imported package",
        "import time:        50 |         50 |   json",
        "import time:       100 |        150 | awslambdaric.bootstrap",
        "import time:        10 |         10 |   aaa.bbb",
        "import time:         5 |         15 | aaa",
        "import time:         7 |          7 | ccc",
    )
    tree = import_tree("all", lines)
    assert (tree.samples, [node.name for node in modules(tree)]) == (22, ["aaa.bbb", "aaa", "ccc"])
    assert tree.children["aaa"].samples == 15
    assert tree.children["aaa"].children["aaa.bbb"].samples == 10


@pytest.mark.parametrize("path", sorted(PICTURES.glob("bench-*.svg")), ids=lambda path: path.name)
def test_a_committed_picture_follows_the_reader_s_mode_and_can_be_read_aloud(path: Any) -> None:
    svg = path.read_text(encoding="utf-8")
    assert ElementTree.fromstring(svg).get("role") == "img"
    assert _text(svg, "title") and _text(svg, "desc")
    assert "prefers-color-scheme: dark" in svg
