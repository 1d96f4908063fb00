"""A package that runs behind an HTTPS address of its own, and is registered there."""

from __future__ import annotations

import json
import ssl
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from biot_emulator import TokenIssuer
from biot_emulator.function_url.event_from_request import UrlRequest
from biot_emulator.http.response import Response
from biot_emulator.server.function_endpoint import FunctionEndpoint
from biot_emulator.testing import Emulator
from biot_plugin_cli.own_url.service_user import service_user_name
from tests.scaffold.deployments import hook
from tests.scaffold.own_url.https import Authority, serving
from tests.scaffold.packages import Repository
from tests.scaffold.subscriptions.dispatcher import registered

PATIENTS = "/organization/v1/users/patients"
ADA = {"_name": {"firstName": "Ada", "lastName": "Lovelace"}, "mrn": " 7 "}
INDEX = """
from biot_plugin import Plugin
plugin = Plugin()
@plugin.pre_request("POST/organization/v1/users/patients", order=5)
def trim(event):
    event.body["mrn"] = event.body["mrn"].strip()
@plugin.notification("patient", "_create")
def note(event):
    event.biot.patch("/organization/v1/users/patients/" + event.entity["_id"], json={"noted": True})
handler = plugin.handler
"""


@pytest.fixture
def plugin(repository: Repository) -> Repository:
    hook(repository, whole=True)
    repository.write("index.py", INDEX)
    return repository


def forged_call(url: str, emulator: Emulator, token: str, authority: Authority) -> tuple[int, str]:
    """Call the plugin as the platform does, with another token."""
    record = emulator.invocations()[0]
    headers = {**record["input"]["headers"], "authorization": f"Bearer {token}"}
    body = json.dumps(record["input"]["body"]).encode()
    headers.pop("content-length", None)
    request = urllib.request.Request(url, body, headers)
    try:
        urllib.request.urlopen(request, context=ssl.create_default_context(cafile=authority.file))
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["code"]
    raise AssertionError("the forged call was answered")


@pytest.mark.slow
def test_a_package_is_called_at_its_own_address(
    plugin: Repository, emulator: Emulator, authority: Authority, tmp_path: Path
) -> None:
    code = plugin.packaged().extract(tmp_path / "code")
    credentials = tmp_path / "credentials.env"
    variables = {"BIOT_BASE_URL": emulator.url}
    with serving(code, authority, variables) as url:
        done = plugin.program("subscribe", url, "--yes", "--json", "--service-user", credentials)
        assert done.exit_code == 0, done.err
        assert (done.document["action"], len(done.document["added"])) == ("subscribe", 2)
        assert emulator.call("POST", PATIENTS, json=ADA).body["mrn"] == "7"

        forged = TokenIssuer().sign_for("interceptor")
        assert forged_call(url, emulator, forged, authority) == (400, "JWT_ERROR")
        assert plugin.program("subscribe", url, "--yes", "--json").document["action"] == "none"

    [user] = [line.partition("=")[2] for line in credentials.read_text().splitlines() if "USER_ID" in line]
    variables |= dict(line.split("=", 1) for line in credentials.read_text().splitlines())
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
    assert variables["BIOT_SERVICE_USER_SECRET_KEY"] not in done.out + done.err

    with serving(code, authority, variables) as second:
        assert plugin.program("subscribe", second, "--yes").exit_code == 0
        plugin.program("unsubscribe", url, "--yes", "--dry-run")
        assert len(registered(emulator)) == 2
        # The service user remains where another one is named.
        emulator.call("POST", "/dispatcher/v1/hooks/notifications/unsubscribe", json={
            "entityTypeName": "patient", "actionName": "_create", "endpoint": url})  # fmt: skip
        emulator.call("POST", "/dispatcher/v1/hooks/interceptions/unsubscribe", json={
            "type": "PRE_REQUEST", "apiId": f"POST{PATIENTS}", "endpoint": url})  # fmt: skip
        patient = emulator.call("POST", PATIENTS, json=ADA).body
        assert emulator.wait_for_notifications()
        assert emulator.call("GET", f"{PATIENTS}/{patient['_id']}").body["noted"] is True
        records = [record for record in emulator.invocations() if record["plugin"] == second]
        assert [record["kind"] for record in records] == ["PRE_REQUEST", "NOTIFICATION"]
        for one in (url, second):
            assert plugin.program("unsubscribe", one, "--yes").exit_code == 0
    assert registered(emulator) == registered(emulator, "notifications") == []
    assert emulator.call("GET", f"/ums/v2/services/{user}").status_code == 404
    assert emulator.call("GET", "/ums/v2/admin/roles").body["data"] == []


