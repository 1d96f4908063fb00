from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.registry.requests.challenge import Challenge, parse_challenges


@pytest.mark.parametrize(
    ("headers", "challenges"),
    [
        ([], []),
        (["Basic realm=x"], [("basic", {"realm": "x"})]),
        (
            ['Bearer realm="https://a.example/t",service="a b",scope="repository:x:pull,push"'],
            [("bearer", {"realm": "https://a.example/t", "service": "a b", "scope": "repository:x:pull,push"})],
        ),
        (
            ['Bearer realm="a", Basic realm="b"', "Negotiate"],
            [("bearer", {"realm": "a"}), ("basic", {"realm": "b"}), ("negotiate", {})],
        ),
        (['BEARER Realm = "say \\"x\\""'], [("bearer", {"realm": 'say "x"'})]),
        (['Bearer realm="a",realm="b"'], [("bearer", {"realm": "a"})]),
        (
            ['Bearer realm="unfinished'],
            [
                ("bearer", {}),
            ],
        ),
        (["realm=x"], []),
        (["Bearer ,,, realm=x ,"], [("bearer", {"realm": "x"})]),
    ],
)
def test_challenges_are_read(headers: list[str], challenges: list[tuple[str, dict[str, str]]]) -> None:
    parsed = parse_challenges(headers)
    assert parsed[: len(challenges)] == [Challenge(*challenge) for challenge in challenges]
    assert all("realm" not in challenge.parameters for challenge in parsed[len(challenges) :])


@given(st.lists(st.text(max_size=200), max_size=3))
def test_nothing_that_a_registry_sends_is_an_error(headers: list[str]) -> None:
    for challenge in parse_challenges(headers):
        assert challenge.scheme == challenge.scheme.lower()


def test_a_header_of_any_length_takes_little_time() -> None:
    for text in ('Bearer a="' + "\\" * 10**6, "a " * 10**6, "Bearer " + 'a="b",' * 10**6, "," * 10**6):
        parse_challenges([text])
