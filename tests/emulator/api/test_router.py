from __future__ import annotations

import pytest

from biot_emulator.api.call import Call
from biot_emulator.api.errors import ApiNotKnown, MethodNotAllowed, NotKnown
from biot_emulator.api.response import ApiResponse
from biot_emulator.api.route import Route
from biot_emulator.api.router import Router


def handler(status_code: int, call: Call) -> ApiResponse:
    return ApiResponse(status_code, dict(call.variables))


@pytest.fixture
def router() -> Router:
    router = Router()
    router.add([Route("GET", "/a/{id}", handler)], 200)
    router.add([Route("GET", "/a/self", handler), Route("POST", "/a/{id}/{state}", handler)], 201)
    return router


@pytest.mark.parametrize(
    ("method", "path", "response"),
    [
        ("GET", "/a/7", ApiResponse(200, {"id": "7"})),
        ("GET", "/a/self", ApiResponse(201, {})),
        ("POST", "/a/7/ENABLED", ApiResponse(201, {"id": "7", "state": "ENABLED"})),
    ],
)
def test_a_literal_segment_wins_and_handlers_are_bound(
    router: Router, method: str, path: str, response: ApiResponse
) -> None:
    route, call = router.find(Call(method, path))
    assert route.handler(call) == response


@pytest.mark.parametrize("path", ["/a", "/a/", "/b/7", "/a/7/x/y"])
def test_an_unknown_path_is_not_known(router: Router, path: str) -> None:
    with pytest.raises(NotKnown) as error:
        router.find(Call("GET", path))
    assert type(error.value) is ApiNotKnown


def test_another_method_is_not_allowed(router: Router) -> None:
    with pytest.raises(MethodNotAllowed) as error:
        router.find(Call("PUT", "/a/self"))
    assert error.value.headers == {"allow": "GET"}
