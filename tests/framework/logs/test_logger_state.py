"""What a handler leaves behind of the logger ends with its event."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from biot_plugin import Plugin, PreRequest
from biot_plugin.logs.logger import PlatformFormatter
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


def test_events_at_once_have_keys_of_their_own(plugin: Plugin, log: Log) -> None:
    """Whichever begins or ends first: no key of one is in a line of the other, or of a later one."""
    appended, logged = threading.Barrier(2), threading.Barrier(2)

    @plugin.pre_request(API)
    def handler(event: PreRequest) -> None:
        name = event.body["name"]
        if name == "later":
            event.logger.info("later")
            return
        event.logger.append_keys(**{name: name})
        appended.wait(20)
        thread = threading.Thread(target=event.logger.info, args=(name,))
        thread.start()
        thread.join()
        event.logger.info(name)
        if name == "b":
            logged.wait(20)

    client = Client(plugin)
    first = threading.Thread(target=client.pre_request, args=(API,), kwargs={"body": {"name": "a"}})
    second = threading.Thread(target=client.pre_request, args=(API,), kwargs={"body": {"name": "b"}})
    first.start()
    second.start()
    first.join()
    client.pre_request(API, body={"name": "later"})
    logged.wait(20)
    second.join()
    client.pre_request(API, body={"name": "later"})
    keys = [(record["message"], {"a", "b"} & set(record)) for record in log()]
    assert sorted(keys) == [("a", {"a"}), ("a", {"a"}), ("b", {"b"}), ("b", {"b"}), ("later", set()), ("later", set())]


def test_a_change_ends_with_the_first_event_and_is_nobodys_state(plugin: Plugin) -> None:
    """The second begins after the change of the first, and ends last."""
    changed, begun, ended = threading.Event(), threading.Event(), threading.Event()
    level = plugin.logger.log_level

    @plugin.pre_request(API)
    def handler(event: PreRequest) -> None:
        if event.body["name"] == "first":
            event.logger.setLevel("CRITICAL")
            event.logger.addFilter(Silence())
            changed.set()
            assert begun.wait(20)
        else:
            begun.set()
            assert ended.wait(20)
            event.logger.addFilter(Silence())

    client = Client(plugin)
    first = threading.Thread(target=client.pre_request, args=(API,), kwargs={"body": {"name": "first"}})
    second = threading.Thread(target=client.pre_request, args=(API,), kwargs={"body": {"name": "second"}})
    first.start()
    assert changed.wait(20)
    second.start()
    first.join()
    assert (plugin.logger.log_level, std(plugin.logger).filters) == (level, [])
    ended.set()
    second.join()
    assert (plugin.logger.log_level, std(plugin.logger).filters) == (level, [])


def test_keys_in_a_formatter_of_the_authors_end_with_the_event(plugin: Plugin) -> None:
    formatter = LambdaPowertoolsFormatter()
    plugin.logger.registered_handler.setFormatter(formatter)

    @plugin.pre_request(API)
    def handler(event: PreRequest) -> None:
        event.logger.append_keys(order="A-1")
        assert "order" in formatter.log_format

    ours = plugin.logger.registered_handler
    Client(plugin).pre_request(API)
    assert "order" not in formatter.log_format
    ours.setFormatter(PlatformFormatter("Demo Plugin"))


def test_keys_that_are_appended_outside_of_events_are_in_all(plugin: Plugin, log: Log) -> None:
    plugin.pre_request(API)(lambda event: event.logger.info("here"))
    plugin.logger.append_keys(team="south")
    Client(plugin).pre_request(API)
    plugin.logger.clear_state()
    Client(plugin).pre_request(API)
    assert [record.get("team") for record in log()] == ["south", None]