@pytest.fixture
def refusing(authority: Authority) -> Iterator[str]:
    """A plugin that refuses whoever has no token, without running any code."""
    refusal = Response(401, {"content-type": "application/json"}, b'{"code": "JWT_ERROR"}')
    with FunctionEndpoint(lambda _: refusal, certificate=(authority.chain, authority.key)) as endpoint:
        yield endpoint.url


def test_the_plan_is_shown_and_nothing_done_unless_confirmed(
    plugin: Repository, emulator: Emulator, refusing: str, tmp_path: Path
) -> None:
    for options in (["--dry-run", "--service-user", tmp_path / "x"], []):
        done = plugin.program("subscribe", refusing, *options)
        assert done.exit_code == (0 if options else 2)
        assert f"+ PRE_REQUEST POST{PATIENTS}, order 5" in done.err
        assert "+ NOTIFICATION patient _create" in done.err
    assert registered(emulator) == []
    assert not (tmp_path / "x").exists()


def test_hooks_that_are_gone_are_unsubscribed_and_those_of_others_stay(
    plugin: Repository, emulator: Emulator, refusing: str
) -> None:
    other = {"entityTypeName": "patient", "actionName": "_create", "endpoint": "https://other.example.org"}
    emulator.call("POST", "/dispatcher/v1/hooks/notifications/subscribe", json=other)
    assert plugin.program("subscribe", refusing, "--yes").exit_code == 0
    plugin.write(
        "index.py", INDEX.replace("order=5", "order=7").replace('notification("patient", "_create")', "endpoint()")
    )
    done = plugin.program("subscribe", refusing, "--yes", "--json")
    assert (done.document["changed"], done.document["removed"]) == (
        [f"PRE_REQUEST POST{PATIENTS}, order 7"],
        ["NOTIFICATION patient _create"],
    )
    assert [item["endpoint"] for item in registered(emulator, "notifications")] == ["https://other.example.org"]
    assert plugin.program("unsubscribe", refusing, "--yes", "--json").document["action"] == "unsubscribe"
    assert plugin.program("unsubscribe", refusing, "--yes", "--json").document["action"] == "none"
    assert (registered(emulator), len(registered(emulator, "notifications"))) == ([], 1)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, b'{"request": {}}', "answers a call without a token with 200: have the plugin verify its callers"),
        (400, b'{"code": "NO_DATA"}', "answers a call without a token with NO_DATA: have the plugin verify"),
        (500, b'{"code": "NO_HANDLER"}', "answers a call without a token with NO_HANDLER: have the plugin verify"),
        (400, b'{"code": []}', "does not answer as a plugin does, but with 400"),
        (404, b"not here", "does not answer as a plugin does, but with 404"),
        (403, b"<html>", "does not answer as a plugin does, but with 403"),
        (401, b'{"message": "no"}', "does not answer as a plugin does, but with 401"),
        (401, b"[" * 100_000, "does not answer as a plugin does, but with 401"),
        (502, b'{"code": "X"}', "does not answer as a plugin does, but with 502"),
        (301, b'{"code": "X"}', "does not answer as a plugin does, but with 301"),
    ],
)
def test_what_does_not_answer_as_a_plugin_is_not_subscribed(
    plugin: Repository, emulator: Emulator, authority: Authority, status: int, body: bytes, reason: str
) -> None:
    seen: list[UrlRequest] = []

    def respond(request: UrlRequest) -> Response:
        seen.append(request)
        return Response(status, {"location": "https://localhost:1/"}, body)

    with FunctionEndpoint(respond, certificate=(authority.chain, authority.key)) as endpoint:
        done = plugin.program("subscribe", endpoint.url, "--yes")
        assert done.exit_code == 1
        assert reason in done.err
        assert registered(emulator) == []
        assert "authorization" not in seen[0].headers
        assert plugin.program("subscribe", endpoint.url, "--yes", "--no-check").exit_code == 0
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("url", "reason", "exit_code"),
    [
        ("https://localhost:1", "does not respond", 1),
        ("http://plugin.example.org", "over HTTPS only", 2),
        ("ftp://localhost/", "over HTTPS only", 2),
        ("plugin.example.org", "over HTTPS only|is no URL", 2),
        ("https://", "is no URL", 2),
        ("https://localhost:port/", "is no URL", 2),
        ("https://local host/", "is no URL", 2),
        ("https://user:password@localhost/", "no user name", 2),
        ("https://localhost/#part", "no fragment", 2),
    ],
)
def test_a_url_that_cannot_be_called_is_not_subscribed(
    plugin: Repository, emulator: Emulator, url: str, reason: str, exit_code: int
) -> None:
    done = plugin.program("subscribe", url, "--yes")
    assert done.exit_code == exit_code
    assert any(part in done.err for part in reason.split("|")), done.err
    assert "password" not in done.err
    assert registered(emulator) == []


