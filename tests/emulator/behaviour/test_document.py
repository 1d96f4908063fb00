"""Behaviours as documents: every one comes back as it was, and whatever is none is refused with its place."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, strategies as st

from biot_emulator.behaviour.constraints import Names, Range
from biot_emulator.behaviour.document import behaviour_document, changed, parse_behaviour, setting_names, setting_value
from biot_emulator.behaviour.errors import BehaviourInvalid
from biot_emulator.behaviour.settings import PlatformBehaviour, Refusal


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Every value of a field, by its type."""
    if is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        return st.builds(kind, **{name: values_of(hint) for name, hint in hints.items()})  # type: ignore[arg-type]
    if kind in (bool, NoneType):
        return st.booleans() if kind is bool else st.none()
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    rule = getattr(kind, "__metadata__", (None,))[0]
    if isinstance(rule, Range):
        return st.integers(rule.least, rule.most)
    if isinstance(rule, Names):
        texts = st.from_regex(rule.pattern, fullmatch=True, alphabet=st.characters(max_codepoint=127))
        is_list = get_origin(get_args(kind)[0]) is tuple
        return st.sets(texts, max_size=4).map(lambda names: tuple(sorted(names))) if is_list else texts
    return st.one_of([values_of(choice) for choice in get_args(kind)])


@given(values_of(PlatformBehaviour))
def test_every_behaviour_comes_back_as_it_was(behaviour: PlatformBehaviour) -> None:
    document = json.loads(json.dumps(behaviour_document(behaviour)))
    assert parse_behaviour(document) == behaviour
    rebuilt = PlatformBehaviour()
    for setting in setting_names():
        rebuilt = changed(rebuilt, setting, setting_value(behaviour, setting))
    assert rebuilt == behaviour


def test_what_is_left_out_is_as_by_default() -> None:
    behaviour = parse_behaviour({"interceptors": {"preRequest": {"crash": "ignore"}}})
    assert behaviour.interceptors.pre_request.crash == "ignore"
    assert behaviour.interceptors.pre_request.timeout == Refusal(502, "BAD_GATEWAY")
    assert behaviour.plugins == PlatformBehaviour().plugins


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "behaviour is no object: write its settings in braces"),
        ({"hooks": {}}, 'behaviour has the unknown setting "hooks": it has interceptors, replies, notifications, '),
        ({"replies": {"omitted": 1}}, 'behaviour.replies has the unknown setting "omitted": it has omittedHeaders, '),
        ({"plugins": 3}, "behaviour.plugins is no object"),
        ({"interceptors": {"order": "up"}}, 'behaviour.interceptors.order is "up", which is none of ascending, desc'),
        ({"interceptors": {"order": None}}, "behaviour.interceptors.order is null, which is none of ascending"),
        ({"interceptors": {"order": ["ascending"]}}, "interceptors.order is .* which is none of"),
        ({"interceptors": {"waitSeconds": 0}}, "waitSeconds is 0, which is no whole number from 1 to 900"),
        ({"limits": {"bodyBytes": True}}, "limits.bodyBytes is true, which is no whole number from 1024 to 67108864"),
        ({"limits": {"bodyBytes": 2048.0}}, "limits.bodyBytes is 2048.0, which is no whole number"),
        ({"notifications": {"traceId": 1}}, "notifications.traceId is 1, which is not true or false"),
        ({"notifications": {"status": "so so"}}, 'status is "so so", which is no word such as SUCCESS'),
        ({"plugins": {"variables": "BIOT_X"}}, "plugins.variables is no list: write each as a variable such as"),
        ({"plugins": {"variables": ["PATH"]}}, 'variables is "PATH", which is no variable such as BIOT_BASE_URL'),
        ({"replies": {"fixedHeaders": ["A"]}}, 'fixedHeaders is "A", which is no header\'s name in lower case'),
        ({"interceptors": {"preRequest": {"crash": "drop"}}}, "which is none of relay, ignore, and has no status and"),
        ({"interceptors": {"preRequest": {"crash": []}}}, "which is none of relay, ignore, and has no status and code"),
        ({"interceptors": {"preRequest": {"noAnswer": "relay"}}}, "which is none of ignore, and has no status and"),
        ({"interceptors": {"preRequest": {"crash": {"status": 500}}}}, "preRequest.crash is no refusal: write it as"),
        ({"errors": {"unknownApi": {"status": 200, "code": "A"}}}, "status is 200, which is no whole number from 400"),
        ({"errors": {"unknownApi": {"status": 404, "code": "a b"}}}, 'code is "a b", which is no code such as'),
        ({"errors": {"unknownApi": "ignore"}}, "errors.unknownApi is no refusal"),
        ({"x" * 500: 1}, 'behaviour has the unknown setting "x{39}\\.\\.\\.: it has'),
    ],
)
def test_what_is_no_behaviour_is_refused_with_its_place(document: Any, message: str) -> None:
    with pytest.raises(BehaviourInvalid, match=message):
        parse_behaviour(document)


def test_a_setting_that_there_is_not_cannot_be_changed() -> None:
    with pytest.raises(BehaviourInvalid, match='has the unknown setting "up"'):
        changed(PlatformBehaviour(), "interceptors.up", 1)
