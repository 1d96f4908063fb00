"""A platform calls the plugin on this machine, by way of a proxy that terminates TLS."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import pytest

from biot_emulator.testing import Emulator
from tests.scaffold.own_url.https import Authority, free_port, tunnel
from tests.scaffold.subscriptions.dispatcher import registered

pytestmark = pytest.mark.slow

BIOT_PLUGIN = Path(sys.executable).with_name("biot-plugin")
PATIENTS = "/organization/v1/users/patients"
ADA = {"_name": {"firstName": "Ada", "lastName": "Lovelace"}}
MANIFEST = """
[tool.biot-plugin]
name = "demo"
display-name = "Demo"
version = 7
runtime = "python{}.{}"
[tool.biot-plugin.env.test]
base-url = "BASE_URL"
[tool.biot-plugin.env.prod]
base-url = "https://api.example.com"
""".format(*sys.version_info)
INDEX = """
from biot_plugin import Plugin
from texts import MARK
plugin = Plugin()
@plugin.pre_request("POST/organization/v1/users/patients")
def mark(event):
    event.body["mark"] = MARK
@plugin.notification("patient", "_create")
def note(event):
    pass
handler = plugin.handler
"""


class Dev:
    def __init__(self, process: subprocess.Popen[str], lines: queue.SimpleQueue[str]) -> None:
        self.process = process
        self._lines = lines

    def wait_for(self, pattern: str) -> str:
        seen: list[str] = []
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with suppress(queue.Empty):
                seen.append(self._lines.get(timeout=0.1))
                if re.search(pattern, seen[-1]):
                    return seen[-1]
        raise AssertionError(f"{pattern} was not printed, but {seen}")


def _read(stream: IO[str], lines: queue.SimpleQueue[str]) -> None:
    for line in stream:
        lines.put(line)


@contextmanager
def developing(folder: Path, url: str, port: int, *arguments: str, end: int = signal.SIGINT) -> Iterator[Dev]:
    process = subprocess.Popen(
        [BIOT_PLUGIN, "dev", "--env", "test", "--public-url", url, "--port", str(port), *arguments],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    reading = threading.Thread(target=_read, args=(process.stdout, lines))
    reading.start()
    try:
        yield Dev(process, lines)
        process.send_signal(end)
        process.wait(60)
    finally:
        process.kill()
        process.wait(60)
        reading.join()
        process.stdout.close()
    assert process.returncode == (-signal.SIGKILL if end == signal.SIGKILL else 0)


@pytest.fixture
def folder(tmp_path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("BIOT_PLUGIN_BASE_URL")
    (tmp_path / "pyproject.toml").write_text(MANIFEST.replace("BASE_URL", emulator.url))
    (tmp_path / "index.py").write_text(INDEX)
    (tmp_path / "texts.py").write_text("MARK = 'first'\n")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def create(emulator: Emulator) -> Any:
    reply = emulator.call("POST", PATIENTS, json=ADA)
    assert reply.status_code == 201, reply.body
    return reply.body.get("mark")


def endpoints(emulator: Emulator) -> set[str]:
    return {item["endpoint"] for kind in ("interceptions", "notifications") for item in registered(emulator, kind)}


def test_calls_arrive_until_the_end_and_a_killed_session_leaves_nothing_for_long(
    folder: Path, emulator: Emulator, authority: Authority
) -> None:
    emulator.call(
        "POST",
        "/dispatcher/v1/hooks/notifications/subscribe",
        json={"entityTypeName": "patient", "actionName": "_create", "endpoint": "https://other.example.org"},
    )
    port = free_port()
    with tunnel(authority, port) as url:
        with developing(folder, url, port) as dev:
            dev.wait_for("Version 1 runs")
            assert create(emulator) == "first"
            dev.wait_for(r"PRE_REQUEST POST/organization/v1/users/patients 200 .* cold start")
            dev.wait_for('/body/mark: none → "first"')

            (folder / "texts.py").write_text("MARK = 'second'\n")
            dev.wait_for("Version 2 runs: texts.py")
            assert create(emulator) == "second"

            (folder / "texts.py").write_text("MARK = (\n")
            dev.wait_for("Version 2 keeps running")
            assert create(emulator) == "second"
            (folder / "texts.py").write_text("MARK = 'third'\n")
            dev.wait_for("Version 3 runs")

            # What the decorators say is what the platform calls.
            (folder / "index.py").write_text(
                INDEX.replace('@plugin.notification("patient", "_create")', "@plugin.endpoint()")
            )
            dev.wait_for("- NOTIFICATION patient _create")
            assert url not in {item["endpoint"] for item in registered(emulator, "notifications")}
        assert endpoints(emulator) == {"https://other.example.org"}
        assert create(emulator) is None

        with developing(folder, url, port, end=signal.SIGKILL) as dev:
            dev.wait_for("Version 1 runs")
    assert endpoints(emulator) == {"https://other.example.org", url}

    port = free_port()
    with tunnel(authority, port) as later, developing(folder, later, port, end=signal.SIGTERM) as dev:
        dev.wait_for(f"Removed the subscriptions of an ended session, for {url}")
        dev.wait_for("Version 1 runs")
        assert endpoints(emulator) == {"https://other.example.org", later}
        assert unsubscribe(folder)["urls"] == []  # not those of one that lives
    assert endpoints(emulator) == {"https://other.example.org"}


def unsubscribe(folder: Path) -> dict[str, Any]:
    command = [str(BIOT_PLUGIN), "unsubscribe", "--env", "test", "--yes", "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_unsubscribe_removes_what_a_killed_session_has_left(
    folder: Path, emulator: Emulator, authority: Authority
) -> None:
    port = free_port()
    with tunnel(authority, port) as url, developing(folder, url, port, end=signal.SIGKILL) as dev:
        dev.wait_for("Version 1 runs")
    assert unsubscribe(folder) == {"action": "unsubscribe", "urls": [url]}
    assert endpoints(emulator) == set()
    assert unsubscribe(folder) == {"action": "none", "urls": []}
    assert sorted(path.name for path in (folder / ".biot-plugin" / "dev").iterdir()) == []


def test_calls_of_others_are_answered_without_the_plugin(
    folder: Path, emulator: Emulator, authority: Authority
) -> None:
    port = free_port()
    with tunnel(authority, port) as url:
        with developing(folder, url, port, "--only", "caller=11111111-2222-3333-4444-555555555555") as dev:
            dev.wait_for("Version 1 runs")
            exact = 12345678901234567890.123
            reply = emulator.call("POST", PATIENTS, json={**ADA, "number": exact, "note": "ä\u2028"})
            assert (reply.status_code, reply.body.get("mark")) == (201, None)
            assert (reply.body["number"], reply.body["note"]) == (exact, "ä\u2028")
            record = next(item for item in emulator.invocations() if item["kind"] == "PRE_REQUEST")
            assert (record["statusCode"], record["difference"]) == (200, [])
            caller = record["input"]["body"]["initiatorData"]["subjectId"]
        with developing(folder, url, port, "--only", f"caller={caller}", "--only", "template=patient") as dev:
            dev.wait_for("Version 1 runs")
            assert [item["templateName"] for item in registered(emulator, "notifications")] == ["patient"]
        with developing(folder, url, port, "--only", f"caller={caller}") as dev:
            dev.wait_for("Version 1 runs")
            assert create(emulator) == "first"


def test_whoever_has_no_token_is_refused_and_sees_nothing(
    folder: Path, emulator: Emulator, authority: Authority
) -> None:
    port = free_port()
    context = ssl.create_default_context(cafile=authority.file)
    with tunnel(authority, port) as url, developing(folder, url, port) as dev:
        dev.wait_for("Version 1 runs")
        for path in ("/.well-known/biot-plugin-dev/", "/_emulator/invocations", "/"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{url}{path}", context=context)
            assert refused.value.code in (401, 403, 500)
            refused.value.close()


def test_two_sessions_do_not_share_a_url(folder: Path, emulator: Emulator, authority: Authority) -> None:
    port = free_port()
    with tunnel(authority, port) as url, developing(folder, url, port) as dev:
        dev.wait_for("Version 1 runs")
        done = run(folder, "--env", "test", "--public-url", url, "--port", "0")
        assert done.returncode in (1, 2)
        assert endpoints(emulator) == {url}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BIOT_PLUGIN, "dev", *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--env", "prod", "--public-url", "https://localhost:1"], "The environment prod is production"),
        (["--public-url", "https://localhost:1"], "No platform URL|--public-url needs the environment"),
        (["--env", "test", "--public-url", "http://dev.example.org"], "over HTTPS only"),
        (["--env", "test", "--public-url", "https://localhost:1", "--only", "nurse"], "write one of organization=ID"),
        (["--public-url", "https://localhost:1", "--seed", "x.json"], "leave --public-url out"),
        (["--only", "caller=1"], "pass --public-url too"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(folder: Path, arguments: list[str], reason: str) -> None:
    done = run(folder, "--port", "0", *arguments)
    assert done.returncode == 2
    assert re.search(reason, done.stderr)
    assert "Traceback" not in done.stderr


def test_who_may_not_subscribe_is_refused_at_once(
    folder: Path, emulator: Emulator, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"roleId": "11111111-2222-3333-4444-555555555555", "type": "EXTERNAL_SERVICE"}
    user = emulator.call("POST", "/ums/v2/services", json=body).body
    monkeypatch.setenv("BIOT_PLUGIN_SERVICE_ID", user["id"])
    monkeypatch.setenv("BIOT_PLUGIN_SERVICE_SECRET", user["secretKeyData"]["secretKey"])
    port = free_port()
    with tunnel(authority, port) as url:
        done = run(folder, "--env", "test", "--public-url", url, "--port", str(port))
    assert (done.returncode, "lacks the permission" in done.stderr) == (5, True), done.stderr
    assert not (folder / ".biot-plugin").exists()


def test_a_variable_that_opens_the_plugin_to_everybody_is_refused(folder: Path, emulator: Emulator) -> None:
    (folder / "open.env").write_text("BIOT_SHOULD_VALIDATE_JWT=False\n")
    done = run(folder, "--env", "test", "--public-url", "https://localhost:1", "--port", "0", "--env-file", "open.env")
    assert (done.returncode, "everybody can call a public URL" in done.stderr) == (2, True), done.stderr


def test_a_url_that_leads_elsewhere_is_not_subscribed(folder: Path, emulator: Emulator, authority: Authority) -> None:
    with tunnel(authority, int(emulator.url.rpartition(":")[2])) as url:
        done = run(folder, "--env", "test", "--public-url", url, "--port", "0")
    assert (done.returncode, endpoints(emulator)) == (1, set())
    assert re.search(
        r"does not lead here \(something else answers, with \d+\): have the tunnel lead to http", done.stderr
    )
    assert not (folder / ".biot-plugin").exists()


def test_a_certificate_that_nobody_vouches_for_is_no_matter_of_where_the_tunnel_leads(
    folder: Path, emulator: Emulator, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    port = free_port()
    with tunnel(authority, port) as url:
        command = [BIOT_PLUGIN, "dev", "--env", "test", "--public-url", url, "--port", str(port)]
        done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "its certificate is not valid" in done.stderr
    assert "set SSL_CERT_FILE" in done.stderr
    assert "have the tunnel lead" not in done.stderr
    assert endpoints(emulator) == set()
