"""A platform that responds with anything at all: every command ends with one sentence, and shows no secret."""

from __future__ import annotations

import copy
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from biot_plugin_cli.deploy.plan import make_plan
from biot_plugin_cli.deploy.report import plan_document, print_plan
from biot_plugin_cli.errors import CliError
from biot_plugin_cli.hooks.interceptable import Interceptable
from biot_plugin_cli.platform import retries
from biot_plugin_cli.platform.client import PlatformClient
from biot_plugin_cli.platform.credentials import Credentials
from biot_plugin_cli.platform.plugin_calls import PluginCalls
from biot_plugin_cli.terminal.plain_text import is_visible
from tests.scaffold.listener import Listener, read_head
from tests.scaffold.packages import Repository

pytestmark = pytest.mark.slow

SECRET, TOKEN = "secret-0f1e2d3c", "token-4b5a6978"
Answer = tuple[int, bytes]
LOGGED_IN: Answer = (200, json.dumps({"accessToken": TOKEN}).encode())
PLUGIN: dict[str, Any] = {
    "name": "Plugin-demo",
    "displayName": "Demo",
    "version": 3,
    "lastModifiedTime": "2026-01-01T00:00:00Z",
    "creationTime": "2026-01-01T00:00:00Z",
    "deploymentPackageType": "ZIP",
    "enabledState": "DISABLED",
    "runtime": "python3.11",
    "handler": "index.handler",
    "timeout": 60,
    "memorySize": 128,
    "ephemeralStorage": 512,
    "analyticsDbAccess": False,
    "cronSchedule": "0 3 * * ? *",
    "endpointUrl": "https://platform.example/plugins/demo",
    "linkToConsole": "https://console.example/demo",
    "environmentVariables": {"WARD": "7b", "PLUGIN_CONTENT_HASH": "0" * 64},
    "cors": {"allowOrigins": ["*"], "allowMethods": ["GET"], "maxAge": 1},
    "subscriptions": {
        "interceptionOrder": 1,
        "interceptions": [{"type": "PRE_REQUEST", "apiId": "POST/organization/v1/users/patients", "order": 5}],
        "notifications": [{"entityTypeName": "patient", "actionName": "_create"}],
    },
}
ERROR = {"code": "ACCESS_DENIED", "message": "No.", "traceId": "abc", "details": {"pluginName": "demo"}}
CONFIG: dict[str, Any] = {
    "name": "demo",
    "version": 1,
    "environmentVariables": {"WARD": "8a"},
    "cors": {"allowOrigins": ["https://a.example"]},
    "subscriptions": {"interceptions": [{"type": "PRE_REQUEST", "apiId": "GET/x"}], "notifications": []},
}

TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        "\x1b[31mred",
        "\x1b]8;;http://evil.example\x07x\x1b]8;;\x07",
        "\u202egpj",
        "a\nb",
        "[red]x[/]",
        "{0.x}",
        "\ud800",
        "",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.just(10**300) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
NO_DOCUMENTS = st.sampled_from(
    [
        b"",
        b"<html>welcome</html>",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"name": NaN}',
        b"9" * 5000,
        b"null",
        b"{",
    ]
) | st.binary(max_size=50)


