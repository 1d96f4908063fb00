"""Basic and Bearer authentication against servers that a test scripts."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from biot_plugin_cli.registry.client import Registry
from biot_plugin_cli.registry.errors import ImageNotFound, LoginRefused, RegistryRefused, RegistryUnreachable
from biot_plugin_cli.registry.login import Login
from biot_plugin_cli.registry.media_types import OCI_MANIFEST
from tests.faulty_registry import Request, ScriptedServer, respond, scripted_server
from tests.registries import Connect, make_image

MANIFEST = make_image(b"layer").manifest
LOGIN = Login("user", "pass:word")
BASIC = f"Basic {base64.b64encode(b'user:pass:word').decode()}"
FOUND = respond(200, MANIFEST.content, content_type=OCI_MANIFEST)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server(lambda request: FOUND) as server:
        yield server


def fetch(registry: Registry) -> bytes:
    return registry.fetch_manifest("a/b", "1").content


def authorizations(server: ScriptedServer, path: str = "/v2/a/b/") -> list[str | None]:
    return [request.headers.get("authorization") for request in server.requests if request.path.startswith(path)]


class TokenServer:
    """A registry and its token service in one.

    Attributes:
        challenge: What the registry demands.
        valid: The tokens that it accepts.
        queries: What the service was asked for.
    """

    def __init__(self, server: ScriptedServer, realm: str | None = None) -> None:
        realm = realm or f"http://{server.host}/token?account=me"
        self.challenge = f'Bearer realm="{realm}",service="registry of tests",scope="repository:other:delete"'
        self.valid: set[str] = set()
        self.queries: list[dict[str, list[str]]] = []
        self.logins: set[str | None] = {None, BASIC}
        server.script = self

    def __call__(self, request: Request) -> bytes:
        authorization = request.headers.get("authorization")
        if request.path.startswith("/token"):
            self.queries.append(parse_qs(urlsplit(request.path).query))
            if authorization not in self.logins:
                return respond(401)
            token = f"token-{len(self.queries)}"
            self.valid.add(f"Bearer {token}")
            return respond(200, {"token": token, "expires_in": 60})
        if authorization in self.valid:
            return FOUND
        return respond(401, www_authenticate=self.challenge)


def test_the_password_is_sent_at_once(server: ScriptedServer, connect: Connect) -> None:
    assert fetch(connect(server.host, lambda: LOGIN)) == MANIFEST.content
    assert authorizations(server) == [BASIC]


def test_the_question_which_protocol_a_registry_speaks_has_no_password(
    server: ScriptedServer, connect: Connect
) -> None:
    fetch(connect(server.host, lambda: LOGIN))
    assert [request.headers.get("authorization") for request in server.requests if request.path == "/v2/"] == [None]


def test_without_credentials_there_are_none(server: ScriptedServer, connect: Connect) -> None:
    fetch(connect(server.host))
    assert authorizations(server) == [None]


def test_expired_credentials_are_renewed(server: ScriptedServer, connect: Connect) -> None:
    def script(request: Request) -> bytes:
        valid = request.headers.get("authorization") == BASIC
        return FOUND if valid else respond(401, www_authenticate="Basic realm=x")

    server.script = script
    logins = iter([Login("user", "old"), LOGIN])
    assert fetch(connect(server.host, lambda: next(logins))) == MANIFEST.content
    assert len(authorizations(server)) == 2


def test_ecr_says_403_when_a_password_has_expired(server: ScriptedServer, connect: Connect) -> None:
    def script(request: Request) -> bytes:
        if request.headers.get("authorization") == BASIC:
            return FOUND
        message = "Your authorization token has expired. Reauthenticate and try again."
        return respond(403, {"errors": [{"code": "DENIED", "message": message}]})

    server.script = script
    logins = iter([Login("user", "old"), LOGIN])
    assert fetch(connect(server.host, lambda: next(logins))) == MANIFEST.content


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_that_cannot_be_renewed_are_refused(server: ScriptedServer, connect: Connect, status: int) -> None:
    server.script = lambda request: respond(status, {"errors": [{"code": "DENIED", "message": "pass:word expired"}]})
    with pytest.raises(LoginRefused, match="renew them") as error:
        fetch(connect(server.host, lambda: LOGIN))
    assert len(authorizations(server)) == 1, "the same password is not tried twice"
    assert "pass:word" not in str(error.value)


def test_a_token_is_fetched_for_what_is_done(server: ScriptedServer, connect: Connect) -> None:
    tokens = TokenServer(server)
    registry = connect(server.host, lambda: LOGIN)
    fetch(registry)
    fetch(registry)
    assert authorizations(server) == [BASIC, "Bearer token-1", "Bearer token-1"]
    assert authorizations(server, "/token") == [BASIC]
    assert tokens.queries == [
        {"account": ["me"], "service": ["registry of tests"], "scope": ["repository:a/b:pull"]}
    ], "its own scope, not the one that the registry names"


def test_a_token_for_everybody_is_fetched_without_credentials(server: ScriptedServer, connect: Connect) -> None:
    TokenServer(server)
    fetch(connect(server.host))
    assert authorizations(server, "/token") == [None]


def test_an_expired_token_is_renewed(server: ScriptedServer, connect: Connect) -> None:
    tokens = TokenServer(server)
    registry = connect(server.host, lambda: LOGIN)
    fetch(registry)
    tokens.valid.clear()
    fetch(registry)
    assert authorizations(server)[-2:] == ["Bearer token-1", "Bearer token-2"]


def test_credentials_that_the_token_service_refuses_are_renewed(server: ScriptedServer, connect: Connect) -> None:
    tokens = TokenServer(server)
    tokens.logins = {BASIC}
    logins = iter([Login("user", "old"), LOGIN])
    assert fetch(connect(server.host, lambda: next(logins))) == MANIFEST.content


def test_a_token_service_that_refuses_is_named(server: ScriptedServer, connect: Connect) -> None:
    tokens = TokenServer(server)
    tokens.logins = set()
    with pytest.raises(LoginRefused, match="refuses the credentials"):
        fetch(connect(server.host, lambda: LOGIN))
    with pytest.raises(LoginRefused, match="gives no token without credentials"):
        fetch(connect(server.host))


def test_a_token_that_is_refused_at_once_is_not_fetched_for_ever(server: ScriptedServer, connect: Connect) -> None:
    tokens = TokenServer(server)
    tokens.valid = {}.keys()  # type: ignore[assignment]
    server.script = lambda request: (
        respond(200, {"access_token": "useless"})
        if request.path.startswith("/token")
        else respond(401, www_authenticate=tokens.challenge)
    )
    with pytest.raises(LoginRefused, match="not enough"):
        fetch(connect(server.host, lambda: LOGIN))
    assert len(server.requests) < 10


@pytest.mark.parametrize(
    ("realm", "reason"),
    [
        ("http://203.0.113.1/token", "not https"),
        ("https://169.254.169.254/token", "network link"),
        ("https://user:secret@127.0.0.1/token", "credentials"),
        ("", "not valid"),
        ("token", "not valid"),
        ("file:///etc/passwd", "not valid"),
    ],
)
def test_a_realm_that_is_not_safe_is_refused(server: ScriptedServer, connect: Connect, realm: str, reason: str) -> None:
    TokenServer(server).challenge = f'Bearer realm="{realm}"'
    with pytest.raises(RegistryRefused, match=reason):
        fetch(connect(server.host))


def test_a_realm_at_another_host_never_gets_the_password(server: ScriptedServer, connect: Connect) -> None:
    with scripted_server(lambda request: respond(200, {"token": "t"})) as thief:
        TokenServer(server, f"http://{thief.host}/token")
        with pytest.raises(LoginRefused, match="another host"):
            fetch(connect(server.host, lambda: LOGIN))
        assert thief.requests == []


def test_a_realm_at_another_host_may_be_allowed(server: ScriptedServer, connect: Connect) -> None:
    with scripted_server(lambda request: respond(200, {"token": "t"})) as service:
        tokens = TokenServer(server, f"http://{service.host}/token")
        tokens.valid.add("Bearer t")
        fetch(connect(server.host, lambda: LOGIN, token_hosts=["127.0.0.1"]))
        assert authorizations(service, "/token") == [BASIC]


def test_a_realm_at_another_host_serves_everybody(server: ScriptedServer, connect: Connect) -> None:
    with scripted_server(lambda request: respond(200, {"token": "t"})) as service:
        TokenServer(server, f"http://{service.host}/token").valid.add("Bearer t")
        fetch(connect(server.host))
        assert authorizations(service, "/token") == [None]


def test_a_token_service_cannot_redirect(server: ScriptedServer, connect: Connect) -> None:
    with scripted_server(lambda request: respond(200, {"token": "t"})) as thief:
        challenge = TokenServer(server).challenge
        server.script = lambda request: (
            respond(307, location=f"http://{thief.host}/")
            if request.path.startswith("/token")
            else respond(401, www_authenticate=challenge)
        )
        with pytest.raises(RegistryRefused, match=r"gives no token .* \(307\)"):
            fetch(connect(server.host, lambda: LOGIN))
        assert thief.requests == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"token": ""}', b'{"token": 3}', b'{"token": "a b"}', b'{"token": "a\\r\\nx: y"}', b'{"t": 1}'],
)
def test_what_is_no_token_is_refused(server: ScriptedServer, connect: Connect, body: bytes) -> None:
    challenge = TokenServer(server).challenge
    server.script = lambda request: (
        respond(200, body) if request.path.startswith("/token") else respond(401, www_authenticate=challenge)
    )
    with pytest.raises(RegistryRefused, match="has no token"):
        fetch(connect(server.host, lambda: LOGIN))


def test_a_token_service_that_fails_is_asked_again(
    server: ScriptedServer, connect: Connect, waits: list[float]
) -> None:
    challenge = TokenServer(server).challenge
    server.script = lambda request: (
        respond(503, retry_after="20")
        if request.path.startswith("/token")
        else respond(401, www_authenticate=challenge)
    )
    with pytest.raises(RegistryUnreachable, match="failed with 503"):
        fetch(connect(server.host, lambda: LOGIN))
    assert waits == [20.0] * 4


def test_another_host_that_a_registry_redirects_to_gets_no_password(server: ScriptedServer, connect: Connect) -> None:
    with scripted_server(lambda request: FOUND) as storage:
        server.script = lambda request: respond(307, location=f"http://{storage.host}/v2/a/b/x?signature=1")
        assert fetch(connect(server.host, lambda: LOGIN)) == MANIFEST.content
        assert authorizations(server) == [BASIC]
        assert authorizations(storage) == [None]


def test_another_host_cannot_ask_for_the_password(server: ScriptedServer, connect: Connect) -> None:
    with scripted_server(lambda request: respond(401, www_authenticate="Basic realm=x")) as storage:
        server.script = lambda request: respond(307, location=f"http://{storage.host}/v2/a/b/x")
        with pytest.raises(LoginRefused):
            fetch(connect(server.host, lambda: LOGIN))
        assert authorizations(storage) == [None]


def test_a_redirect_on_the_same_host_keeps_the_password(server: ScriptedServer, connect: Connect) -> None:
    server.script = lambda request: FOUND if "moved" in request.path else respond(308, location="/v2/a/b/moved")
    assert fetch(connect(server.host, lambda: LOGIN)) == MANIFEST.content
    assert authorizations(server) == [BASIC, BASIC]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://203.0.113.1/", "not https"),
        ("https://169.254.169.254/", "network link"),
        ("https://user@127.0.0.1/", "credentials"),
        ("https://[", "not valid"),
        ("/v2/a/b/again", "without end"),
    ],
)
def test_a_redirect_that_is_not_safe_is_refused(
    server: ScriptedServer, connect: Connect, location: str, reason: str
) -> None:
    server.script = lambda request: respond(302, location=location)
    with pytest.raises(RegistryRefused, match=reason):
        fetch(connect(server.host, lambda: LOGIN))
    assert len(server.requests) < 10


def test_nothing_shows_the_password(server: ScriptedServer, connect: Connect) -> None:
    registry = connect(server.host, lambda: LOGIN)
    server.script = lambda request: respond(404, {"errors": [{"code": "X", "message": f"pass:word {BASIC}"}]})
    with pytest.raises(ImageNotFound) as error:
        fetch(registry)
    shown = " ".join(map(repr, (LOGIN, registry, error.value, vars(error.value))))
    assert "pass:word" not in shown
    assert BASIC[6:] not in shown
