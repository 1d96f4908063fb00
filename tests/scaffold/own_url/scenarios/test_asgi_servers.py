"""A plugin that a user serves by an ASGI server behind TLS, and registers at the platform."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from biot_emulator import TokenIssuer
from biot_emulator.testing import Emulator
from tests.outside_lambda.servers import wait_for
from tests.scaffold.deployments import hook
from tests.scaffold.own_url.https import Authority, free_port, tunnel
from tests.scaffold.own_url.test_registration import ADA, INDEX, PATIENTS, forged_call
from tests.scaffold.packages import Repository
from tests.scaffold.subscriptions.dispatcher import registered

pytestmark = pytest.mark.slow

SCRIPTS = Path(sys.executable).parent
SECONDS = 60
UVICORN = ("uvicorn", "--factory", "index:plugin.asgi", "--host", "127.0.0.1", "--port", "PORT", "--no-access-log")
HYPERCORN = ("hypercorn", "index:plugin.asgi()", "--bind", "127.0.0.1:PORT", "--graceful-timeout", "25")
TLS = {
    UVICORN: ("--ssl-certfile", "CHAIN", "--ssl-keyfile", "KEY"),
    HYPERCORN: ("--certfile", "CHAIN", "--keyfile", "KEY"),
}


@pytest.fixture
def plugin(repository: Repository) -> Repository:
    hook(repository, whole=True)
    repository.write("index.py", INDEX)
    return repository


@contextmanager
def serving(folder: Path, command: tuple[str, ...], port: int, variables: Mapping[str, str]) -> Iterator[None]:
    """Serve a plugin as a user does, until the server is asked to end."""
    arguments = [argument.replace("PORT", str(port)) for argument in command]
    environment = {**os.environ, **variables}
    with subprocess.Popen([SCRIPTS / arguments[0], *arguments[1:]], cwd=folder, env=environment) as process:
        try:
            wait_for(port, process)
            yield
            process.terminate()
            # uvicorn ends itself by the same signal again once all is done.
            assert process.wait(SECONDS) in {0, -15}
        finally:
            process.kill()


@contextmanager
def secured(
    command: tuple[str, ...], authority: Authority, port: int, way: str
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give the command of a server and its URL: TLS ends in a proxy, or in the server itself."""
    if way == "proxy":
        with tunnel(authority, port) as url:
            yield command, url
        return
    files = {"CHAIN": str(authority.chain), "KEY": str(authority.key)}
    yield (*command, *(files.get(option, option) for option in TLS[command])), f"https://localhost:{port}"


@pytest.mark.sampled(2)
@pytest.mark.parametrize("way", ["proxy", "server"])
@pytest.mark.parametrize("server", [UVICORN, HYPERCORN], ids=["uvicorn", "hypercorn"])
def test_a_served_plugin_is_registered_called_and_taken_back(
    plugin: Repository, emulator: Emulator, authority: Authority, server: tuple[str, ...], way: str, tmp_path: Path
) -> None:
    credentials, port = tmp_path / "credentials.env", free_port()
    variables = {"BIOT_BASE_URL": emulator.url}
    with secured(server, authority, port, way) as (command, url):
        refused = plugin.program("subscribe", url, "--yes")
        assert (refused.exit_code, "start the plugin there" in refused.err) == (1, True), refused.err
        with serving(plugin.root, command, port, variables):
            done = plugin.program("subscribe", url, "--yes", "--json", "--service-user", credentials)
            assert (done.exit_code, len(done.document["added"])) == (0, 2), done.err
            assert plugin.program("subscribe", url, "--yes", "--json").document["action"] == "none"
            assert emulator.call("POST", PATIENTS, json=ADA).body["mrn"] == "7"
            assert emulator.wait_for_notifications()
            forged = TokenIssuer().sign_for("interceptor")
            assert forged_call(url, emulator, forged, authority) == (400, "JWT_ERROR")
        assert emulator.call("POST", PATIENTS, json=ADA).status_code == 502

        variables |= dict(line.split("=", 1) for line in credentials.read_text().splitlines())
        with serving(plugin.root, command, port, variables):
            patient = emulator.call("POST", PATIENTS, json=ADA).body
            assert emulator.wait_for_notifications()
            assert emulator.call("GET", f"{PATIENTS}/{patient['_id']}").body["noted"] is True
        # The plugin may be gone before it is taken back.
        assert plugin.program("unsubscribe", url, "--yes").exit_code == 0
    assert registered(emulator) == registered(emulator, "notifications") == []
    assert emulator.call("GET", f"/ums/v2/services/{variables['BIOT_SERVICE_USER_ID']}").status_code == 404


@pytest.mark.parametrize("server", [UVICORN, HYPERCORN], ids=["uvicorn", "hypercorn"])
def test_a_served_plugin_that_verifies_nobody_is_not_registered(
    plugin: Repository, emulator: Emulator, authority: Authority, server: tuple[str, ...]
) -> None:
    port = free_port()
    variables = {"BIOT_BASE_URL": emulator.url, "BIOT_SHOULD_VALIDATE_JWT": "false"}
    with tunnel(authority, port) as url, serving(plugin.root, server, port, variables):
        done = plugin.program("subscribe", url, "--yes")
    assert (done.exit_code, "answers a call without a token" in done.err) == (1, True), done.err
    assert registered(emulator) == []
