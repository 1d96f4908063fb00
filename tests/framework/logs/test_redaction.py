from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from biot_plugin import Plugin, PreRequest, Reject
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
