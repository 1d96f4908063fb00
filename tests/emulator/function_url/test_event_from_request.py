"""The event that a request becomes, of whatever length its parts are."""

from __future__ import annotations

from datetime import UTC, datetime

from biot_emulator.function_url.event_from_request import UrlRequest, function_event


def test_a_parameter_that_is_repeated_without_end_is_joined() -> None:
    count = 500_000
    event = function_event(UrlRequest(query_string="a=1&" * count + "b=2"), "a" * 32, datetime.now(UTC))
    assert event["queryStringParameters"]["a"] == ",".join("1" * count)
    assert event["queryStringParameters"]["b"] == "2"
