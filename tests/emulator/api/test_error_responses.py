"""Whatever goes wrong is answered with the platform's error body, and logged without secrets."""

from __future__ import annotations

import secrets
import uuid

import pytest

from biot_emulator.api.call import Call
from biot_emulator.api.error_responses import ErrorResponses
from biot_emulator.api.response import ApiResponse


def failing() -> ApiResponse:
    raise RuntimeError("something that nobody expected")


def test_a_token_in_a_path_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    token, id = secrets.token_urlsafe(32), str(uuid.uuid4())
    for path in (f"/ums/v1/tokens/{token}", f"/ums/v2/users/{id}"):
        response = ErrorResponses("local").guard(Call("POST", path), failing)
        assert response.status_code == 500
    assert token not in caplog.text
    assert id in caplog.text
