"""The paths and queries of API calls."""

from __future__ import annotations

import pytest

from tests.framework.api_client.handlers import Run
from tests.framework.platform_server import (
    PlatformServer,
)


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example.com/a",
        "//elsewhere.example.com/a",
        "a",
        "/a/../b",
        "/a/%2e%2E/b",
        "/a/.%2e%2fb",
        "/a/x%5c..%5Cb",
        "/a/x\\..\\b",
        "/a/%252e%252e/b",
        "/a/..;v=1/b",
        "/a/..%3fx=1",
        "/a/%2e",
    ],
)
def test_a_path_leads_nowhere_else(platform: PlatformServer, run: Run, path: str) -> None:
    assert run(lambda event: event.biot.get(path))["statusCode"] == 500
    assert isinstance(run.result, ValueError)
    assert repr(path.partition("?")[0]) in str(run.result)
    assert platform.received == []


@pytest.mark.parametrize("path", ["/a/%2Fb", "/a/b%5Cc", "/a/..b/.c/d../...", "/a/50%", "/a/1.2;v=..x"])
def test_a_path_that_only_looks_odd_is_asked_for(platform: PlatformServer, run: Run, path: str) -> None:
    run(lambda event: event.biot.get(path))
    assert [one.path for one in platform.received] == [path]


def test_a_query_leaves_out_what_has_no_value(platform: PlatformServer, run: Run) -> None:
    query = {"a": None, "b": "", "c": [], "d": [1, None, True], "e": ("x", 2.5), "f": [None]}
    run(lambda event: event.biot.get("/a", query=query))
    run(lambda event: event.biot.get("/a", query={"a": None}))
    assert [one.path for one in platform.received] == ["/a?b=&d=1&d=true&e=x&e=2.5", "/a"]


@pytest.mark.parametrize("value", [{"eq": 1}, b"1", [b"1"], object()])
def test_a_query_value_that_cannot_be_written_is_a_mistake(platform: PlatformServer, run: Run, value: object) -> None:
    run(lambda event: event.biot.get("/a", query={"when": value}))
    assert isinstance(run.result, TypeError)
    assert str(run.result).startswith("the query parameter when is a ")
    assert str(run.result).endswith(": use text, a number, a bool, None, or a list of them")
    assert platform.received == []


#: Each is shorter by one or two characters when it is decoded, and again, and again.
@pytest.mark.parametrize(
    "path", ["/a/%" + "25" * 100_000 + "2e", "/a/" + "%3" * 100_000 + "5", "/a/" + "%2" * 9 + "5"], ids=len
)
def test_a_path_that_is_encoded_again_and_again_leads_nowhere(platform: PlatformServer, run: Run, path: str) -> None:
    assert run(lambda event: event.biot.get(path))["statusCode"] == (500 if len(path) > 100 else 200)
    assert len(platform.received) == (len(path) < 100)
