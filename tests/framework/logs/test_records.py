"""No datum of an event reaches any output through the machinery of `logging`."""

from __future__ import annotations

import datetime
import decimal
import json
import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import pytest
from pydantic import BaseModel

from biot_plugin import Plugin, PreRequest
from biot_plugin.testing import Client, Signer, default_signer

API = "POST/organization/v1/users/patients"
SECRET = "Anna-Smith"
TOKEN = default_signer().token("PLUGIN_INTERCEPTOR")
ID = uuid.UUID("5f0f5ac1-74cb-4b0c-9b9e-0a3f3d6f4f10")


class Struct(msgspec.Struct):
    name: str = SECRET


class Model(BaseModel):
    name: str = SECRET


@dataclass
class Data:
    name: str = SECRET


class Pair(NamedTuple):
    name: str = SECRET


class Own:
    def __repr__(self) -> str:
        return SECRET


class Raises:
    def __str__(self) -> str:
        raise RuntimeError(SECRET)


BODY = {"mrn": SECRET, "token": TOKEN, "list": [SECRET]}

CALLS: dict[str, Callable[[Any], object]] = {
    "an argument that does not fit": lambda logger: logger.info("count %d", BODY),
    "too many arguments": lambda logger: logger.info("count", BODY, SECRET),
    "too few arguments": lambda logger: logger.info("count %s %s", BODY),
    "a text that does not fit": lambda logger: logger.info("count %d", SECRET),
    "a dict": lambda logger: logger.info("body %s", BODY),
    "two dicts": lambda logger: logger.info("bodies %s %s", BODY, BODY),
    "a dict by repr": lambda logger: logger.info("body %r", BODY),
    "named arguments": lambda logger: logger.info("body %(body)s", {"body": SECRET}),
    "a missing name": lambda logger: logger.info("body %(other)s", BODY),
    "a dict within named arguments": lambda logger: logger.info("body %(x)s", {"x": BODY}),
    "a list": lambda logger: logger.info("list %s", [SECRET]),
    "a set": lambda logger: logger.info("set %s", {SECRET}),
    "bytes": lambda logger: logger.info("bytes %s", SECRET.encode()),
    "JSON": lambda logger: logger.info("json %s", json.dumps(BODY)),
    "JSON alone": lambda logger: logger.info(json.dumps(BODY)),
    "JSON with blanks": lambda logger: logger.info(f"\n {json.dumps([SECRET])}"),
    "the body alone": lambda logger: logger.info(BODY),
    "a struct": lambda logger: logger.info("model %s", Struct()),
    "a model": lambda logger: logger.info("model %s", Model()),
    "a dataclass": lambda logger: logger.info("model %s", Data()),
    "a named tuple": lambda logger: logger.info("model %s", Pair()),
    "an object": lambda logger: logger.info("object %s", Own()),
    "an object that raises": lambda logger: logger.info("object %s", Raises()),
    "an object alone": lambda logger: logger.info(Own()),
    "a token": lambda logger: logger.info("token %s", TOKEN),
    "an exception with a token": lambda logger: logger.info("failed: %s", ValueError(TOKEN)),
    "an exception of a token": lambda logger: logger.error("failed", exc_info=ValueError(f"Bearer {TOKEN}")),
}
EXTRAS: dict[str, Any] = {
    "a dict": {"headers": BODY},
    "a model": {"patient": Model()},
    "a struct": {"patient": Struct()},
    "a dataclass in a list": {"patients": [Data()]},
    "an object": {"patient": Own()},
    "an object that raises": {"patient": Raises()},
    "bytes": {"content": SECRET.encode()},
    "names that are no text": {"counts": {(SECRET,): Own()}},
}
LOGGERS = {"own": None, "third": "third.party", "root": ""}


@pytest.fixture
def writing() -> Iterator[None]:
    """A handler of the root logger that writes everything, as that of Lambda's runtime client."""
    root = logging.getLogger()
    handler, level = logging.StreamHandler(), root.level
    handler.setFormatter(logging.Formatter("%(message)s %(args)s %(msg)s"))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield
    root.removeHandler(handler)
    root.setLevel(level)


def check(plugin: Plugin, capsys: pytest.CaptureFixture[str], do: Callable[[Any], object]) -> str:
    plugin.pre_request(API)(lambda event: do(event) and None)
    assert Client(plugin).pre_request(API).status_code == 200
    captured = capsys.readouterr()
    text = captured.out + captured.err
    assert SECRET not in text
    assert TOKEN not in text
    assert TOKEN.split(".")[1] not in text
    assert text
    return text


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("logger", LOGGERS)
def test_a_record_has_nothing_of_its_arguments(
    plugin: Plugin, capsys: pytest.CaptureFixture[str], writing: None, call: str, logger: str
) -> None:
    name = LOGGERS[logger]
    check(plugin, capsys, lambda event: CALLS[call](event.logger if name is None else logging.getLogger(name)))


