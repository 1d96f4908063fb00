"""What a plugin has logged, entry by entry: a traceback is part of the entry that it explains."""

from __future__ import annotations

from hypothesis import given, strategies as st

from biot_emulator.timelines.log_entries import log_entries

FRAMES = ["Traceback (most recent call last):", '  File "index.py", line 1, in handler', "    raise KeyError('mrn')"]


def entries(lines: list[str]) -> list[tuple[str, list[str], bool]]:
    return [(entry["text"], entry["traceback"], entry["isError"]) for entry in log_entries(lines)]


def test_lambdas_own_client_ends_a_traceback_with_its_last_frame() -> None:
    assert entries(["before", "[ERROR] KeyError: 'mrn'", *FRAMES, "after"]) == [
        ("before", [], False),
        ("[ERROR] KeyError: 'mrn'", FRAMES, True),
        ("after", [], False),
    ]
    assert entries(["[ERROR] KeyError: 'mrn'\r" + "\r".join(FRAMES)]) == [("[ERROR] KeyError: 'mrn'", FRAMES, True)]


def test_a_log_ends_a_traceback_with_the_exception() -> None:
    chain = [*FRAMES, "KeyError: 'mrn'", "", "During handling of the above exception, another exception occurred:", ""]
    lines = ["the call failed", *FRAMES, "KeyError: 'mrn'", "after", "  not a frame"]
    assert entries(lines) == [
        ("the call failed", [*FRAMES, "KeyError: 'mrn'"], True),
        ("after", [], False),
        ("  not a frame", [], False),
    ]
    assert entries(["it failed", *FRAMES, "KeyError: 'mrn'", "", *chain[5:], *FRAMES, "ValueError", "after"])[-1] == (
        "after",
        [],
        False,
    )


def test_a_traceback_may_come_first() -> None:
    assert entries([*FRAMES, "KeyError: 'mrn'", "x"]) == [
        (FRAMES[0], [*FRAMES[1:], "KeyError: 'mrn'"], True),
        ("x", [], False),
    ]


@given(st.lists(st.sampled_from(["a", " b", "", *FRAMES, "[ERROR] x", "KeyError", "c\rd", '{"level":"ERROR"}'])))
def test_no_line_is_lost(lines: list[str]) -> None:
    single = [part for line in lines for part in line.split("\r")]
    assert [line for entry in log_entries(lines) for line in (entry["text"], *entry["traceback"])] == single
