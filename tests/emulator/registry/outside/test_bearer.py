"""Registries that want a token: where it is fetched, who gets the password for it, and what is refused."""

from __future__ import annotations

import base64
import json
import logging
import socket
from pathlib import Path

import pytest

from biot_emulator.registry.digests import Digest
from biot_emulator.registry.outside.address import RegistryAddress
from biot_emulator.registry.outside.bearer import may_have_login, read_token, token_url
from biot_emulator.registry.outside.pull_client import PullClient, RegistryUnreachable
from tests.emulator.registry.outside.replying_server import Reply, server

CONTENT = b"a layer" * 1000
DIGEST = Digest.of(CONTENT)
BLOB = f"/v2/plugins/blobs/{DIGEST}"
BASIC = f"Basic {base64.b64encode(b'ada:secret').decode()}"
REMOTE = RegistryAddress.parse("https://ada:secret@registry.example/plugins")
LOCAL = RegistryAddress.parse("http://ada:secret@127.0.0.1:5000/plugins")


def demand(realm: str) -> Reply:
    return 401, {"www-authenticate": f'Bearer realm="{realm}",service="registry"'}, b""


class TokenRegistry:
    """A registry whose own service gives one token after the other; each is good for a number of requests."""

    def __init__(self, lasts: int = 100) -> None:
        self.lasts = lasts
        self.given = 0
        self.used = 0

    def __call__(self, host: str, path: str, log_in: str | None) -> Reply:
        if path.startswith("/token?"):
            if log_in != BASIC:
                return 401, {}, b""
            self.given, self.used = self.given + 1, 0
            return 200, {}, json.dumps({"token": f"t{self.given}"}).encode()
        if log_in != f"Bearer t{self.given}" or self.used >= self.lasts:
            return demand(f"http://{host}/token")
        self.used += 1
        return 200, {}, CONTENT


def client(host: str, login: str = "ada:secret@") -> PullClient:
    return PullClient(RegistryAddress.parse(f"http://{login}{host}/plugins"))


def pull(client: PullClient, file: Path) -> bytes:
    client.pull_blob(DIGEST, len(CONTENT), file, lambda _: None)
    return file.read_bytes()


def test_a_token_is_fetched_with_the_log_in_and_used_again(tmp_path: Path) -> None:
    with server(TokenRegistry()) as (host, came):
        puller = client(host)
        assert [pull(puller, tmp_path / "blob") for _ in range(2)] == [CONTENT, CONTENT]
    token = "/token?service=registry&scope=repository%3Aplugins%3Apull"
    assert came == [(BLOB, BASIC), (token, BASIC), (BLOB, "Bearer t1"), (BLOB, "Bearer t1")]


def test_a_token_that_has_expired_is_renewed(tmp_path: Path) -> None:
    with server(TokenRegistry(lasts=1)) as (host, came):
        puller = client(host)
        assert [pull(puller, tmp_path / "blob") for _ in range(3)] == [CONTENT] * 3
    assert [log_in for path, log_in in came if path == BLOB][-1] == "Bearer t3"


def test_a_token_is_given_to_nobody_without_a_log_in_who_needs_one(tmp_path: Path) -> None:
    with (
        server(TokenRegistry()) as (host, _),
        pytest.raises(RegistryUnreachable, match="refuses the log-in: check user and password of --registry"),
    ):
        pull(client(host, login=""), tmp_path / "blob")


def test_a_token_that_is_refused_ends_it(tmp_path: Path) -> None:
    with (
        server(TokenRegistry(lasts=0)) as (host, came),
        pytest.raises(RegistryUnreachable, match="refuses the log-in"),
    ):
        pull(client(host), tmp_path / "blob")
    assert len(came) == 3


def test_a_service_at_another_host_gets_no_password(tmp_path: Path) -> None:
    with server(lambda *_: (200, {}, b'{"token": "t"}')) as (other, others):
        refuse = demand(f"http://{other}/token")
        with server(lambda *_: refuse) as (host, _), pytest.raises(RegistryUnreachable, match="another host") as error:
            pull(client(host), tmp_path / "blob")
    assert others == []
    assert "secret" not in str(error.value)