@pytest.mark.parametrize("extra", EXTRAS)
def test_a_record_has_nothing_of_what_its_fields_hold(
    plugin: Plugin, capsys: pytest.CaptureFixture[str], extra: str
) -> None:
    check(plugin, capsys, lambda event: event.logger.info("text", extra=EXTRAS[extra]))


def test_a_record_that_cannot_be_formatted_says_so(plugin: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    text = check(plugin, capsys, lambda event: event.logger.info("count %d of %d", BODY, 7))
    assert json.loads(text)["message"] == "count %d of %d [redacted arguments that do not fit: dict, int]"


@pytest.mark.parametrize("keys", [{"level": 5}, {"location": [SECRET]}, {"number": 10**5000}])
def test_a_record_that_cannot_be_written_is_reported_without_a_word_of_it(
    plugin: Plugin, capsys: pytest.CaptureFixture[str], keys: dict[str, Any]
) -> None:
    def do(event: PreRequest) -> None:
        event.logger.append_keys(**keys)
        event.logger.info(f"about {SECRET}")

    text = check(plugin, capsys, do)
    assert json.loads(text)["message"].startswith("A record of do:")


def test_plain_values_are_written(plugin: Plugin, log: Callable[[], list[dict[str, Any]]]) -> None:
    logger = plugin.logger
    logger.info("%s %d %.1f %s %s", "text", 7, 1.25, None, True)
    logger.info("%s %s %s", datetime.date(2020, 1, 2), ID, decimal.Decimal("1.5"))
    logger.info("%(count)d of %(total)05d", {"count": 1, "total": 2})
    logger.info("%s %s", Model, KeyError("code"))
    logger.info("100 %")
    logger.info("5")
    logger.info("x", extra={"born": datetime.date(2020, 1, 2), "rate": float("nan"), "ids": [1, "a"]})
    records = log()
    assert [record["message"] for record in records] == [
        "text 7 1.2 None True",
        f"2020-01-02 {ID} 1.5",
        "1 of 00002",
        f"{Model} 'code'",
        "100 %",
        "5",
        "x",
    ]
    assert (records[-1]["born"], records[-1]["rate"], records[-1]["ids"]) == ("2020-01-02", "nan", [1, "a"])


def test_what_lambda_writes_of_a_record_is_redacted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], signer: Signer
) -> None:
    class Raw(logging.Formatter):
        """Reads the exception, as the runtime client's JSON format does."""

        def format(self, record: logging.LogRecord) -> str:
            assert record.exc_info
            return f"{record.getMessage()} {record.exc_info[1]}"

    root = logging.getLogger()
    before = [(handler, handler.formatter) for handler in root.handlers]
    handler = logging.StreamHandler()
    handler.setFormatter(Raw())
    root.addHandler(handler)
    try:
        monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
        Plugin()
        Plugin()
        logging.getLogger("third.party").error("failed", exc_info=ValueError(TOKEN))
    finally:
        root.removeHandler(handler)
        for other, formatter in before:
            other.setFormatter(formatter)
    assert capsys.readouterr().err == "failed [redacted]\n"


def test_the_log_of_requests_of_a_server_can_be_formatted_and_has_no_query(plugin: Plugin) -> None:
    """uvicorn's formatter reads the arguments of a record, and fails where there are none."""
    logs = pytest.importorskip("uvicorn.logging")  # Not there in the environment of each Python.
    formatter = logs.AccessFormatter("%(client_addr)s %(request_line)s %(status_code)s", use_colors=False)
    lines: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(formatter.format(record))

    logger, handler = logging.getLogger("uvicorn.access"), Collect()
    logger.addHandler(handler)
    for target in (f"/a?name={SECRET}", f"/{TOKEN}/b", "/a"):
        logger.error('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", target, "1.1", 200)
    logger.removeHandler(handler)
    assert lines == [
        "127.0.0.1:1 GET /a?[redacted] HTTP/1.1 200 OK",
        "127.0.0.1:1 GET /[redacted]/b HTTP/1.1 200 OK",
        "127.0.0.1:1 GET /a HTTP/1.1 200 OK",
    ]


def deep() -> Any:
    value: Any = SECRET
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: {"a": value}])
def test_a_record_is_written_however_deep_its_fields_are(
    plugin: Plugin, capsys: pytest.CaptureFixture[str], wrap: Callable[[Any], Any]
) -> None:
    text = check(plugin, capsys, lambda event: event.logger.info("text", extra={"deep": wrap(deep()), "fine": 1}))
    record = json.loads(text)
    assert (record["message"], record["fine"]) == ("text", 1)
    assert "[redacted list]" in text
