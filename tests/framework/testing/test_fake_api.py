from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from biot_plugin import Conflict, NotFound, PlatformTimeout, Plugin
from biot_plugin.testing import ApiCall, Client, FakeApi
from tests.framework.conftest import FEW_PLUGINS

PATIENT = "/organization/v1/users/patients/{id}"
Do = Callable[[Any], object]
pytest_plugins = ["pytester"]


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def run(plugin: Plugin, api: FakeApi) -> Callable[[Do], object]:
    """Runs a piece of a handler, and gives what it returns."""
    client = Client(plugin, api=api)
    doing: list[Do] = []
    results: list[object] = []

    @plugin.scheduled("0 0 * * ? *")
    def handle(event: Any) -> None:
        results.append(doing[-1](event.biot))

    def run(do: Do) -> object:
        doing.append(do)
        reply = client.scheduled()
        return results.pop() if results else reply

    return run


def test_it_answers_and_tells_what_was_called(api: FakeApi, run: Callable[[Do], object]) -> None:
    told = api.patch(PATIENT, answer=lambda call: {"_id": call.path[-1], **call.json})
    assert run(lambda biot: biot.patch("/organization/v1/users/patients/7?x=1", json={"a": 1})) == {"_id": "7", "a": 1}
    [call] = told.calls
    assert isinstance(call, ApiCall)
    assert api.calls == [call]
    assert (call.method, call.path, call.query, call.json) == (
        "PATCH",
        "/organization/v1/users/patients/7",
        {"x": ["1"]},
        {"a": 1},
    )
    assert call.headers["traceparent"]
    assert not call.allows_interception
    assert str(call) == "PATCH /organization/v1/users/patients/7?x=1"


def test_every_method_and_no_answer_at_all(api: FakeApi, run: Callable[[Do], object]) -> None:
    for name in ("get", "post", "put", "patch", "delete"):
        getattr(api, name)("/a", answer={"method": name})
        assert run(lambda biot, name=name: getattr(biot, name)("/a")) == {"method": name}  # type: ignore[misc]
    api.get("/a")
    assert run(lambda biot: biot.get("/a")) is None, "the last answer given wins"


def test_it_answers_with_errors(api: FakeApi, run: Callable[[Do], object]) -> None:
    def caught(biot: Any) -> object:
        try:
            return biot.get("/a")
        except (NotFound, PlatformTimeout) as error:
            return error

    api.get("/a", status=404, answer={"code": "USER_NOT_FOUND", "message": "no"})
    missing = run(caught)
    assert isinstance(missing, NotFound)
    assert missing.code == "USER_NOT_FOUND"
    api.get("/a", error=PlatformTimeout)
    assert isinstance(run(caught), PlatformTimeout)


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/a/%2e%2e/b", {}),
        ("/a", {"headers": {"Content-Length": "5"}}),
        ("/a", {"headers": {"Authorization": "Bearer of-somebody"}}),
        ("/a", {"query": {"when": object()}}),
    ],
)
def test_it_refuses_what_the_platform_is_never_sent(
    api: FakeApi, run: Callable[[Do], object], path: str, more: dict[str, Any]
) -> None:
    api.get(path)

    def refused(biot: Any) -> object:
        with pytest.raises((ValueError, TypeError)):
            biot.get(path, **more)
        return "refused"

    assert run(refused) == "refused"
    assert api.calls == []


def test_files(api: FakeApi, run: Callable[[Do], object]) -> None:
    api.upload()
    stored: Any = run(lambda biot: biot.upload("a.txt", b"content", "text/plain"))
    assert api.files == {stored.id: b"content"}
    api.download("f-1", b"more", name="b.txt")
    assert run(lambda biot: biot.download("f-1")) == ("f-1", "b.txt", "text/plain", b"more")


