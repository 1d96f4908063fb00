from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from biot_emulator.build import build_platform
from biot_emulator.program.main import run
from biot_emulator.server.background_thread import AddressUnavailable, Server
from biot_emulator.state.store import Store

PROGRAM = [sys.executable, "-c", "from biot_emulator.program.main import main; main()", "serve"]
ADMIN = ("ada@example.com", "pass:word")


@contextmanager
def serving(*options: str, end: int = signal.SIGTERM) -> Iterator[tuple[str, list[str]]]:
    """Run the program until it listens; give the address, and the lines before that one. It must end well."""
    process = subprocess.Popen([*PROGRAM, "--port", "0", *options], stdout=subprocess.PIPE, text=True)
    output = process.stdout
    assert output is not None
    try:
        lines = list(_until_listening(output))
        yield lines[-1].removeprefix("listening on "), lines[:-1]
        process.send_signal(end)
        assert process.wait(20) == 0
        assert output.read() == ""
    finally:
        process.kill()
        process.wait()
        output.close()


def _until_listening(output: IO[str]) -> Iterator[str]:
    for line in output:
        yield line.rstrip("\n")
        if line.startswith("listening on "):
            return


def call(url: str, method: str = "GET", body: Any = None, token: str = "") -> tuple[int, Any]:
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def log_in(url: str, username: str, password: str) -> tuple[int, Any]:
    return call(f"{url}/ums/v2/users/login", "POST", {"username": username, "password": password})


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_says_where_it_listens_and_ends_when_told_to(end: int) -> None:
    with serving(end=end) as (url, lines):
        assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d*", url)
        assert call(f"{url}/ums/v1/security/public-key")[0] == 200
        status, body = call(f"{url}/nobody/v1/knows")
        assert (status, body["code"], body["serviceName"]) == (404, "NOT_FOUND", "Nobody Service")
        (line,) = lines
        match = re.fullmatch(r"administrator (\S+) with password (\S+)", line)
        assert match
        assert log_in(url, match[1], match[2])[0] == 200
        assert log_in(url, match[1], "guess")[0] == 403


#: The program, with a thread that is told by a line to end the program, and that gets the signal itself.
SIGNALLED_ELSEWHERE = """
import signal, sys, threading
from biot_emulator.program.main import main

def end():
    sys.stdin.readline()
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

threading.Thread(target=end).start()
main()
"""


