"""What goes over the wire, and what is said when that fails."""

from __future__ import annotations

import email.parser
import email.policy
import json
import signal
import subprocess
import threading

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.manifest.environment_variables import HASH_VARIABLE
from tests.scaffold.deployments import SECOND, answer, configured, deploy, shown
from tests.scaffold.faulty_platform import Fault, FaultyPlatform
from tests.scaffold.packages import Repository
from tests.scaffold.support import Outcome, program_file

pytestmark = pytest.mark.slow


def parts(request: bytes) -> list[tuple[dict[str, str], bytes]]:
    """The parts of a form, as they came over the wire: headers and content."""
    head, _, body = request.partition(b"\r\n\r\n")
    [kind] = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-type:")]
    parser = email.parser.BytesParser(policy=email.policy.HTTP)
    message = parser.parsebytes(kind + b"\r\n\r\n" + body)
    return [(dict(part.items()), part.get_payload(decode=True)) for part in message.iter_parts()]  # type: ignore[misc]


def test_the_form_is_that_of_the_platforms_documents(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    configured(plugin, timeout=10, environment={"var1": "val1"})
    document = deploy(plugin)
    [request] = platform.requests
    assert request.startswith(b"POST /settings/v2/plugins HTTP/1.1\r\n")
    (code_headers, code), (config_headers, config) = parts(request)
    assert code_headers == {
        "Content-Disposition": 'form-data; name="code"; filename="demo.zip"',
        "Content-Type": "application/x-zip-compressed",
    }
    assert code == (plugin.root / "dist" / "demo.zip").read_bytes()
    assert config_headers == {"Content-Disposition": 'form-data; name="config"'}
    sent = json.loads(config)
    assert {name: sent[name] for name in ("name", "displayName", "version", "timeout", "handler", "runtime")} == {
        "name": "demo",
        "displayName": "Demo",
        "version": 1,
        "timeout": 10,
        "handler": "index.handler",
        "runtime": plugin.runtime,
    }
    assert sent["environmentVariables"] == {"var1": "val1", HASH_VARIABLE: document["contentHash"]}


def test_where_there_is_no_put_a_patch_is_sent(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    router = emulator.platform.router
    for routes in router._routes.values():
        routes[:] = [route for route in routes if route.method != "PUT"]
    plugin.write("index.py", SECOND)
    assert deploy(plugin)["version"] == 2
    assert answer(emulator) == {"n": 2}
    put, patch = (parts(request) for request in platform.requests[1:])
    assert [headers["Content-Disposition"] for headers, _ in put] == [
        headers["Content-Disposition"] for headers, _ in patch
    ]
    assert json.loads(put[1][1])["name"] == "demo"
    assert set(json.loads(patch[1][1])) == {"version", "environmentVariables"}


CREATE_FAULTS: list[tuple[Fault, bool, bool]] = [
    ("cut before", False, False),
    ("cut during", False, False),
    ("cut after", True, True),
    ("cut answer", True, True),
    ("500", False, False),
    ("500", True, True),
    ("504", False, False),
    ("504", True, True),
    ("html 502", False, False),
    ("html 502", True, True),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("fault", "reaches", "done"), CREATE_FAULTS)
@pytest.mark.parametrize("is_there", [False, True])
def test_whatever_fails_the_platform_has_the_old_or_the_new_one_and_it_is_said_which(
    plugin: Repository,
    emulator: Emulator,
    platform: FaultyPlatform,
    fault: Fault,
    reaches: bool,
    done: bool,
    is_there: bool,
) -> None:
    if is_there:
        deploy(plugin)
        plugin.write("index.py", SECOND)
    platform.fault, platform.reaches, platform.times = fault, reaches, 1
    outcome: Outcome = plugin.program("deploy", "--yes", "--json")
    if done:
        assert outcome.exit_code == 0, outcome.err
        assert outcome.document["version"] == (2 if is_there else 1)
        assert answer(emulator) == {"n": 2 if is_there else 1}
    else:
        assert outcome.exit_code in (5, 6)
        assert "Traceback" not in outcome.err
        if is_there:
            assert "still has version 1 of demo, unchanged" in outcome.err
            assert answer(emulator) == {"n": 1}
        else:
            assert "has no plugin demo" in outcome.err
            assert shown(emulator) is None
    # And nothing stands in the way of trying again.
    assert deploy(plugin)["action"] == ("none" if done else "update" if is_there else "create")


def test_where_the_platform_is_gone_afterwards_nobody_pretends_to_know(
    plugin: Repository, platform: FaultyPlatform
) -> None:
    platform.fault = "cut after"
    original = platform.ask

    def ask_and_go(request: bytes) -> bytes:
        answer = original(request)
        platform.gone = request.startswith(b"POST /settings")
        return answer

    platform.ask = ask_and_go
    outcome = plugin.program("deploy", "--yes")
    assert outcome.exit_code == 6
    assert "It is unknown what the platform has now: run biot-plugin status" in outcome.err


def test_a_refusal_that_has_changed_nothing_says_so(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy(plugin)
    plugin.write("index.py", SECOND)
    refused = b'HTTP/1.1 400 X\r\ncontent-length: 40\r\n\r\n{"code": "X", "message": "not this way"}'
    original = platform.ask
    platform.ask = lambda request: refused if request.startswith(b"PUT") else original(request)
    outcome = plugin.program("deploy", "--yes")
    assert outcome.exit_code == 5
    assert outcome.err.splitlines()[-1] == (
        "error: The platform rejected the request: not this way. The platform still has version 1 of demo, unchanged"
    )


def interrupted(platform: FaultyPlatform, *arguments: str) -> tuple[int, str]:
    """Press Ctrl-C when the platform has a call that changes something, unanswered; give how the program ended."""
    original, has_it, may_go_on = platform.ask, threading.Event(), threading.Event()

    def hold(request: bytes) -> bytes:
        if not request.startswith(b"GET") and b" /settings" in request.partition(b"\r\n")[0]:
            has_it.set()
            may_go_on.wait(60)
        return original(request)

    platform.ask = hold
    command = [str(program_file("biot-plugin")), *arguments]
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert has_it.wait(60)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
            may_go_on.set()
            platform.ask = original
    said = err.splitlines()[-1].removeprefix("error: ")
    document = {"error": said, "exitCode": process.returncode}
    assert out == (f"{json.dumps(document, indent=2)}\n" if "--json" in arguments else "")
    return process.returncode, said


def test_who_interrupts_is_told_what_the_platform_may_have(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    said = "Interrupted during a call; the platform may have {}: run biot-plugin status to see it"
    assert interrupted(platform, "deploy", "--yes", "--json") == (
        130,
        said.format("demo, or no plugin of this name"),
    )
    deploy(plugin)
    plugin.write("index.py", SECOND)
    assert interrupted(platform, "deploy", "--yes", "--json") == (
        130,
        said.format("version 2 of demo, or still version 1"),
    )
    assert interrupted(platform, "disable") == (130, said.format("demo with or without the changes"))
    assert interrupted(platform, "delete", "--yes") == (
        130,
        "Interrupted during a call. It is unknown whether demo still exists: run biot-plugin list to see it",
    )
