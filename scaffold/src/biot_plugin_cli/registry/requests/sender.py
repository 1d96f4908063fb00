"""Requests to one registry: limits, credentials, redirects, and errors for responses that say no."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ProxyError,
    SSLError,
)

from biot_plugin_cli.http.failure_reasons import failure_reason, is_untrusted
from biot_plugin_cli.http.limited_connections import Limits, TooLarge
from biot_plugin_cli.http.proxies import pool_for
from biot_plugin_cli.registry.errors import (
    AnswerLost,
    DamagedContent,
    RegistryRefused,
    RegistryUnreachable,
    UntrustedCertificate,
)
from biot_plugin_cli.registry.login import LoginSource
from biot_plugin_cli.registry.manifest import MAX_BYTES
from biot_plugin_cli.registry.requests.addresses import api_host, hostname_of, is_loopback, origin_of, require_safe
from biot_plugin_cli.registry.requests.authorization import Authorization, Scopes
from biot_plugin_cli.registry.requests.backoff import Backoff
from biot_plugin_cli.registry.requests.challenge import parse_challenges
from biot_plugin_cli.registry.requests.response import Opened, Response, explain

__all__ = ["Body", "Sender"]

Body = bytes | Callable[[], Iterable[bytes]] | None
"""The body of a request: bytes, or what starts its pieces anew for each attempt."""

_TIMEOUT = urllib3.Timeout(connect=10, read=120)
_NO_RETRIES = urllib3.Retry(0, redirect=False)
# Slower than 8 kB a second, no image ever arrives.
_RATE, _SECONDS, _IDLE_SECONDS = 8 * 1024, 120.0, 120.0
_SMALL = Limits(_SECONDS, _SECONDS, MAX_BYTES + 1, _RATE, _IDLE_SECONDS)
# Blobs are compared with the size in their descriptor while they are read.
_LARGE = Limits(_SECONDS, _SECONDS, 2**63, _RATE, _IDLE_SECONDS)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_MAX_RENEWALS = 2
_AGENT = {"user-agent": "biot-plugin", "accept-encoding": "identity"}
_HINT_OF_EXPIRY = b"expired"


class Sender:
    """Sends requests to one registry.

    Args:
        host: The host of the registry, with its port.
        login: Gives the credentials.
        ca_file: Certificates to trust instead of the system's.
        backoff: The pauses between attempts.
        token_hosts: Hosts of token services that may get the credentials, besides the registry's own.
    """

    def __init__(
        self,
        host: str,
        login: LoginSource,
        ca_file: Path | None,
        backoff: Backoff,
        token_hosts: Collection[str],
    ) -> None:
        self.host = host
        self.backoff = backoff
        self._ca_file = ca_file
        self._hostname = hostname_of(api_host(host))
        self._pools: dict[tuple[tuple[str, str, int], Limits], urllib3.PoolManager] = {}
        self._login, self._token_hosts = login, token_hosts
        self._base_url: str | None = None
        self._authorization: Authorization | None = None

    def close(self) -> None:
        """Close all open connections."""
        for pool in self._pools.values():
            pool.clear()

    def send(
        self,
        method: str,
        url: str,
        *,
        subject: str,
        scopes: Scopes,
        headers: Mapping[str, str] | None = None,
        body: Body = None,
        expected: Collection[int] = (200,),
        repeat: bool = True,
    ) -> Response:
        """Send a request, and read the response.

        Args:
            method: The method.
            url: The URL, or a path at the registry.
            subject: What it is about, as a noun for messages.
            scopes: What it needs the right for.
            headers: Its headers.
            body: Its body.
            expected: The statuses that are returned; others become errors.
            repeat: Whether it is sent again after failures that may pass.

        Raises:
            RegistryRefused: The registry refuses it.
            RegistryUnreachable: The registry cannot be reached, or fails.
            DamagedContent: The response is too large.
        """

        def attempt() -> Response:
            response = self._authorized(method, url, scopes, headers or {}, body, _SMALL).read()
            if response.status not in expected:
                raise explain(response, self.host, subject, self._hide)
            return response

        return self.backoff.repeat(attempt) if repeat else attempt()

    def open(self, url: str, *, subject: str, scopes: Scopes, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        """Send a GET request for content of any size; the response has one of the statuses 200, 206 and 416.

        It is read within `translated`, and closed by the caller. The errors are those of `send`, which also tells what
        the arguments are.
        """
        opened = self._authorized("GET", url, scopes, headers, None, _LARGE)
        if opened.status in (200, 206, 416):
            return opened.raw
        raise explain(opened.read(), self.host, subject, self._hide)

    @contextlib.contextmanager
    def translated(self) -> Iterator[None]:
        """Turn errors of connections, within the context, into errors whose message says what to do."""
        try:
            yield
        except TooLarge as error:
            raise self._translate(error) from error
        except HTTPError as error:
            raise self._translate(error) from error

    def absolute(self, location: str, base: str, purpose: str) -> str:
        """Return the URL that a Location header stands for, if a request may be sent there.

        Args:
            location: The header.
            base: The URL of the response.
            purpose: What happens there, for messages.
        """
        try:
            return require_safe(urljoin(base, location), purpose, self._hostname)
        except ValueError:
            raise RegistryRefused(f"{self.host} leads to an address that is not valid {purpose}: report it") from None

    def base_url(self) -> str:
        """Return the URL of the registry: https, but where a registry on this machine speaks http."""
        if self._base_url is None:
            host = api_host(self.host)
            # Whoever names certificates means https.
            may_be_plain = is_loopback(self._hostname) and self._ca_file is None
            is_plain = may_be_plain and self._speaks_http(f"http://{host}/v2/")
            self._base_url = f"{'http' if is_plain else 'https'}://{host}"
        return self._base_url

    def _speaks_http(self, url: str) -> bool:
        try:
            opened = self._exchange("GET", url, {}, None, _SMALL)
        except AnswerLost:
            return False
        opened.raw.close()
        # What servers of https say to http.
        return opened.status != 400

    def _authorized(
        self, method: str, url: str, scopes: Scopes, headers: Mapping[str, str], body: Body, limits: Limits
    ) -> Opened:
        authorization = self._authorize()
        url = urljoin(self.base_url(), url)
        for _ in range(_MAX_RENEWALS):
            used = authorization.header(scopes)
            opened = self._follow(method, url, headers, used, body, limits)
            if not self._needs_login(opened):
                return opened
            challenges = parse_challenges(opened.raw.headers.getlist("www-authenticate"))
            if not authorization.renew(challenges, scopes, used):
                return opened
        return self._follow(method, url, headers, authorization.header(scopes), body, limits)

    def _authorize(self) -> Authorization:
        if self._authorization is None:
            self._authorization = Authorization(self.base_url(), self._login, self._ask_token, self._token_hosts)
        return self._authorization

    def _needs_login(self, opened: Opened) -> bool:
        """Tell whether other credentials may help. What other hosts say has nothing to do with ours."""
        if opened.status not in (401, 403) or not self._is_own(opened.url):
            return False
        # 403 is ECR's response to a password that has expired.
        return opened.status == 401 or _HINT_OF_EXPIRY in opened.read().content

    def _follow(
        self, method: str, url: str, headers: Mapping[str, str], authorization: str | None, body: Body, limits: Limits
    ) -> Opened:
        """Send a request, and follow redirects of those that only read. Other hosts get no credentials."""
        own = {**headers, **({"authorization": authorization} if authorization else {})}
        opened = self._exchange(method, url, own if self._is_own(url) else headers, body, limits)
        for _ in range(_MAX_REDIRECTS):
            location = opened.raw.headers.get("location")
            if opened.status not in _REDIRECTS or method not in ("GET", "HEAD") or not location:
                break
            opened.raw.close()
            url = self.absolute(location, opened.url, "to read from")
            opened = self._exchange(method, url, own if self._is_own(url) else headers, body, limits)
        return opened

    def _is_own(self, url: str) -> bool:
        return origin_of(url) == origin_of(self.base_url())

    def _ask_token(self, url: str, authorization: str | None) -> tuple[int, bytes]:
        headers = {"authorization": authorization} if authorization else {}
        response = self._exchange("GET", url, headers, None, _SMALL).read()
        if response.status in (429, *range(500, 600)):
            raise explain(response, urlsplit(url).hostname or "", "a token", self._hide)
        return response.status, response.content

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: Body, limits: Limits) -> Opened:
        content = body() if callable(body) else body
        with self.translated():
            raw = self._pool(url, limits).request(
                method,
                url,
                body=content,
                headers={**_AGENT, **headers},
                preload_content=False,
                decode_content=False,
                redirect=False,
            )
        return Opened(raw, url, method, self.translated)

    def _pool(self, url: str, limits: Limits) -> urllib3.PoolManager:
        key = origin_of(url), limits
        if key not in self._pools:
            certificates = {"ca_certs": str(self._ca_file)} if self._ca_file else {}
            self._pools[key] = pool_for(url, limits=limits, timeout=_TIMEOUT, retries=_NO_RETRIES, **certificates)
        return self._pools[key]

    def _hide(self, text: str) -> str:
        return text if self._authorization is None else self._authorization.hide(text)

    def _translate(self, error: HTTPError | TooLarge) -> RegistryUnreachable | DamagedContent:
        cause = getattr(error, "reason", None) or error
        if any(isinstance(item, TooLarge) for item in (cause, *cause.args)):
            return DamagedContent(f"The response of {self.host} is too large: check the address of the registry")
        if isinstance(cause, ProxyError):
            return RegistryUnreachable(
                f"Cannot connect to {self.host} through the proxy ({failure_reason(cause.original_error)}): "
                "check HTTPS_PROXY, or add the host to NO_PROXY"
            )
        if is_untrusted(cause):
            return UntrustedCertificate(
                f"Cannot verify the certificate of {self.host} ({failure_reason(cause)}): "
                "check the address, or set SSL_CERT_FILE to the certificates to trust"
            )
        if isinstance(cause, SSLError):
            return RegistryUnreachable(
                f"{self.host} does not speak TLS as it should ({failure_reason(cause)}): check the address, as http is "
                "for registries on this machine alone"
            )
        if isinstance(cause, NewConnectionError | ConnectTimeoutError | LocationValueError):
            return RegistryUnreachable(
                f"Cannot connect to {self.host} ({failure_reason(cause)}): check the address and the network"
            )
        return AnswerLost(f"Lost the connection to {self.host} ({failure_reason(cause)}): try again")