def _paths(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    members = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for name, member in members:
        yield (*path, name)
        yield from _paths(member, (*path, name))


def mutations(document: Any) -> st.SearchStrategy[bytes]:
    """Bodies that are a document with some members of other types."""

    def mutated(changes: list[tuple[tuple[Any, ...], Any]]) -> bytes:
        changed = copy.deepcopy(document)
        # The innermost first, since its place may be gone afterwards.
        for path, value in sorted(changes, key=lambda change: -len(change[0])):
            inner = changed
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = value
        return json.dumps(changed).encode()

    paths = st.sampled_from(sorted(_paths(document), key=str))
    changes = st.lists(st.tuples(paths, VALUES), max_size=2, unique_by=lambda change: change[0])
    nested = st.integers(1, 300).map(lambda depth: b'{"name": ' + b"[" * depth + b"]" * depth + b"}")
    return changes.map(mutated) | NO_DOCUMENTS | nested | VALUES.map(lambda value: json.dumps(value).encode())


STATUSES = st.sampled_from([200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 409, 500])
PLUGINS = st.tuples(STATUSES, mutations(PLUGIN) | mutations(ERROR))
PAGES = st.tuples(STATUSES, mutations({"data": [PLUGIN], "metadata": {"page": {"totalResults": 1}}}) | mutations(ERROR))
LOGINS = st.tuples(STATUSES, mutations({"accessToken": TOKEN}) | mutations(ERROR))


class Platform(Listener):
    """Responds as it is told, and to log-ins otherwise than to all else."""

    def __init__(self) -> None:
        self.login: Answer = LOGGED_IN
        self.read: Answer = (200, json.dumps(PLUGIN).encode())
        self.written: Answer = (200, json.dumps(PLUGIN).encode())
        super().__init__()

    def serve(self, caller: socket.socket) -> None:
        head, start = read_head(caller)
        method, path = head.split(b" ")[:2]
        lengths = [line.partition(b":")[2] for line in head.lower().splitlines() if line.startswith(b"content-length")]
        left = int(lengths[0]) - len(start) if lengths else 0
        while left > 0 and (piece := caller.recv(65536)):
            left -= len(piece)
        status, body = self.login if path.startswith(b"/ums") else self.read if method == b"GET" else self.written
        more = b"location: http://evil.example/\x1b[31m\r\n" if status == 301 else b""
        body = b"" if status == 204 else body
        caller.sendall(
            b"HTTP/1.1 %d X\r\n%sconnection: close\r\ncontent-length: %d\r\n\r\n" % (status, more, len(body)) + body
        )


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    monkeypatch.setattr(retries, "RETRY_PAUSES", ())
    platform = Platform()
    monkeypatch.setenv("BIOT_PLUGIN_BASE_URL", f"http://{platform.address}")
    monkeypatch.setenv("BIOT_PLUGIN_SERVICE_ID", "the-service-user")
    monkeypatch.setenv("BIOT_PLUGIN_SERVICE_SECRET", SECRET)
    yield platform
    platform.close()


def run(repository: Repository, *arguments: str) -> None:
    """Run a command, and require that it ends as commands do."""
    for more in ([], ["--json"]):
        outcome = repository.program(*arguments, *more)
        text = outcome.out + outcome.err
        assert outcome.exit_code in {0, 1, 4, 5, 6}, text
        assert "This is a bug" not in text
        assert "Traceback" not in text
        assert SECRET not in text
        assert TOKEN not in text
        assert all(is_visible(line) for line in text.split("\n"))
        assert outcome.exit_code == 0 or outcome.err.count("error: ") >= 1
        if more:
            json.loads(outcome.out, parse_constant=lambda constant: pytest.fail(constant))


in_a_moment = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@in_a_moment
@given(LOGINS)
@example((200, json.dumps({"accessToken": f"{TOKEN}\r\nx: y"}).encode()))
@example((200, json.dumps({"accessToken": f"{TOKEN}é"}).encode()))
@example((403, json.dumps({"code": SECRET, "message": SECRET, "traceId": [SECRET]}).encode()))
def test_the_log_in(repository: Repository, hostile: Platform, login: Answer) -> None:
    hostile.login = login
    run(repository, "status")


@in_a_moment
@given(PLUGINS)
@example((200, json.dumps({**PLUGIN, "displayName": "\x1b[2J\u202e[red]x[/]"}).encode()))
@example((200, json.dumps({**PLUGIN, "cors": {"allowOrigins": [1, "a", None, {}]}}).encode()))
@example((400, json.dumps({"message": f"Bearer {TOKEN}\nerror: all is well"}).encode()))
def test_what_is_read(repository: Repository, hostile: Platform, read: Answer) -> None:
    hostile.read = read
    run(repository, "status")
    run(repository, "rollback", "--yes")


@in_a_moment
@given(PLUGINS)
def test_what_is_written(repository: Repository, hostile: Platform, written: Answer) -> None:
    hostile.written = written
    run(repository, "enable")
    run(repository, "delete", "--yes")


@in_a_moment
@given(PAGES)
@example(
    (200, json.dumps({"data": [{**PLUGIN, "name": "\x1b]0;x\x07", "enabledState": "\r", "runtime": "\x9b"}]}).encode())
)
def test_what_is_listed(repository: Repository, hostile: Platform, page: Answer) -> None:
    hostile.read = page
    run(repository, "list")


@in_a_moment
@given(PLUGINS)
@example((200, json.dumps({**PLUGIN, "cors": {"allowOrigins": True}}).encode()))
@example((200, json.dumps({**PLUGIN, "cors": {"allowOrigins": "*"}}).encode()))
def test_what_is_planned(hostile: Platform, capsys: pytest.CaptureFixture[str], read: Answer) -> None:
    hostile.read = read
    client = PlatformClient(f"http://{hostile.address}", lambda: Credentials(True, "id", SECRET))
    try:
        deployed = PluginCalls(client).find("demo")
        plan = make_plan(deployed, CONFIG, "1" * 64, unmentioned={"handler"})
    except CliError:
        return
    finally:
        client.close()
    print_plan(plan, "https://platform.example", {})
    assert all(is_visible(line) for line in capsys.readouterr().err.split("\n"))
    json.dumps([plan_document(plan, {}), plan.config, plan.changed_config], allow_nan=False)


@in_a_moment
@given(
    st.tuples(
        STATUSES, mutations({"data": [{"apiId": "POST/x", "entityTypeName": "patient"}, {"entityTypeName": "a"}]})
    )
)
def test_what_can_be_intercepted(hostile: Platform, read: Answer) -> None:
    from biot_plugin_cli.platform.response_schemas import INTERCEPTABLE, page_of

    hostile.read = read
    client = PlatformClient(f"http://{hostile.address}", lambda: Credentials(True, "id", SECRET))
    try:
        interceptable = Interceptable.of_platform(lambda path: client.get(path, page_of(INTERCEPTABLE)))
    except CliError as error:
        assert error.exit_code in {5, 6}
        return
    finally:
        client.close()
    assert interceptable.nearest_api("POST/y") in {None, *interceptable.api_ids}
