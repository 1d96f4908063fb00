from __future__ import annotations

import pytest

from biot_plugin import Cors, DirectCall, Plugin
from tests.framework.asgi.conftest import MakeCaller
from tests.framework.asgi_caller import Caller, http_scope

PORTAL = "https://portal.example"
ASKS = {"origin": PORTAL, "access-control-request-method": "POST"}


@pytest.fixture(autouse=True)
def endpoint(plugin: Plugin) -> None:
    @plugin.endpoint()
    def see(event: DirectCall) -> None: ...


def preflight(caller: Caller, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
    received = caller.call(http_scope("OPTIONS", headers=headers))
    return received.status, {name: value for name, value in received.headers.items() if name.startswith("access")}


def test_nothing_is_allowed_by_default(caller: Caller) -> None:
    assert preflight(caller, ASKS) == (401, {})


@pytest.mark.parametrize(("origins", "allowed"), [([PORTAL], PORTAL), (["*"], "*"), (["https://a", PORTAL], PORTAL)])
def test_a_browser_that_asks_first_is_answered_without_the_handler(
    serve: MakeCaller, origins: list[str], allowed: str
) -> None:
    assert preflight(serve(cors=Cors(origins)), ASKS) == (
        200,
        {
            "access-control-allow-origin": allowed,
            "access-control-allow-methods": "GET, POST",
            "access-control-allow-headers": "authorization, content-type",
        },
    )


def test_another_origin_is_told_nothing(serve: MakeCaller) -> None:
    cors = Cors(["https://portal.example.attacker.example"])
    assert preflight(serve(cors=cors), ASKS) == (200, {})


def test_options_that_no_browser_asks_first_with_are_calls(serve: MakeCaller) -> None:
    assert serve(cors=Cors([PORTAL])).call(http_scope("OPTIONS", headers={"origin": PORTAL})).status == 401


def test_responses_are_marked_errors_too(serve: MakeCaller) -> None:
    cors = Cors([PORTAL], expose_headers=["traceparent", "x-a"])
    received = serve(cors=cors).get(headers={"origin": PORTAL})
    assert received.status == 401
    assert received.headers["access-control-allow-origin"] == PORTAL
    assert received.headers["access-control-expose-headers"] == "traceparent, x-a"
    assert received.headers["vary"] == "origin"


def test_what_is_not_of_a_browser_is_not_marked(serve: MakeCaller) -> None:
    for headers in ({}, {"origin": "https://other.example"}):
        received = serve(cors=Cors([PORTAL])).get(headers=headers)
        assert not {"vary", "access-control-allow-origin"} & set(received.headers)


def test_what_the_handler_varies_by_stays() -> None:
    plugin = Plugin()

    @plugin.endpoint(public=True)
    def see(event: DirectCall) -> dict[str, object]:
        return {"statusCode": 200, "headers": {"Vary": "accept", "Access-Control-Allow-Origin": "*"}}

    caller = Caller(plugin.asgi(cors=Cors([PORTAL])))
    received = caller.get(headers={"origin": PORTAL})
    caller.close()
    assert received.headers["vary"] == "accept, origin"
    assert received.headers["access-control-allow-origin"] == PORTAL
    assert "access-control-expose-headers" not in received.headers