def test_whoever_has_no_password_may_get_a_token_from_another_host(tmp_path: Path) -> None:
    with server(lambda *_: (200, {}, b'{"access_token": "t"}')) as (other, others):

        def respond(host: str, path: str, log_in: str | None) -> Reply:
            return (200, {}, CONTENT) if log_in == "Bearer t" else demand(f"http://{other}/token?a=b")

        with server(respond) as (host, _):
            assert pull(client(host, login=""), tmp_path / "blob") == CONTENT
    assert others == [("/token?a=b&service=registry&scope=repository%3Aplugins%3Apull", None)]


def test_neither_token_nor_password_goes_where_a_registry_redirects(tmp_path: Path) -> None:
    with server(lambda *_: (200, {}, CONTENT)) as (other, others):
        tokens = TokenRegistry()

        def respond(host: str, path: str, log_in: str | None) -> Reply:
            reply = tokens(host, path, log_in)
            return (307, {"location": f"http://{other}/x"}, b"") if reply[2] == CONTENT else reply

        with server(respond) as (host, _):
            assert pull(client(host), tmp_path / "blob") == CONTENT
    assert others == [("/x", None)]


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ((307, {"location": "/elsewhere"}, b""), "responded with 307"),
        ((500, {}, b""), "responded with 500"),
        ((200, {}, b"no JSON"), "gave no token"),
        ((200, {}, b"{}"), "gave no token"),
        ((200, {}, b'{"token": "a\\r\\nb"}'), "gave no token"),
        ((200, {}, b'{"token": "' + b"x" * 300_000 + b'"}'), "gave no token"),
    ],
)
def test_a_service_that_gives_no_token(tmp_path: Path, reply: Reply, message: str) -> None:
    def respond(host: str, path: str, log_in: str | None) -> Reply:
        return reply if path.startswith("/token") else demand(f"http://{host}/token")

    with server(respond) as (host, came), pytest.raises(RegistryUnreachable, match=message):
        pull(client(host), tmp_path / "blob")
    assert len(came) == 2


@pytest.mark.parametrize(
    "realm",
    [
        "",
        "token",
        "ftp://registry.example/token",
        "http://registry.example/token",
        "http://127.0.0.1/token",
        "https://ada:secret@registry.example/token",
        "https://registry.example:99999/token",
        "https://registry.example/a token",
        "https://169.254.169.254/latest",
        "https://[fe80::1]/token",
        "https://[::ffff:169.254.169.254]/token",
        "https://metadata.example/token",
    ],
)
def test_a_service_at_such_an_address_is_not_asked(realm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(ValueError, match="its token service"):
        token_url(f'Bearer realm="{realm}"', REMOTE)


def test_other_demands_want_no_token() -> None:
    assert token_url('Basic realm="https://registry.example"', REMOTE) is None
    assert token_url("", REMOTE) is None


@pytest.mark.parametrize(
    ("url", "address", "may"),
    [
        ("https://registry.example/token", REMOTE, True),
        ("https://registry.example:443/token", REMOTE, True),
        ("https://registry.example:8443/token", REMOTE, False),
        ("https://auth.registry.example/token", REMOTE, False),
        ("https://registry.example.evil/token", REMOTE, False),
        ("http://127.0.0.1:5000/token", LOCAL, True),
        ("http://127.0.0.1:5001/token", LOCAL, False),
        ("https://auth.docker.io/token", RegistryAddress.parse("https://registry-1.docker.io/a/b"), True),
        ("https://auth.docker.io:8443/token", RegistryAddress.parse("https://registry-1.docker.io/a/b"), False),
        ("https://auth.docker.io/token", REMOTE, False),
    ],
)
def test_who_may_get_the_password(url: str, address: RegistryAddress, may: bool) -> None:
    assert may_have_login(url, address) is may


def test_a_token_has_two_names() -> None:
    assert (read_token(b'{"token": "a"}'), read_token(b'{"access_token": "b"}')) == ("a", "b")


def test_no_logger_has_what_is_logged_in_with(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with server(TokenRegistry()) as (host, _):
        assert pull(client(host), tmp_path / "blob") == CONTENT
        with pytest.raises(RegistryUnreachable) as refused:
            pull(client(host, login="ada:wrong@"), tmp_path / "blob")
    said = caplog.text + "".join(capfd.readouterr()) + repr(refused.value)
    assert not [secret for secret in ("secret", "wrong", BASIC.removeprefix("Basic "), "Bearer") if secret in said]