def test_files_in_parts_and_files_here(
    api: FakeApi, run: Callable[[Do], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("biot_plugin.api_client.files.sources.PART_BYTES", 10)
    monkeypatch.setattr("biot_plugin.api_client.files.parts._BATCH", 2)
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(range(35)))
    api.upload()
    stored: Any = run(lambda biot: biot.upload("a.txt", path, "text/plain"))
    assert api.files == {stored.id: bytes(range(35))}
    assert stored.size == 35
    api.download("f-1", b"more", name="b.txt")
    assert run(lambda biot: biot.download("f-1", to=path)) == ("f-1", "b.txt", "text/plain", 4)
    assert path.read_bytes() == b"more"


def test_an_upload_in_parts_that_fails_leaves_nothing(
    api: FakeApi, run: Callable[[Do], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("biot_plugin.api_client.files.sources.PART_BYTES", 10)
    api.upload()
    api.post("/file/v1/files/upload/parts/{id}/complete", status=409, answer={"code": "NO"})

    def refused(biot: Any) -> object:
        with pytest.raises(Conflict):
            biot.upload("a.txt", b"x" * 25, "text/plain")
        return "refused"

    assert run(refused) == "refused"
    assert api.calls[-1].method == "DELETE"
    assert (api.files, api.transport.parts) == ({}, {})


def test_a_call_without_an_answer_fails_the_test(api: FakeApi, run: Callable[[Do], object]) -> None:
    api.get("/b")

    def swallowing(biot: Any) -> object:
        try:
            return biot.post("/a?x=1", json={"b": 2})
        except Exception:
            return None

    with pytest.raises(AssertionError) as failed:
        run(swallowing)
    assert str(failed.value) == (
        'The plugin called POST /a?x=1 with {"b": 2}, but the test has no answer for it: add '
        'biot_api.post("/a", answer=...). The test has answers for GET /b.'
    )
    api.check()  # it was told already


def test_a_call_of_a_thread_fails_the_test(api: FakeApi, run: Callable[[Do], object]) -> None:
    def in_thread(biot: Any) -> None:
        def call() -> None:
            with pytest.raises(BaseException, match="no answer for"):
                biot.get("/a")

        thread = threading.Thread(target=call)
        thread.start()
        thread.join()

    with pytest.raises(AssertionError, match="The plugin called GET /a"):
        run(in_thread)


def test_without_a_fake_nothing_is_ever_really_called(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOT_BASE_URL", "http://127.0.0.1:9")
    plugin.scheduled("0 0 * * ? *")(lambda event: event.biot.get("/a"))
    client = Client(plugin)
    with pytest.raises(AssertionError, match="The plugin called GET /a"):
        client.scheduled()
    client.api.get("/a")
    assert client.scheduled().status_code == 200


PLUGIN = """
from biot_plugin import Plugin
plugin = Plugin()
@plugin.scheduled("0 0 * * ? *")
def run(event): event.biot.get("/a")
handler = plugin.handler
"""
TESTS = """
def test_answered(biot_client, biot_api):
    told = biot_api.get("/a")
    assert biot_client.scheduled().status_code == 200
    assert len(told.calls) == 1

def test_unanswered(biot_client):
    biot_client.scheduled()
"""


@pytest.mark.slow
def test_it_is_a_fixture(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(index=PLUGIN, test_it=TESTS)
    pytester.makefile(".toml", pyproject="[tool.pytest.ini_options]\n")
    result = pytester.runpytest_subprocess(*FEW_PLUGINS)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*AssertionError: The plugin called GET /a, but the test has no answer for it*"])


class Configuration:
    host = ""
    access_token: Any = None

    def get_host_settings(self) -> list[dict[str, str]]:
        return [{"url": "https://dev.example.com/organization"}]


def test_an_sdk_can_be_configured(run: Callable[[Do], object]) -> None:
    configured: Any = run(lambda biot: biot.configure(Configuration()))
    assert configured.host == "https://platform.invalid/organization"
    assert configured.access_token() == "token"
