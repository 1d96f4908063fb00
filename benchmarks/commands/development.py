"""What the commands of a developer's day take: `python -m benchmarks.commands.development`.

A new plugin, its check, a deployment where nothing has changed (to an emulator), and `dev` from the moment a file is
saved until the new code answers a call. chalice, in an environment of its own, makes a project, and reloads it in
`chalice local`; it neither checks nor has a platform to ask what is deployed.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.emulator.served import ADMIN, running
from benchmarks.measuring.environments import ROOT, RUNTIME, environment, versions
from benchmarks.measuring.processes import Process, add, measure
from benchmarks.measuring.report import Report
from benchmarks.measuring.table import Times
from benchmarks.plugins.ours import project

BIN = Path(sys.executable).parent
FOLDER = ROOT / ".cache" / "bench-commands"
#: With what has `chalice local` notice a change at once, in place of once a second.
RIVAL = ("chalice[event-file-poller]", "setuptools<81")
ROUNDS, RELOADS = 7, 7
NEW, CHECK, DEPLOY = "new-plugin", "biot-plugin check", "biot-plugin deploy, nothing to do"
RIVAL_NEW, RIVAL_DEV, DEV = "chalice new-project", "chalice local", "biot-plugin dev"
ANSWERS = """
def handler(event, context):
    return {{"statusCode": 200, "body": "answer {number}"}}
"""
CHALICE = """
from chalice import Chalice, Response

app = Chalice(app_name="demo")


@app.route("/")
def answer():
    return Response("answer {number}")
"""
CONFIGURATION = '{"version": "2.0", "app_name": "demo", "stages": {"dev": {}}}'


def measure_creation(report: Report, chalice: Path) -> None:
    """A new project, as each tool makes it."""
    folder = FOLDER / "created"

    def remove() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()

    ours = (BIN / "new-plugin", "demo", "--runtime", RUNTIME, "--defaults")
    creations = {
        RIVAL_NEW: Process((chalice, "new-project", "demo"), folder, before=remove),
        f"{NEW}, neither locked nor committed": Process((*ours, "--no-lock", "--no-git"), folder, before=remove),
        NEW: Process(ours, folder, before=remove),
    }
    remove()
    measure(creations, ROUNDS)
    add(report, "A new project", creations)


def measure_deployment(report: Report) -> None:
    """A check, and a deployment of what is deployed; the plugin is one that `new-plugin` makes."""
    folder = FOLDER / "plugin"
    shutil.rmtree(folder, ignore_errors=True)
    command = (BIN / "new-plugin", folder, "--runtime", RUNTIME, "--defaults")
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (folder / ".venv").symlink_to(sys.prefix)
    with running() as emulator:
        platform = {
            "BIOT_PLUGIN_BASE_URL": f"http://127.0.0.1:{emulator.port}",
            "BIOT_PLUGIN_USERNAME": ADMIN[0],
            "BIOT_PLUGIN_PASSWORD": ADMIN[1],
        }
        deploy = (BIN / "biot-plugin", "deploy", "--yes", "--json")
        for action in ("create", "none"):
            said = subprocess.run(deploy, cwd=folder, env={**os.environ, **platform}, capture_output=True, check=True)
            assert json.loads(said.stdout)["action"] == action, said.stdout
        processes = {
            "biot-plugin --help": Process((BIN / "biot-plugin", "--help"), folder),
            CHECK: Process((BIN / "biot-plugin", "check"), folder),
            DEPLOY: Process(deploy, folder, platform),
        }
        measure(processes, ROUNDS)
    add(report, "Before and after a release", processes)


@contextmanager
def _served(command: Sequence[str | Path], folder: Path, stdout: int) -> Iterator[subprocess.Popen[str]]:
    # The folder is in one that this repository's git ignores, and what git ignores is no part of a plugin.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(FOLDER)}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        text=True,
        start_new_session=True,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate()


@contextmanager
def dev() -> Iterator[tuple[str, Path, str]]:
    """Run `biot-plugin dev`; yields the URL of the function, its file, and its text."""
    folder = project(FOLDER / "dev", ANSWERS.format(number=0))
    command = (BIN / "biot-plugin", "dev", "--port", "0", "--json")
    with _served(command, folder, subprocess.PIPE) as process:
        assert process.stdout
        text = ""
        while not text.endswith("}\n") or not _is_json(text):
            text += process.stdout.readline()
        yield json.loads(text)["plugin"]["endpointUrl"], folder / "index.py", ANSWERS


def _is_json(text: str) -> bool:
    with suppress(ValueError):
        json.loads(text)
        return True
    return False


def chalice_local(chalice: Path) -> AbstractContextManager[tuple[str, Path, str]]:
    """Run `chalice local`, likewise."""

    @contextmanager
    def serve() -> Iterator[tuple[str, Path, str]]:
        folder = FOLDER / "chalice"
        (folder / ".chalice").mkdir(parents=True, exist_ok=True)
        (folder / ".chalice" / "config.json").write_text(CONFIGURATION)
        (folder / "app.py").write_text(CHALICE.format(number=0))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = (chalice, "local", "--port", str(port))
        with _served(command, folder, subprocess.DEVNULL):
            yield f"http://127.0.0.1:{port}/", folder / "app.py", CHALICE

    return serve()


def reloads(url: str, file: Path, text: str) -> Times:
    """The seconds from a change of a file until the new code answers."""
    _wait_for(url, "answer 0")
    seconds = []
    for number in range(1, RELOADS + 1):
        time.sleep(1.0)  # as nobody saves a file twice in a second
        begin = time.perf_counter()
        file.write_text(text.format(number=number))
        _wait_for(url, f"answer {number}")
        seconds.append(time.perf_counter() - begin)
    return Times.of(seconds)


def _wait_for(url: str, answer: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(OSError, http.client.HTTPException):
            if _answer(url) == answer:
                return
        time.sleep(0.005)
    raise AssertionError(f"{url} never answers {answer!r}")


def _answer(url: str) -> str:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def main() -> None:
    """Measures and prints."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    programs = environment(FOLDER / "rival", *RIVAL)
    chalice = programs / "chalice"
    report = Report("commands", others=versions(programs, ["chalice", "watchdog"]))
    measure_creation(report, chalice)
    measure_deployment(report)
    times = {}
    for name, served in {RIVAL_DEV: chalice_local(chalice), DEV: dev()}.items():
        with served as (url, file, text):
            times[name] = reloads(url, file, text)
    report.add("From a saved file until the new code answers", times, base=RIVAL_DEV, unit="ms")
    report.write()


if __name__ == "__main__":
    main()
