"""`biot-plugin dev`, as somebody would use it: in a folder, from a shell, with an editor beside it."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from biot_emulator.client import Client
from tests.scaffold.support import Program

pytestmark = pytest.mark.slow

PATIENTS = "/organization/v1/users/patients"
ADA = {"_name": {"firstName": "Ada", "lastName": "Lovelace"}}
BIOT_PLUGIN = Path(sys.executable).with_name("biot-plugin")

MANIFEST = """
[tool.biot-plugin]
name = "demo"
display-name = "Demo"
version = 7
runtime = "python{}.{}"
timeout = 5
[tool.biot-plugin.environment]
GREETING = "hello"
""".format(*sys.version_info)

INDEX = """
import os
from biot_plugin import Plugin, PreRequest
from texts import MARK

plugin = Plugin()
print("loaded")


@plugin.pre_request("POST/organization/v1/users/patients")
def mark(event: PreRequest) -> None:
    event.body["mark"] = MARK
    event.body["greeting"] = os.environ["GREETING"]


@plugin.scheduled("0 3 * * ? *")
def nightly(event) -> None:
    pass


handler = plugin.handler
"""


class Dev:
    """The running program: what it printed, and the platform that it serves."""

    def __init__(self, process: subprocess.Popen[str], document: dict[str, Any], lines: queue.SimpleQueue[str]) -> None:
        self.process = process
        self.document = document
        self.client = Client(document["url"]).log_in(document["username"], document["password"])
        self._lines = lines

    def wait_for(self, pattern: str) -> str:
        seen: list[str] = []
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                seen.append(self._lines.get(timeout=0.1))
            except queue.Empty:
                continue
            if re.search(pattern, seen[-1]):
                return seen[-1]
        raise AssertionError(f"{pattern} was not printed, but {seen}")

    def mark(self) -> Any:
        reply = self.client.call("POST", PATIENTS, json=ADA)
        assert reply.status_code == 201, reply.body
        return reply.body.get("mark")


def _read(stream: IO[str], lines: queue.SimpleQueue[str]) -> None:
    for line in stream:
        lines.put(line)


@contextmanager
def developing(folder: Path, *arguments: str) -> Iterator[Dev]:
    environment = {**os.environ, "NO_COLOR": "1"}
    process = subprocess.Popen(
        [BIOT_PLUGIN, "dev", "--port", "0", "--json", *arguments],
        cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    assert process.stderr
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    reading = threading.Thread(target=_read, args=(process.stderr, lines))
    reading.start()
    try:
        document, text = None, ""
        while document is None and (line := process.stdout.readline()):
            text += line
            if line == "}\n":
                document = json.loads(text)
        assert document is not None, list(iter(lines.get_nowait, ""))
        yield Dev(process, document, lines)
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.stdout.read(), process.wait(20)
        reading.join()
        process.stdout.close()
        process.stderr.close()
    assert (process.returncode, rest) == (0, "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(MANIFEST)
    (tmp_path / "index.py").write_text(INDEX)
    (tmp_path / "texts.py").write_text("MARK = 'first'\n")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def test_the_plugin_is_loaded_again_whenever_a_file_changes(folder: Path) -> None:
    with developing(folder) as dev:
        plugin = dev.document["plugin"]
        [hook] = plugin["subscriptions"]["interceptions"]
        assert (hook["type"], hook["apiId"], plugin["cronSchedule"]) == (
            "PRE_REQUEST",
            f"POST{PATIENTS}",
            "0 3 * * ? *",
        )
        assert dev.mark() == "first"
        dev.wait_for(r"PRE_REQUEST POST/organization/v1/users/patients 200 .* cold start")
        dev.wait_for('/body/mark: none → "first"')

        (folder / "texts.py").write_text("MARK = 'second'\n")
        assert "texts.py" in dev.wait_for("Version 2 runs")
        assert dev.mark() == "second"

        # What the decorators say is what the platform does.
        later = INDEX.replace("pre_request", "post_request").replace("PreRequest", "PostRequest")
        (folder / "index.py").write_text(later.replace("event.body", "event.response.body"))
        dev.wait_for("Version 3 runs")
        assert dev.mark() == "second"
        [found] = dev.client.search("/dispatcher/v1/hooks/interceptions")
        assert found["type"] == "POST_REQUEST"


def test_its_page_opens_by_a_link_and_saves_events_in_the_repository(folder: Path) -> None:
    with developing(folder) as dev:
        opener = build_opener(HTTPCookieProcessor())
        assert b"One moment" in opener.open(dev.document["page"]).read()
        assert b"Every plugin" in opener.open(f"{dev.client.url}/_emulator/").read()
        dev.mark()
        invocation = dev.client.call("GET", "/_emulator/invocations").body["data"][0]["id"]
        saved = dev.client.call("POST", f"/_emulator/invocations/{invocation}/event", json={"name": "ada"})
        assert saved.status_code == 201
        assert json.loads((folder / "events" / "ada.json").read_text())["headers"]["authorization"] == "Bearer SIGN_ME"


def test_an_image_plugin_runs_from_its_files(folder: Path) -> None:
    manifest = MANIFEST.replace("timeout", 'package = "image"\ntimeout')
    # No image is built: its base cannot even be reached.
    table = '[tool.biot-plugin.image]\nbase = "127.0.0.1:1/no/base:1"\n'
    (folder / "pyproject.toml").write_text(f"{manifest}{table}")
    with developing(folder) as dev:
        assert dev.mark() == "first"
        (folder / "texts.py").write_text("MARK = 'second'\n")
        dev.wait_for("Version 2 runs")
        assert dev.mark() == "second"


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("MARK = (\n", "Syntax error"),
        ("import nothing_like_it\n", "ModuleNotFoundError"),
        ("MARK = 1\nraise SystemExit(3)\n", "SystemExit"),
        ("MARK = 1\nimport os; os._exit(3)\n", "never end its process"),
    ],
)
def test_the_last_good_version_stays_until_a_mistake_is_mended(folder: Path, broken: str, said: str) -> None:
    with developing(folder) as dev:
        assert dev.mark() == "first"
        (folder / "texts.py").write_text(broken)
        dev.wait_for(said)
        if said == "Syntax error":
            # Where the mistake is, in words that an editor understands.
            dev.wait_for(re.escape(f'File "{folder}/index.py", line 4'))
        dev.wait_for("Version 1 keeps running until this is fixed")
        # Also where a new process has to be started.
        dev.client.call("POST", "/_emulator/notifications/wait")
        marks: list[Any] = []
        threads = [threading.Thread(target=lambda: marks.append(dev.mark())) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert marks == ["first"] * 4
        (folder / "texts.py").write_text("MARK = 'mended'\n")
        dev.wait_for("Version 2 runs")
        assert dev.mark() == "mended"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("index.py", "POST/organization/v1/users/patients", "POST/organization/v1/users/robots", "robots"),
        ("pyproject.toml", "timeout = 5", "timeout = 0", "timeout"),
        ("pyproject.toml", "[tool.biot-plugin]", "[tool.biot-plugin", "cannot be read"),
    ],
)
def test_what_the_platform_does_not_take_is_said(folder: Path, file: str, old: str, new: str, said: str) -> None:
    with developing(folder) as dev:
        before = (folder / file).read_text()
        (folder / file).write_text(before.replace(old, new))
        dev.wait_for(said)
        dev.wait_for("Version 1 keeps running")
        assert dev.mark() == "first"
        (folder / file).write_text(before)
        dev.wait_for("Version 2 runs")


def test_a_plugin_goes_on_under_its_old_name_where_the_new_one_is_refused(folder: Path) -> None:
    other = {"name": "other", "displayName": "Other", "version": 1, "runtime": "python{}.{}".format(*sys.version_info)}
    with developing(folder) as dev:
        form = {"config": json.dumps(other).encode()}
        assert dev.client.call("POST", "/settings/v2/plugins", form=form).status_code == 201
        (folder / "pyproject.toml").write_text(MANIFEST.replace('"demo"', '"other"'))
        dev.wait_for("There is a plugin .other. already")
        dev.wait_for("Version 1 keeps running")
        assert dev.mark() == "first"
        (folder / "pyproject.toml").write_text(MANIFEST.replace('"demo"', '"another"'))
        dev.wait_for("Version 1 runs")
        assert {one["name"] for one in dev.client.search("/settings/v2/plugins")} == {"other", "another"}
        assert dev.mark() == "first"


def test_a_plugin_that_is_broken_from_the_beginning_can_be_mended(folder: Path) -> None:
    (folder / "texts.py").write_text("MARK = (\n")
    with developing(folder) as dev:
        assert dev.document["plugin"] is None
        dev.wait_for("Nothing runs until this is fixed")
        (folder / "texts.py").write_text("MARK = 'first'\n")
        dev.wait_for("Version 1 runs")
        assert dev.mark() == "first"


def test_each_command_that_is_shown_works_and_sets_off_its_hook(folder: Path) -> None:
    endpoint = "@plugin.endpoint()\ndef called(event):\n    return {}\n\n\nhandler ="
    (folder / "index.py").write_text(INDEX.replace("handler =", endpoint))
    with developing(folder) as dev:
        calls = dev.document["calls"]
        assert [call["hook"].split()[0] for call in calls] == ["PRE_REQUEST", "SCHEDULED", "DIRECT"]
        for call in calls:
            done = subprocess.run(
                ["sh", "-c", call["command"]], env={**os.environ, "TOKEN": dev.client.token or ""},
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            assert done.stdout
            kind = call["hook"].split()[0]
            dev.wait_for(rf"^{kind} ")


def test_a_file_of_variables_wins(folder: Path) -> None:
    (folder / ".env").write_text("GREETING=bonjour\nBIOT_BASE_URL=https://elsewhere.example\n")
    with developing(folder, "--env-file", ".env") as dev:
        assert dev.client.call("POST", PATIENTS, json=ADA).body["greeting"] == "bonjour"
        # Nothing handles calls of its own URL.
        assert [call["hook"].split()[0] for call in dev.document["calls"]] == ["PRE_REQUEST", "SCHEDULED"]


def test_outside_of_a_plugin_there_is_nothing_to_develop(tmp_path: Path) -> None:
    done = subprocess.run([BIOT_PLUGIN, "dev"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (4, "")
    assert "new-plugin" in done.stderr


def test_a_port_that_is_taken_is_one_sentence(folder: Path) -> None:
    with developing(folder) as dev:
        port = dev.document["url"].rpartition(":")[2]
        done = subprocess.run(
            [BIOT_PLUGIN, "dev", "--port", port], cwd=folder, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "--port" in done.stderr


def test_a_new_hook_gets_its_line_and_what_is_not_packaged_changes_nothing(folder: Path) -> None:
    with developing(folder) as dev:
        dev.wait_for("Press Ctrl-C")
        (folder / "README.md").write_text("# Demo\n")
        (folder / "tests").mkdir()
        (folder / "tests" / "test_index.py").write_text("assert True\n")
        adapting = '@plugin.adapt_entity("patient")\ndef adapt(event):\n    pass\n\n\nhandler ='
        (folder / "index.py").write_text(INDEX.replace("handler =", adapting))
        assert dev.wait_for("Version 2 runs") == "Version 2 runs: index.py\n"
        assert dev.wait_for("^  # ") == "  # ADAPT_ENTITY patient\n"
        assert dev.wait_for("curl").startswith(f"  curl -s {dev.document['url']}/organization/v1/users/patients/")
        (folder / "texts.py").write_text("MARK = 'third'\n")
        dev.wait_for("Version 3 runs")
        assert dev.mark() == "third"
        # Nothing was printed about the hooks that were there.
        assert dev.wait_for("^(  # |PRE_REQUEST)").startswith("PRE_REQUEST ")


def test_an_administrator_of_ones_own_is_not_printed(folder: Path, tmp_path: Path) -> None:
    (folder / "texts.py").write_text("MARK = (\n")
    process = subprocess.Popen(
        [BIOT_PLUGIN, "dev", "--port", "0", "--admin", "ada@example.org:Correct7horse"],
        cwd=folder, env={**os.environ, "NO_COLOR": "1"}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    shown = [process.stdout.readline()]
    while "TOKEN=" not in shown[-1]:
        shown.append(process.stdout.readline())
        assert shown[-1]
    process.send_signal(signal.SIGINT)
    rest, warned = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Correct7horse" not in "".join([*shown, rest, warned])
    assert warned == "Other users of this machine can see this password: set BIOT_EMULATOR_ADMIN instead\n"
    command = shown[-1].strip().removeprefix("TOKEN=$(").partition(" | sed")[0]
    words = subprocess.run(
        ["sh", "-c", f"for word in {command}; do echo \"$word\"; done"],
        env={**os.environ, "PASSWORD": "Correct7horse"}, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert json.loads(words[-1]) == {"username": "ada@example.org", "password": "Correct7horse"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "caller=7"], "--only is for calls of a real platform: pass --public-url too"),
        (["--env", "nowhere"], "has no table [tool.biot-plugin.env.nowhere]"),
        (["--seed", "none.json"], "none.json: it cannot be read"),
        (
            ["--public-url", "https://example.org", "--data", "x"],
            "--data, --seed and --admin are for the platform on this",
        ),
    ],
)
def test_what_cannot_be_developed_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, biot_plugin: Program, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(folder)
    done = biot_plugin("dev", "--port", "0", *arguments)
    assert done.exit_code in (2, 4)
    assert said in done.err
    assert done.err.count("\n") == 1
