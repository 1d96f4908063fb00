from __future__ import annotations

import json
from typing import Any

import pytest

from biot_emulator.security.secret_values import is_secret_name, named_secrets, secret_fields, secret_variables

RANDOM = "Zx8kQ2vBn4RtY7wLmPz0"


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("DB_PASSWORD", "correct-horse", "correct-horse"),
        ("BIOT_SERVICE_USER_SECRET_KEY", "abc", "abc"),
        ("apiKey", "abc", "abc"),
        ("STRIPE_KEY", "abc", "abc"),
        ("GREETING", RANDOM, RANDOM),
        ("DATABASE_URL", "postgres://app:pa%24s@db/x", "pa%24s"),
        ("DATABASE_URL", "postgres://app:pa%24s@db/x", "pa$s"),
        ("REDIS", "redis://:hunter2@cache:6379", "hunter2"),
        ("QUEUE", "Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=abcdefgh=", "abcdefgh="),
        ("BACKEND", "https://x/y?city=Rome&access_token=abc", "abc"),
        ("ACCOUNT", json.dumps({"client": {"private_key": "-x-", "id": "7"}, "list": [{"token": "t0"}]}), "-x-"),
        ("ACCOUNT", json.dumps([{"token": "t0"}]), "t0"),
        ("CERTIFICATE", "-----BEGIN PRIVATE KEY-----\nAAAA\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n"),
    ],
)
def test_what_is_secret_in_a_variable(name: str, value: str, secret: str) -> None:
    assert secret in list(secret_variables({name: value}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CITY", "London"),
        ("TOKEN_URL", "https://example.org/token"),
        ("SECRET_NAME", "prod/db"),
        ("PASSWORD_MIN_LENGTH", "12"),
        ("KEYBOARD", "qwerty"),
        ("BIOT_SERVICE_USER_ID", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
        ("DOCUMENT", '{"broken": '),
        ("DOCUMENT", "[" * 5000),
        ("BASE_URL", "https://api.example.org:8443/a@b"),
    ],
)
def test_what_is_no_secret_in_a_variable(name: str, value: str) -> None:
    assert list(secret_variables({name: value})) == []


@pytest.mark.parametrize(
    ("document", "secrets"),
    [
        ({"headers": {"authorization": "Bearer abc.def", "x-api-key": "k"}}, {"abc.def", "k"}),
        ({"headers": {"Authorization": "Basic dXNlcg=="}}, {"dXNlcg=="}),
        ({"body": {"user": {"password": "hush"}, "name": "Ada", "tokens": ["a", 1, ["b"]]}}, {"hush", "a", "b"}),
        ({"jwt": "x.y.z", "count": 7}, {"x.y.z"}),
        (None, set()),
    ],
)
def test_what_is_secret_in_an_event(document: Any, secrets: set[str]) -> None:
    assert {value for _, value in secret_fields(document)} == secrets


def test_names_of_secrets() -> None:
    assert list(named_secrets({"DB_PASSWORD": "x", "CITY": "y"})) == [("DB_PASSWORD", "x")]
    assert not is_secret_name("TOKEN_EXPIRATION")


def test_of_many_fields_those_of_usual_length_and_outside_count() -> None:
    many: dict[str, Any] = {"deep": {"token": "inner"}, **{f"token{number}": str(number) for number in range(100_000)}}

    fields = list(secret_fields({"password": "x" * 100_000, "x" * 1000 + "token": "y", "many": many, "jwt": "a"}))

    assert len(fields) == 20
    assert fields[:2] == [("jwt", "a"), ("token0", "0")]


@pytest.mark.parametrize("unit", ["expir", "token", "secret_", "a-", "public_key"])
def test_the_cost_of_a_name_does_not_grow_with_its_length(unit: str) -> None:
    names = [f"{unit * (1_000_000 // len(unit))}!{number}" for number in range(10)]

    assert list(secret_fields(dict.fromkeys(names, "x"))) == []


@pytest.mark.parametrize("unit", ["://a:b", "://", "a=", "a =", "=", "password=x&", "{", '{"a":', "aA1-", ";a"])
def test_the_cost_of_a_variable_grows_with_its_length(unit: str) -> None:
    assert len(list(secret_variables({"CITY": unit * (300_000 // len(unit))}))) < 300_000


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("pwd=a%20b&x=1&user[secret]=c", ["a b", "c"]),
        ("https://example.com/a?pwd=x&token_url=y", ["x"]),
        ("a note: pwd=x", []),
        ('{"token":"x=y"}', []),
        ("=&&=x&pwd=", []),
    ],
)
def test_a_form_within_a_document_has_fields(text: str, secrets: list[str]) -> None:
    assert [value for _, value in secret_fields({"a": [text]})] == secrets
