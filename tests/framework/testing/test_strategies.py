from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from biot_plugin import Kind
from biot_plugin.testing import events, strategies
from biot_plugin.wire.envelope import Envelope


@pytest.mark.parametrize("kind", Kind)
def test_the_events_of_a_kind_are_of_that_kind(kind: Kind) -> None:
    @given(event=strategies.event(kind))
    @settings(max_examples=20, deadline=None)
    def holds(event: dict[str, Any]) -> None:
        envelope = Envelope(event)
        assert Kind.of(envelope.event, envelope.headers) is kind
        signed = kind not in (Kind.NOTIFICATION, Kind.SCHEDULED)
        assert (envelope.bearer == events.SIGN_ME) is signed
        json.dumps(event)

    holds()


@given(value=strategies.json_values())
@settings(max_examples=20, deadline=None)
def test_json_values_can_be_written(value: Any) -> None:
    assert json.loads(json.dumps(value, allow_nan=False)) == value