@pytest.mark.slow
def test_it_ends_whichever_thread_gets_the_signal() -> None:
    command = [sys.executable, "-c", SIGNALLED_ELSEWHERE, "serve", "--port", "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert list(_until_listening(process.stdout))
        try:
            process.communicate("\n", timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0


#: The program, with a thread that says when nothing is looked for among what it began with, and ends the program.
LOOKED_AT = """
import gc, os, signal, threading, time
from biot_emulator.program.main import main

def end():
    while not gc.get_freeze_count():
        time.sleep(0.01)
    print("looked at", len(gc.get_objects()), "of", gc.get_freeze_count(), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=end, daemon=True).start()
main()
"""


@pytest.mark.slow
def test_garbage_is_not_looked_for_among_what_the_program_began_with() -> None:
    command = [sys.executable, "-c", LOOKED_AT, "serve", "--port", "0"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    match = re.search("looked at ([0-9]+) of ([0-9]+)", ended.stdout)
    assert match
    assert int(match[1]) * 10 < int(match[2])


@pytest.mark.slow
def test_the_administrator_and_the_state_are_kept_where_told_to(tmp_path: Path) -> None:
    options = ("--data", str(tmp_path / "new" / "state"), "--admin", ":".join(ADMIN))
    with serving(*options) as (url, lines):
        assert lines == []
        token = log_in(url, *ADMIN)[1]["accessJwt"]["token"]
        key = call(f"{url}/ums/v1/security/public-key")[1]
    with serving(*options) as (url, _):
        assert call(f"{url}/ums/v1/security/public-key")[1] == key
        assert call(f"{url}/dispatcher/v1/hooks/interceptions", token=token)[0] == 200


@contextmanager
def serving_with(environment: dict[str, str], *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [*PROGRAM, "--port", "0", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as process:
        assert process.stdout is not None
        try:
            lines = list(_until_listening(process.stdout))
            assert len(lines) == 1, "a password was printed"
            yield lines[0].removeprefix("listening on "), process
        finally:
            process.terminate()
            process.wait(20)


@pytest.mark.slow
@pytest.mark.parametrize("source", ["variable", "file", "command line"])
def test_the_administrators_credentials_come_from_where_only_the_owner_sees_them(tmp_path: Path, source: str) -> None:
    file = tmp_path / "admin"
    file.touch(mode=0o600)
    file.write_text("ada@example.com:" + ("from a file" if source == "file" else "unused") + "\n")
    environment = {} if source == "file" else {"BIOT_EMULATOR_ADMIN": "ada@example.com:from a variable"}
    options = {
        "variable": (),
        "file": ("--admin-file", str(file)),
        "command line": ("--admin", "ada@example.com:from a command line"),
    }[source]
    with serving_with(environment, *options) as (url, process):
        assert log_in(url, "ada@example.com", f"from a {source}")[0] == 200
        process.terminate()
        warning = process.communicate(timeout=20)[1]
    assert warning.startswith("Warning: other users of this machine can see this password") == (
        source == "command line"
    )
    assert source == "command line" or not warning


@pytest.mark.slow
def test_a_file_with_credentials_that_others_can_read_brings_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "admin"
    file.write_text("ada@example.com:word")
    file.chmod(0o644)
    with serving_with({}, "--admin-file", str(file)) as (_, process):
        process.terminate()
        assert process.communicate(timeout=20)[1].startswith(f"Warning: other users of this machine can read {file}")


@pytest.mark.slow
def test_the_state_is_its_owners_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    before = os.umask(0)
    try:
        with serving("--data", str(state)):
            modes = {path.name: path.stat().st_mode & 0o777 for path in (state, *state.iterdir())}
    finally:
        os.umask(before)
    assert [modes.pop(name) for name in ("state", "files")] == [0o700] * 2
    assert {"platform.sqlite", "lock"} <= modes.keys()
    assert set(modes.values()) == {0o600}


@pytest.mark.slow
def test_two_emulators_do_not_share_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving("--data", str(tmp_path)):
        assert run(["serve", "--port", "0", "--data", str(tmp_path)]) == 1
    assert "is in use by another emulator" in capsys.readouterr().err


@pytest.mark.slow
def test_a_host_that_others_reach_brings_a_warning() -> None:
    command = [*PROGRAM, "--port", "0", "--host", "0.0.0.0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            listening = list(_until_listening(process.stdout))[-1]
            process.send_signal(signal.SIGINT)
            warning = process.communicate(timeout=20)[1]
        finally:
            process.kill()
    assert re.fullmatch(r"listening on http://0\.0\.0\.0:\d+", listening)
    assert warning.startswith("Warning: others can reach http://0.0.0.0:")


@pytest.mark.parametrize(
    ("options", "exit_code", "sentence"),
    [
        (["serve", "--port", "many"], 2, "Argument --port: invalid port many"),
        (["serve", "--port", "65536"], 2, "Argument --port: invalid port 65536"),
        (["serve", "--port", "-1"], 2, "invalid port"),
        (["serve", "--admin", "ada@example.com"], 2, "EMAIL:PASSWORD"),
        (["serve", "--admin", ":secret"], 2, "EMAIL:PASSWORD"),
        (["serve", "--admin-file", "/none"], 2, "/none cannot be read"),
        (["serve", "--admin-file", "/none", "--admin", "a:secret"], 2, "not allowed with argument"),
        (["serve", "--dta", "x"], 2, "Unrecognized arguments: --dta x"),
        (["sreve"], 2, "invalid choice: 'sreve'"),
        (["serve", "--port", "0", "--host", "no.such.host.invalid"], 1, "): choose a --host of this machine"),
        (["serve", "--port", "0", "--host", "192.0.2.1"], 1, "(Cannot assign requested address): choose a --host of"),
        (["serve", "--port", "0", "--host", ""], 2, "Argument --host: it is empty"),
        (["serve", "--port", "0", "--data", ""], 2, "Argument --data: it is empty"),
    ],
)
def test_a_mistake_is_one_sentence(
    options: list[str], exit_code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(options) == exit_code
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.err.startswith("Error: ")
    assert said.err.count("\n") == 1
    assert "secret" not in said.err


def test_a_port_in_use_and_a_folder_that_is_none_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert run(["serve", "--port", "0", "--data", str(tmp_path / "file")]) == 1
    assert "Cannot store the state in" in capsys.readouterr().err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["serve", "--port", str(port)]) == 1
    said = capsys.readouterr()
    assert said.err == (
        f"Error: Cannot listen on http://127.0.0.1:{port} (Address already in use): "
        "choose another --port, or --port 0 for a free one\n"
    )
    assert said.out == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="an administrator may write everywhere")
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tmp_path.chmod(0o500)
    assert run(["serve", "--port", "0", "--data", str(tmp_path)]) == 1
    assert "choose a writable folder" in capsys.readouterr().err


def test_a_server_serves_from_a_thread_and_frees_its_port() -> None:
    with Server(build_platform(Store(), admin=ADMIN)) as server:
        assert server.url == server.platform.public_address.url == f"http://127.0.0.1:{server.port}"
        assert call(f"{server.url}/ums/v1/security/public-key")[0] == 200
        with pytest.raises(AddressUnavailable):
            Server(build_platform(Store(), admin=ADMIN), port=server.port)
    with socket.create_server(("127.0.0.1", server.port)):
        pass


def test_certificates_that_cannot_be_read_are_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--port", "0", "--ca-file", str(tmp_path / "ca.pem")]) == 1
    assert "ca.pem cannot be used (No such file or directory)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--registry", "http://ada:secret@registry.example.org/plugins"], "without TLS"),
        (["--registry", "secret"], "write https://"),
        (["--registry-login-file", "login"], "--registry too"),
        (["--registry", "https://registry.example.org/plugins", "--registry-login-file", "/nowhere"], "USER:PASSWORD"),
    ],
)
def test_a_registry_that_cannot_be_used_is_said(
    arguments: list[str], reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", "--port", "0", *arguments]) == 2
    error = capfd.readouterr().err
    assert reason in error
    assert "secret" not in error


@pytest.mark.slow
def test_it_behaves_as_the_platform_that_a_file_is_about(tmp_path: Path) -> None:
    file = tmp_path / "platform.json"
    unknown = {"status": 410, "code": "NO_SUCH_API"}
    behaviour = {"errors": {"unknownApi": unknown}, "interceptors": {"preRequest": {"crash": "ignore"}}}
    file.write_text(json.dumps({"format": 1, "behaviour": behaviour}))
    options = ["--admin", ":".join(ADMIN), "--platform", str(file)]
    with serving(*options) as (url, _):
        status, body = call(f"{url}/no/such/api")
        assert (status, body["code"]) == (410, "NO_SUCH_API")


def test_a_file_that_is_about_no_platform_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "platform.json"
    file.write_text('{"format": 1, "behaviour": {"limits": {"bodyByte": 1}}}')
    assert run(["serve", "--port", "0", "--platform", str(file)]) == 1
    error = capsys.readouterr().err
    assert f'{file}: behaviour.limits has the unknown setting "bodyByte": it has bodyBytes, codeBytes,' in error
    assert error.count("\n") == 1


def test_a_file_fills_the_platform_or_nothing_is_served(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = tmp_path / "seed.json"
    name = {"firstName": "Ada", "lastName": "Lovelace"}
    seed.write_text(json.dumps({"entities": [{"type": "patient", "body": {"_name": name}}, {"type": "robot"}]}))
    assert run(["serve", "--port", "0", "--seed", str(seed)]) == 1
    assert capsys.readouterr().err == (
        f"Error: {seed}: entities[1] has no known type: use one of organization, organization-user, caregiver, "
        "patient, patient-alert, registration-code, device, device-alert, usage-session, command, generic-entity\n"
    )
    seed.write_text(json.dumps({"entities": [{"type": "patient", "body": {"_name": name, "_email": 7}}]}))
    assert run(["serve", "--port", "0", "--seed", str(seed), "--data", str(tmp_path / "data")]) == 1
    assert f"Error: {seed}: entities[0] is refused by the platform: 400 " in capsys.readouterr().err
    seed.write_text(json.dumps({"entities": [{"type": "patient", "body": {"_name": name}}]}))
    for before in ([], [f"the state was filled with {seed} before"]):
        with serving("--seed", str(seed), "--data", str(tmp_path / "data"), "--admin", ":".join(ADMIN)) as (url, lines):
            assert lines == before
            body = {"username": ADMIN[0], "password": ADMIN[1]}
            _, logged_in = call(f"{url}/ums/v2/users/login", "POST", body)
            _, found = call(f"{url}/organization/v1/users/patients", token=logged_in["accessJwt"]["token"])
            assert [patient["_name"] for patient in found["data"]] == [name]