def test_a_certificate_that_nobody_vouches_for_is_refused(
    plugin: Repository, emulator: Emulator, refusing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    done = plugin.program("subscribe", refusing, "--yes")
    assert done.exit_code == 1
    assert f"The certificate of {refusing} is not valid" in done.err


def test_credentials_go_where_they_destroy_nothing_and_git_does_not_track_them(
    plugin: Repository, emulator: Emulator, refusing: str, tmp_path: Path
) -> None:
    import subprocess

    (tmp_path / "taken").write_text("mine")
    subprocess.run(["git", "init", "-q", plugin.root], check=True)
    for file, reason in (
        (tmp_path / "taken", "already exists"),
        (tmp_path / "none" / "x", "There is no folder"),
        (plugin.root / "secret.env", "Git would track"),
    ):
        done = plugin.program("subscribe", refusing, "--yes", "--service-user", file)
        assert (done.exit_code, reason in done.err) == (1, True), done.err
    assert (tmp_path / "taken").read_text() == "mine"
    assert registered(emulator) == []
    (plugin.root / ".gitignore").write_text("secret.env\n")
    command = ("subscribe", refusing, "--yes", "--json", "--service-user", "secret.env")
    assert [plugin.program(*command).document["action"] for _ in range(2)] == ["subscribe", "none"]
    # Not those of a service user that is gone.
    assert plugin.program("unsubscribe", refusing, "--yes").exit_code == 0
    assert "already exists" in plugin.program(*command).err


def test_a_failure_leaves_no_file(plugin: Repository, emulator: Emulator, refusing: str, tmp_path: Path) -> None:
    done = plugin.program("subscribe", refusing, "--yes", "--service-user", tmp_path / "x", "--role", "nonsense")
    assert done.exit_code == 5
    assert not (tmp_path / "x").exists()
    assert registered(emulator) == []


def test_a_plugin_without_the_framework_has_no_hooks_to_subscribe(
    repository: Repository, emulator: Emulator, refusing: str
) -> None:
    done = repository.program("subscribe", refusing, "--yes")
    assert (done.exit_code, "hooks are unknown" in done.err) == (4, True)


def test_names_of_service_users_are_the_same_everywhere_and_short_enough() -> None:
    assert service_user_name("demo", "https://a.example.org/") == "demo at a.example.org"
    long = [service_user_name("d" * 57, f"https://{'a' * 60}.example.org/{path}") for path in "xy"]
    assert len(set(long)) == 2
    assert all(len(name) <= 100 for name in long)
