from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel

from biot_plugin import Plugin, PreRequest, Reject
from biot_plugin.logs import redaction
from biot_plugin.testing import Client, Context, Signer, events, signed

PATIENTS = "POST/organization/v1/users/patients"


Log = Callable[[], list[dict[str, Any]]]


SECRET = "PERSONAL-DATUM"


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "jwt",
        "accessToken",
        "secret_key",
        "password",
        "body",
        "entity",
        "old_entity",
        "headers",
        "_name",
    ],
)
def test_fields_that_carry_secrets_or_bodies_are_masked_at_every_depth(plugin: Plugin, log: Log, name: str) -> None:
    plugin.logger.info("text", extra={name: SECRET, "deep": [{name: {"x": SECRET}}], "fine": "stays"})
    (record,) = log()
    assert SECRET not in json.dumps(record)
    assert (record[name], record["fine"]) == ("[redacted]", "stays")


def test_tokens_are_masked_wherever_they_stand(plugin: Plugin, signer: Signer, log: Log) -> None:
    token = signer.token("PLUGIN_INTERCEPTOR")
    plugin.logger.info(f"token {token} in text", extra={"field": f"Bearer {token}", "list": [token]})
    plugin.logger.info("Authorization: Bearer abc123")
    plugin.logger.info("%s", token)
    text = json.dumps(log())
    assert token not in text
    assert "abc123" not in text
    assert token.split(".")[1] not in text


def test_a_body_logged_as_the_message_is_masked(plugin: Plugin, log: Log) -> None:
    plugin.logger.info({"mrn": SECRET})
    plugin.logger.info([SECRET])
    plugin.logger.info(json.dumps({"mrn": SECRET}))
    assert [record["message"] for record in log()] == ["[redacted dict]", "[redacted list]", "[redacted dict]"]


@pytest.mark.parametrize(
    "text",
    [
        '{"mrn": ' + "[" * 100_000 + f'"{SECRET}"' + "]" * 100_000 + "}",
        f'{{"mrn": "{SECRET}", "number": {"9" * 5_000}}}',
        f'[{"9" * 5_000}, "{SECRET}"]',
    ],
    ids=["nested", "long number", "list"],
)
def test_json_that_cannot_become_a_value_is_masked_as_well(plugin: Plugin, log: Log, text: str) -> None:
    plugin.logger.info(text)
    plugin.logger.info("%s", text)

    assert SECRET not in json.dumps(log())


@pytest.mark.parametrize("text", ["[step 1] done", "{done}", " [", "{'mrn': 7}"])
def test_text_that_only_begins_like_json_stays(plugin: Plugin, log: Log, text: str) -> None:
    plugin.logger.info(text)
    plugin.logger.info("so: %s", text)
    assert [record["message"] for record in log()] == [text, f"so: {text}"]


class Patient(BaseModel):
    age: int


def test_input_that_a_validation_error_quotes_is_masked(plugin: Plugin, log: Log) -> None:
    @plugin.pre_request(PATIENTS)
    def validates(event: PreRequest) -> None:
        Patient.model_validate(event.body)

    Client(plugin).pre_request(PATIENTS, body={"age": SECRET})
    (record,) = log()
    assert "Patient" in record["exception"]
    assert SECRET not in json.dumps(record)


def test_an_event_can_be_logged_without_a_datum_of_it(plugin: Plugin, log: Log) -> None:
    @plugin.pre_request(PATIENTS)
    def handler(event: PreRequest) -> None:
        event.logger.info(f"{event}", extra={"what": event, "event": event.raw})
        event.logger.info(event)

    Client(plugin).pre_request(PATIENTS, body={"mrn": SECRET})
    records = log()
    assert SECRET not in json.dumps(records)
    assert records[0]["message"] == f"<PreRequest PRE_REQUEST {PATIENTS}>"


@pytest.mark.parametrize("outcome", [None, RuntimeError("oops"), Reject(403, "NO", "No"), 7, "default"])
def test_no_event_is_ever_logged_whole(log: Log, signer: Signer, outcome: Any) -> None:
    """Every kind of event, with secrets in every place, through handlers that end in every way."""

    def handler(event: Any) -> Any:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    plugin = Plugin()
    for register in (
        plugin.pre_request(PATIENTS),
        plugin.post_request(PATIENTS),
        plugin.adapt_entity("patient"),
        plugin.notification("patient", "_create"),
        plugin.endpoint(),
    ):
        register(handler)
    datum = {"mrn": SECRET, "_name": {"firstName": SECRET}}
    client = Client(plugin)
    sent = [
        events.pre_request(PATIENTS, body=datum, query={"searchRequest": [SECRET]}, headers={"cookie": SECRET}),
        events.post_request(PATIENTS, body=datum, request_body=datum),
        events.adapt_entity("patient", entities=[datum]),
        events.notification("patient", "_create", entity=datum, old_entity=datum),
        events.direct("POST", f"/{SECRET}", query={"q": SECRET}, body=datum, headers={"cookie": SECRET}),
    ]
    for event in sent:
        client.send(event)
        broken = signed(event, signer)
        broken["body"] = broken["body"][:-1]
        plugin.handler(broken, Context())
    text = json.dumps(log())
    assert SECRET not in text
    assert "eyJ" not in text


