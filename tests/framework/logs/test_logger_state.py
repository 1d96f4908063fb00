"""What a handler leaves behind of the logger ends with its event."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from biot_plugin import Plugin, PreRequest
from biot_plugin.testing import Client

API = "POST/organization/v1/users/patients"
Log = Callable[[], list[dict[str, Any]]]


class Silence(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return False


def std(logger: Any) -> logging.Logger:
    return logging.getLogger(logger.name)


CHANGES: dict[str, Callable[[Any], object]] = {
    "append_keys": lambda logger: logger.append_keys(order="A-1"),
    "thread_safe_append_keys": lambda logger: logger.thread_safe_append_keys(order="A-1"),
    "thread_safe_clear_keys": lambda logger: logger.thread_safe_clear_keys(),
    "structure_logs": lambda logger: logger.structure_logs(append=True, order="A-1"),
    "structure_logs anew": lambda logger: logger.structure_logs(order="A-1"),
    "set_correlation_id": lambda logger: logger.set_correlation_id("A-1"),
    "remove_keys": lambda logger: logger.remove_keys(["team", "timestamp"]),
    "clear_state": lambda logger: logger.clear_state(),
    "a higher level": lambda logger: logger.setLevel("CRITICAL"),
    "a lower level": lambda logger: logger.setLevel("DEBUG"),
    "a filter": lambda logger: logger.addFilter(Silence()),
    "a filter of the handler": lambda logger: logger.registered_handler.addFilter(Silence()),
    "the handler's level": lambda logger: logger.registered_handler.setLevel(100),
    "a formatter": lambda logger: logger.registered_handler.setFormatter(logging.Formatter("raw")),
    "a handler": lambda logger: logger.addHandler(logging.StreamHandler()),
    "no handler": lambda logger: std(logger).handlers.clear(),
    "disabled": lambda logger: setattr(std(logger), "disabled", True),
    "propagation": lambda logger: setattr(std(logger), "propagate", True),
    "everything disabled": lambda logger: logging.disable(logging.CRITICAL),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("fails", [False, True])
def test_the_next_events_lines_are_as_if_it_had_never_been(
    plugin: Plugin, log: Log, capsys: pytest.CaptureFixture[str], change: str, fails: bool
) -> None:
    plugin.logger.append_keys(team="south")

    @plugin.pre_request(API)
    def handler(event: PreRequest) -> None:
        if "change" not in event.body:
            event.logger.debug("too fine")
            event.logger.info("here")
            return
        CHANGES[change](event.logger)
        if fails:
            raise SystemExit

    client = Client(plugin)
    client.pre_request(API, body={})
    before = log()
    client.pre_request(API, body={"change": 1})
    capsys.readouterr()
    client.pre_request(API, body={})
    captured = capsys.readouterr()
    assert captured.err == ""
    after = [json.loads(line) for line in captured.out.splitlines()]
    for record in (*before, *after):
        del record["@timestamp"]
    assert after == before
    assert before[0]["team"] == "south"
    plugin.logger.remove_keys(["team"])


def test_a_handler_of_the_authors_is_as_it_was_before_the_event(plugin: Plugin, log: Log) -> None:
    lines = io.StringIO()
    own = logging.StreamHandler(lines)
    own.setFormatter(logging.Formatter("own: %(message)s"))
    std(plugin.logger).addHandler(own)

    @plugin.pre_request(API)
    def handler(event: PreRequest) -> None:
        event.logger.info("here")
        own.setFormatter(logging.Formatter("raw: %(message)s"))
        own.setLevel(logging.CRITICAL)

    client = Client(plugin)
    for _ in range(2):
        client.pre_request(API)
    assert lines.getvalue() == "own: here\nown: here\n"
    std(plugin.logger).removeHandler(own)


def test_keys_hold_for_the_rest_of_the_event(plugin: Plugin, log: Log) -> None:
    @plugin.pre_request(API)
    def handler(event: PreRequest) -> None:
        event.logger.append_keys(order="A-1")
        event.logger.thread_safe_append_keys(line=2)
        raise ValueError

    Client(plugin).pre_request(API)
    (record,) = log()
    assert (record["order"], record["line"]) == ("A-1", 2)
