"""What a plugin pays for calling the platform, and that one that never does pays nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import Any

import pytest

from biot_plugin import Plugin
from biot_plugin.testing import Context, events, signed
from tests.framework.conftest import KeyService

RUN = """
import json, os, sys, threading, time
from biot_plugin import Plugin
before = set(sys.modules)
plugin = Plugin()

@plugin.pre_request("POST/organization/v1/users/patients")
def handle(event):
    {body}

for thread in threading.enumerate():
    if thread is not threading.current_thread():
        thread.join()

class Context:
    def get_remaining_time_in_millis(self):
        return 3000

reply = plugin.handler(json.loads(sys.argv[1]), Context())
assert reply["statusCode"] == {status}, reply
print("\\n".join(sorted(sys.modules)))
"""


#: The framework's modules that calling the platform takes, and fetching the keys does not.
OF_CALLING = {
    f"biot_plugin.api_client.{name}"
    for name in (
        "biot",
        "deadline",
        "event_calls",
        "headers",
        "http_transport",
        "official_sdks",
        "paths",
        "responses",
        "retrying.attempts",
        "retrying.budget",
        "search",
        "search_request",
        "service_login",
        "files.stored",
        "files.transfer",
        "transport",
    )
} | {"biot_plugin.http.connection_pool"}


def loaded(service: KeyService, event: dict[str, Any], body: str, status: int = 200) -> set[str]:
    """The modules that are loaded once a plugin in Lambda has answered an event."""
    environment = os.environ | {
        "BIOT_BASE_URL": service.base_url,
        "BIOT_SERVICE_USER_ID": "11111111-2222-4333-8444-555555555555",
        "BIOT_SERVICE_USER_SECRET_KEY": "secret",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
    }
    code = RUN.format(body=body, status=status)
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(event)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {line for line in done.stdout.splitlines() if not line.startswith("{")}


@pytest.fixture
def event(signer: Any) -> dict[str, Any]:
    return signed(events.pre_request("POST/organization/v1/users/patients"), signer)


@pytest.mark.slow
def test_a_plugin_that_never_calls_loads_what_fetching_the_keys_needs_and_no_more(
    key_service: KeyService, event: dict[str, Any]
) -> None:
    modules = loaded(key_service, event, "event.body['seen'] = True")
    assert key_service.requests == 1
    assert "http.client" in modules, "the keys were fetched"
    assert not modules & OF_CALLING
    assert not {name for name in modules if name.partition(".")[0] in ("urllib3", "requests", "httpx", "asyncio")}


@pytest.mark.slow
def test_a_plugin_that_calls_loads_the_same_http_client(key_service: KeyService, event: dict[str, Any]) -> None:
    quiet = loaded(key_service, event, "event.body['seen'] = True")
    calling = loaded(key_service, event, "event.biot.get('/a')", status=500)
    assert calling >= OF_CALLING
    added = {name.partition(".")[0] for name in calling - quiet}
    assert added - set(sys.stdlib_module_names) == {"biot_plugin"}


def helper(event: Any) -> None:
    event.biot.get("/a")


def test_making_a_plugin_calls_nobody_where_it_is_not_in_lambda(
    key_service: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIOT_SERVICE_USER_ID", "x")
    monkeypatch.setenv("BIOT_SERVICE_USER_SECRET_KEY", "y")
    plugin = Plugin()
    plugin.scheduled("0 0 * * ? *")(helper)
    assert key_service.requests == 0


def in_lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOT_SERVICE_USER_ID", "x")
    monkeypatch.setenv("BIOT_SERVICE_USER_SECRET_KEY", "y")
    monkeypatch.setenv("BIOT_SHOULD_VALIDATE_JWT", "false")
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")


def join_threads() -> None:
    for thread in threading.enumerate():
        if thread.name == "biot-service-login":
            thread.join()


def test_several_functions_that_call_log_in_once(key_service: KeyService, monkeypatch: pytest.MonkeyPatch) -> None:
    in_lambda(monkeypatch)
    started: list[str] = []
    start = threading.Thread.start

    def counting(thread: threading.Thread) -> None:
        started.append(thread.name)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", counting)
    plugin = Plugin()
    plugin.scheduled("0 0 * * ? *")(helper)
    plugin.endpoint()(helper)
    join_threads()
    plugin.platform.close()
    assert started.count("biot-service-login") == 1


def test_a_plugin_with_an_impossible_platform_is_created_nevertheless(monkeypatch: pytest.MonkeyPatch) -> None:
    in_lambda(monkeypatch)
    monkeypatch.setenv("BIOT_BASE_URL", "ftp://platform")
    plugin = Plugin()
    plugin.scheduled("0 0 * * ? *")(helper)
    join_threads()
    plugin.platform.close()
    reply = plugin.handler(events.scheduled(), Context())
    assert json.loads(reply["body"])["code"] == "CALL_TO_API_FAILED"
