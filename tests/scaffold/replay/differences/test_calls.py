from __future__ import annotations

from typing import Any

import pytest

from biot_plugin_cli.replay.differences.calls import compare_calls
from biot_plugin_cli.replay.differences.observation import Call


def call(text: str, body: Any = None, *, answered: bool = True, **query: Any) -> Call:
    method, path = text.split(" ")
    return Call(method, path, query, body, answered)


A, B = call("GET /v1/things/1a"), call("GET /v1/others")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([A, B], [A, B], []),
        ([A], [A, B], ["call-added:GET /v1/others"]),
        ([A, B], [A], ["call-removed:GET /v1/others"]),
        ([A], [A, A], ["call-added:GET /v1/things/{id}"]),
        ([A, B], [B, A], ["call-order:GET /v1/things/{id}"]),
        ([A], [call("GET /v1/things/2b")], ["call-changed:GET /v1/things/{id}:path"]),
        ([A], [call("POST /v1/things/1a")], ["call-removed:GET /v1/things/{id}", "call-added:POST /v1/things/{id}"]),
        (
            [call("PATCH /v1/a", {"x": 1, "y": True})],
            [call("PATCH /v1/a", {"y": 1})],
            ["call-removed:PATCH /v1/a:body.x", "call-type:PATCH /v1/a:body.y:boolean->number"],
        ),
        ([call("PATCH /v1/a", [1])], [call("PATCH /v1/a", [2])], ["call-changed:PATCH /v1/a:body[]"]),
        (
            [call("GET /v1/a", limit=["10"], searchRequest=[{"page": 0}])],
            [call("GET /v1/a", limit=["20"], searchRequest=[{"page": 1}])],
            ["call-changed:GET /v1/a:query.limit[]", "call-changed:GET /v1/a:query.searchRequest[].page"],
        ),
        # Without an answer, whatever comes afterwards says nothing: also where both do it.
        ([], [call("GET /v1/a", answered=False)], ["call-added:GET /v1/a", "unanswered:GET /v1/a"]),
        ([call("GET /v1/a", answered=False)], [call("GET /v1/a", answered=False)], ["unanswered:GET /v1/a"]),
        ([call("GET /v1/a", answered=False)], [], ["call-removed:GET /v1/a"]),
    ],
)
def test_says_what_differs(old: list[Call], new: list[Call], expected: list[str]) -> None:
    assert [difference.id for difference in compare_calls(old, new)] == expected


def test_says_whether_the_older_code_has_no_answer_either() -> None:
    unanswered = call("GET /v1/a", answered=False)

    assert "as the older code does" in [*compare_calls([unanswered], [unanswered])][-1].sentence
    assert "which the older code does not do" in [*compare_calls([], [unanswered])][-1].sentence


def test_many_calls_are_paired_in_no_time_that_grows_with_their_square() -> None:
    old = [call(f"GET /v1/things/{number}") for number in range(20_000)]

    assert next(compare_calls(old, old[::-1])).kind == "call-order"
