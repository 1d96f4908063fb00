"""Each example of a new plugin, tried by the line that `biot-plugin dev` prints for it: something must be seen."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from biot_emulator.client import Client, Reply
from biot_plugin_cli.dev.local_platform import LocalPlatform
from biot_plugin_cli.dev.options import Administrator, DevOptions
from biot_plugin_cli.dev.plugin_calls import PluginCall
from biot_plugin_cli.dev.sample_calls import sample_calls
from biot_plugin_cli.hooks.kinds import HookKind
from biot_plugin_cli.template.creation.repository import Creation, create_repository
from tests.scaffold.plugins import THIS

pytestmark = pytest.mark.slow


class Tried(NamedTuple):
    """What was seen when a line was tried."""

    reply: Reply
    records: list[dict[str, Any]]
    calls: list[PluginCall]
    platform: LocalPlatform


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Tried]]:
    folder = tmp_path_factory.mktemp("new") / "plugin"
    hooks = [kind.value for kind in HookKind]
    create_repository(folder, {"hooks": hooks, "runtime": THIS}, {"name": "plugin"}, Creation(git=False, lock=False))
    (folder / ".venv").symlink_to(sys.prefix)
    admin = Administrator("ada@example.org", "Correct7horse")
    records: list[dict[str, Any]] = []
    calls: list[PluginCall] = []
    with LocalPlatform(DevOptions(folder, admin)) as platform:
        platform.add_listener(records.append)
        platform.add_call_listener(calls.append)
        plugin = platform.load_plugin()
        client = Client(platform.url).log_in(admin.username, admin.password)
        seen: dict[str, Tried] = {}
        for line in sample_calls(platform.url, plugin, platform.samples, has_endpoint=platform.has_endpoint):
            assert line.command is not None, line.hook
            records.clear()
            calls.clear()
            reply = _make(client, line.command)
            assert client.call("POST", "/_emulator/notifications/wait", json={"seconds": 20}).body["done"]
            seen[line.hook.split()[0]] = Tried(reply, list(records), list(calls), platform)
        yield seen


def _make(client: Client, command: str) -> Reply:
    words = shlex.split(command.removeprefix("curl -s "))
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    url = next(word for word in words if word.startswith("http://"))
    body = words[words.index("-d") + 1].encode() if "-d" in words else None
    return client.call(method, url.removeprefix(client.url), content=body)


def _changes(tried: Tried, kind: str) -> list[dict[str, Any]]:
    [record] = [record for record in tried.records if record["kind"] == kind]
    assert record["error"] is None
    return list(record["difference"])


def _of_pre_request(tried: Tried) -> None:
    assert {"path": "/body/mrn", "before": "  K-117 ", "after": "K-117"} in _changes(tried, "PRE_REQUEST")
    assert tried.reply.body["mrn"] == "K-117"


def _of_post_request(tried: Tried) -> None:
    assert [change["path"] for change in _changes(tried, "POST_REQUEST")] == ["/body/_username"]
    assert "_username" not in tried.reply.body


def _of_adapt_entity(tried: Tried) -> None:
    assert [change["path"] for change in _changes(tried, "ADAPT_ENTITY")] == ["/entities/0/age"]
    assert tried.reply.body["age"] >= 40


def _of_notification(tried: Tried) -> None:
    assert [(call.method, call.status_code) for call in tried.calls] == [("PATCH", 200)]
    [call] = tried.calls
    assert call.path.endswith(f"/patients/{tried.platform.samples.ids['patient']}")


def _of_scheduled(tried: Tried) -> None:
    [record] = tried.records
    assert "Nightly run" in "".join(record["logs"])


def _of_direct(tried: Tried) -> None:
    assert (tried.reply.status_code, tried.reply.body) == (200, {"plugin": "Plugin"})


_EFFECTS: dict[str, Callable[[Tried], None]] = {
    "PRE_REQUEST": _of_pre_request,
    "POST_REQUEST": _of_post_request,
    "ADAPT_ENTITY": _of_adapt_entity,
    "NOTIFICATION": _of_notification,
    "SCHEDULED": _of_scheduled,
    "DIRECT": _of_direct,
}


def test_every_kind_has_a_line(tried: dict[str, Tried]) -> None:
    assert sorted(tried) == sorted(_EFFECTS)
    assert len(_EFFECTS) == len(HookKind)


@pytest.mark.parametrize("kind", _EFFECTS)
def test_the_line_of_an_example_shows_what_it_is_there_for(tried: dict[str, Tried], kind: str) -> None:
    assert tried[kind].reply.status_code < 300
    _EFFECTS[kind](tried[kind])
