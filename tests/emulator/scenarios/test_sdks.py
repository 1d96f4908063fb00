"""The platform's official SDKs, as they are on the package index, take the emulator for the platform."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from biot_emulator.build import build_platform
from biot_emulator.client import Client
from biot_emulator.operator.operations import list_operations
from biot_emulator.server.background_thread import Server
from biot_emulator.services.route_tables import SERVICE_ROUTES
from biot_emulator.state.store import Store
from tests.emulator.conftest import code_zip
from tests.emulator.scenarios.successes import shape, success_of
from tests.sdks import fetch_sdks

pytestmark = pytest.mark.slow

ADMIN = ("ada@example.com", "secret")
RUNTIME = "python{}.{}".format(*sys.version_info)
CODE = """
import json, os

def handler(event, context):
    response = json.loads(event["body"]).get("response")
    if response:
        response["body"]["seen"] = ["MARK", os.environ["MODE"]]
    return {"response": response}
"""
Exchange = Callable[[Mapping[str, Any]], str | None]


@pytest.fixture(scope="module")
def sdk_python() -> Path:
    """An interpreter that has the SDKs."""
    return fetch_sdks() / "bin" / "python"


def test_the_sdks(sdk_python: Path, tmp_path: Path) -> None:
    program = Path(__file__).with_name("sdk_calls.py")
    codes = [tmp_path / "old.zip", tmp_path / "new.zip"]
    for code in codes:
        code.write_bytes(code_zip(CODE.replace("MARK", code.stem)))
    with Server(build_platform(Store(), admin=ADMIN)) as server:
        key = server.platform.tokens.public_keys()["publicKey"]
        done = subprocess.run(
            [sdk_python, program, server.url, *ADMIN, RUNTIME, *codes],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.stderr == ""
    assert json.loads(done.stdout) == {
        "key": key,
        "services": {
            "name": "tool",
            "token parts": 2,
            "found": ["tool"],
            "second key": True,
            "after deletion": [403, "LOGIN_FAILED"],
        },
        "interceptions": {"order": 7, "found": [True], "left": 0, "unknown": [400, "INVALID_API_ID"]},
        "notifications": {"action": "_create", "again": 409, "found": 1, "gone": [404, "SUBSCRIBER_NOT_FOUND"]},
        "patients": {
            "page": ["Grace"],
            "total": 2,
            "changed": ["changed", "changed"],
            "enabled": ["DISABLED", "DISABLED"],
            "gone": [404, "USER_NOT_FOUND"],
        },
        "plugins": {
            "made": ["demo", 1, 5, ["https://portal.example.com"]],
            "same": True,
            "changed": [2, 7, True],
            "times": True,
            "seen": [["old", "first"], ["new", "first"]],
            "refused": [400, "PLUGIN_VERSION_MUST_NOT_BE_CHANGED_WHEN_NOT_UPDATING_CODE"],
            "disabled": "DISABLED",
            "gone": [404, "PLUGIN_NOT_FOUND"],
            "left": 0,
            "credentials": [True, "plugins"],
        },
        "files": {
            "found": ["a.txt", "content"],
            "parts": [2, "b.txt", 5 * 1024 * 1024 + 3],
            "gone": [404, "FILE_ID_NOT_FOUND"],
            "health": True,
        },
        "measurements": {
            "bulk": [1, "INVALID_MEASUREMENT_DATA"],
            "raw": [[61], [61]],
            "average": 61,
            "page": [{"pulse": 61}] * 2,
            "minutes": [61],
            "health": True,
        },
        "messages": {"text": True},
        "templates": {
            "changed": ["Trial", "Trial 2", "SINGLE_SELECT"],
            "same": True,
            "found": 1,
            "overview": 1,
            "refused": [403, "TEMPLATE_IN_USE_DELETE_TEMPLATE"],
            "types": [11, 11],
            "templates": 12,
        },
        "subscribable": {"api": True, "services": ["/organization"], "action": True},
    }


# Each fourth of them in every run, and all as part of the matrix.
@pytest.mark.parametrize("each", [4, pytest.param(1, marks=pytest.mark.matrix)])
def test_every_modelled_operation_of_every_sdk(sdk_python: Path, each: int) -> None:
    """Each on a platform of its own, with what it needs, and without a look at what comes back but the SDK's own."""
    modelled = {shape(f"{row['method']} {row['path']}"): row["modelled"] for row in list_operations(SERVICE_ROUTES)}
    with sdk_calls(sdk_python) as (operations, exchange):
        unknown = [operation for operation in operations if name(operation) not in modelled]
        assert unknown == []
        called = [operation for operation in operations if modelled[name(operation)]]
        errors = {str(operation): error for operation in called[::each] if (error := attempt(operation, exchange))}
    assert not errors, "\n".join(f"{operation}: {error}" for operation, error in errors.items())
    # Two of them are of services without anything that is modelled.
    assert {sdk for sdk, *_ in operations} - {sdk for sdk, *_ in called} == {"dms", "facade"}


def name(operation: list[str]) -> str:
    _, method, path = operation
    return shape(f"{method} {path}")


@contextmanager
def sdk_calls(python: Path) -> Iterator[tuple[list[list[str]], Exchange]]:
    """Start a process that calls with the SDKs; yield their operations, and what makes a call and returns its error."""
    program = Path(__file__).with_name("sdk_operations.py")
    with subprocess.Popen([python, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        operations = json.loads(process.stdout.readline())

        def exchange(call: Mapping[str, Any]) -> str | None:
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps(call, default=bytes.decode) + "\n")
            process.stdin.flush()
            error: str | None = json.loads(process.stdout.readline())["error"]
            return error

        yield operations, exchange
        process.stdin.close()


def attempt(operation: list[str], exchange: Exchange) -> str | None:
    with Server(build_platform(Store(), admin=ADMIN)) as server:
        client = Client(server.url).log_in(*ADMIN)
        success = success_of(f"{operation[1]} {operation[2]}", client)
        variables = list(success.get("path_parameters", {}).values())
        caller = {"url": server.url, "token": success.get("token", client.token)}
        return exchange({"operation": operation, **success, **caller, "path_parameters": variables})