#: What each package masked before they had patterns in common, by definitions that need not be fast.
MASKED_EVER = (
    r"eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?|(?<=[Bb]earer )[^\s\"'\\,]+",
    r"\beyJ[\w-]*\.[\w-]+\.[\w-]+",
    r"(?i)\b([\w-]*(?:authorization|jwt|password|passwd|secret|api[-_]?key|cookies?|token)=)[^&\s]+",
    r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*",
    r"(?i)\b(bearer)\s+[^\s\"',;\\]+",
    r"(?s)input_value=.*?(?=, input_type=)|with value `.*?`(?= -)",
)
PIECES = [
    "eyJ",
    "eyJhbGci",
    ".",
    "-",
    "#",
    "#",
    "#",
    "é",
    " ",
    "=",
    "&",
    ",",
    "\n",
    "bearer",
    "Bearer ",
    "token",
    "API_KEY=",
]
PIECES += ["input_value=", ", input_type=", "with value `", "` -"]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_everything_is_masked_that_ever_was(pieces: list[str]) -> None:
    text = "".join(f"q{number}q" if piece == "#" else piece for number, piece in enumerate(pieces))
    masked = redaction.mask_tokens(text)
    for pattern in MASKED_EVER:
        left = re.sub(pattern, lambda match: match[match.re.groups] if match.re.groups else "", text)
        assert set(re.findall(r"q\d+q", masked)) <= set(re.findall(r"q\d+q", left))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("eyJhbGciOi.eyJz.c2ln", "[redacted]"),
        ("token eyJhbGciOi.eyJz.c2ln.", "token [redacted]."),
        ("x-eyJhbGciOi.eyJz.c2ln", "x-[redacted]"),
        ("a-eyJ-eyJhbGciOi.eyJz.c2ln", "a-[redacted]"),
        ("eyJhbGciOi..iv.cipher.tag", "[redacted]"),  # a JWE with a key that both sides know
        ("eyJhbGciOi.key.iv.cipher.tag and on", "[redacted] and on"),
        ("eyJh.eyJz.c2ln", "[redacted]"),
        ("heyJohn. Next", "heyJohn. Next"),
        ("BEARER  abc123, and on", "BEARER  [redacted], and on"),
        ("the bearer", "the bearer"),
        ("GET /x?a=1&access_token=abc&b=2", "GET /x?a=1&access_token=[redacted]&b=2"),
        ("PUT /f?X-Amz-Signature=abc&part=2", "PUT /f?X-Amz-Signature=[redacted]&part=2"),
        ("API_KEY=abc PASSWORD=def x=1", "API_KEY=[redacted] PASSWORD=[redacted] x=1"),
        ("input_value='a', input_type=str] input_value=1", "input_value=[redacted], input_type=str] input_value=1"),
        ("with value `a` - at `$.b`", "with value `[redacted]` - at `$.b`"),
    ],
)
def test_what_a_text_has_that_is_secret(text: str, masked: str) -> None:
    assert redaction.mask_tokens(text) == masked


#: Each would take minutes if every beginning of a match were looked at to the end of the text.
HOSTILE = [
    "eyJ",
    "a-",
    "eyJ-",
    "eyJ.",
    "eyJaaaaa..",
    "eyJaaaaa.",
    "eyJ.a",
    "Bearer ",
    "bearer\t\n",
    "token",
    "secret-key",
]
HOSTILE += [
    "[",
    "{",
    "token=",
    "input_value=",
    "with value `",
    ", input_type=input_value=",
    "` -with value `",
    "\\",
    '"',
    "(",
    "é-",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long(plugin: Plugin, log: Log, piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    plugin.logger.info(text, extra={"field": f"{text} {{"})
    assert len(log()) == 1


def test_what_stands_between_long_texts_is_masked() -> None:
    noise = "eyJ" * 100_000
    assert redaction.mask_tokens(f"{noise} Bearer abc {noise} eyJhbGciOi.eyJz.c2ln") == (
        f"{noise} Bearer [redacted] {noise} [redacted]"
    )
