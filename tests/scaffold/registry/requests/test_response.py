from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from biot_plugin_cli.errors import CliError
from biot_plugin_cli.registry.errors import (
    ImageNotFound,
    LoginRefused,
    RegistryRefused,
    RegistryUnreachable,
    TooManyRequests,
)
from biot_plugin_cli.registry.requests.response import Response, explain


def error_of(status: int, content: bytes = b"", **headers: str) -> CliError:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    error = explain(Response(status, fields, content, "https://h/"), "h", "the image h/a:1", str)
    assert isinstance(error, CliError)
    return error


def body(code: str, message: object) -> bytes:
    return json.dumps({"errors": [{"code": code, "message": message}]}).encode()


@pytest.mark.parametrize(
    ("error", "kind", "exit_code", "words"),
    [
        (error_of(404, body("MANIFEST_UNKNOWN", "x")), ImageNotFound, 5, "h does not have the image h/a:1"),
        (error_of(404, body("NAME_UNKNOWN", "x")), ImageNotFound, 5, "create the repository"),
        (error_of(401, body("UNAUTHORIZED", "no")), LoginRefused, 5, "renew them"),
        (error_of(403, body("DENIED", "no")), LoginRefused, 5, "DENIED: no"),
        (error_of(429), TooManyRequests, 5, "wait some minutes"),
        (error_of(429, retry_after="17"), TooManyRequests, 5, "wait 17 seconds"),
        (error_of(400, body("TOOMANYREQUESTS", "x")), TooManyRequests, 5, "limits"),
        (error_of(500), RegistryUnreachable, 6, "failed with 500"),
        (error_of(503, retry_after="5"), RegistryUnreachable, 6, "try again later"),
        (error_of(400, body("TAG_INVALID", "is immutable.")), RegistryRefused, 5, "TAG_INVALID: is immutable"),
        (error_of(307), RegistryRefused, 5, "redirects"),
        (error_of(418, b"<html>"), RegistryRefused, 5, "418, no reason given"),
    ],
)
def test_each_response_is_one_sentence(error: CliError, kind: type[CliError], exit_code: int, words: str) -> None:
    assert type(error) is kind
    assert error.exit_code == exit_code
    assert words in str(error)
    assert "\n" not in str(error)


def test_a_date_says_when_to_try_again() -> None:
    soon = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=30), usegmt=True)
    error = error_of(429, retry_after=soon)
    assert isinstance(error, TooManyRequests)
    assert error.retry_after is not None
    assert 0 < error.retry_after <= 30
    past = error_of(503, retry_after="Wed, 21 Oct 2015 07:28:00 GMT")
    assert isinstance(past, RegistryUnreachable)
    assert past.retry_after == 0
    for nonsense in ("", "soon", "-5", "1e9", "٣", "Wed, 99 Oct 2015 07:28:00 GMT"):
        other = error_of(503, retry_after=nonsense)
        assert isinstance(other, RegistryUnreachable)
        assert other.retry_after is None


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b'{"errors": {}}',
        b'{"errors": []}',
        b'{"errors": [3]}',
        b'{"errors": [{"code": 3, "message": {}}]}',
        b"{" * 5000,
        b"\xff\xfe",
        body("X", "y" * 20_000),
    ],
)
def test_a_strange_body_changes_nothing(content: bytes) -> None:
    assert "no reason given" in str(error_of(400, content))


def test_what_a_registry_says_cannot_harm_the_terminal() -> None:
    text = str(error_of(400, body("X\x1b[31m", "red\x1b]8;;https://evil\x07\nnext \u202eline" + "z" * 5000)))
    assert text.isprintable()
    assert len(text) < 700


def test_secrets_that_a_registry_repeats_are_hidden() -> None:
    content = body("DENIED", "the password hunter22 of Bearer abcdef123456 is wrong")
    error = explain(Response(403, {}, content, "https://h/"), "h", "x", lambda text: text.replace("hunter22", "…"))
    assert "hunter22" not in str(error)
    assert "abcdef123456" not in str(error)
