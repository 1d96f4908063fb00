"""Signed URLs: each is good for one thing with one file for a while, and nobody else can make or change one."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import astuple, dataclass
from urllib.parse import parse_qsl, urlencode

from biot_emulator.services.files.errors import UrlNotValid
from biot_emulator.services.files.limits import MOST_BYTES, URL_SECONDS
from biot_emulator.state.clock import Clock
from biot_emulator.state.public_address import PublicAddress
from biot_emulator.state.store import Store

__all__ = ["SIGNED_PATH", "URL_KEY", "Grant", "SignedUrls"]

SIGNED_PATH = "/_file/"
"""What the paths of signed URLs begin with."""

URL_KEY = "signed-url-key"
"""The collection with the key that signs them."""

_KEY_BYTES = 32
_MAX_QUERY = 1024
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
_DISPOSITIONS = ("", "inline", "attachment")
_NAMES = ["part", "expires", "length", "disposition", "signature"]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a signed URL is good for. All of it is signed.

    Attributes:
        method: `PUT` for the content of a file or a part, `GET` for a file.
        id: The file's id.
        part: The part's number; 0 for a whole file.
        expires: When it ends, in seconds since 1970.
        length: How many bytes may be sent; 0 where none are.
        disposition: `inline` or `attachment`, what a browser does with what it fetches; empty where nothing is fetched.
    """

    method: str
    id: str
    part: int
    expires: int
    length: int
    disposition: str = ""


class SignedUrls:
    """Makes and checks signed URLs. Nothing is stored about them, so that they outlive a restart as their key does.

    Args:
        store: The platform's state, which has the key.
        clock: The platform's time, by which they end.
        public_address: Where the platform is served.
    """

    def __init__(self, store: Store, clock: Clock, public_address: PublicAddress) -> None:
        self._clock = clock
        self._public_address = public_address
        self._key = _load_key(store)

    def for_upload(self, id: str, part: int = 0) -> tuple[str, Grant]:
        """Return a URL to PUT a file or a part of it to, and what it is good for."""
        grant = Grant("PUT", id, part, self._expiry(), MOST_BYTES)
        return self._url(grant), grant

    def for_download(self, id: str, disposition: str) -> str:
        """Return a URL to GET a file from."""
        return self._url(Grant("GET", id, 0, self._expiry(), 0, disposition))

    def read(self, method: str, path: str, query: str) -> Grant:
        """Return what a request's URL is good for.

        Raises:
            UrlNotValid: It was not made here, was changed since, is for another method, or has expired.
        """
        grant = _parse(method, path.removeprefix(SIGNED_PATH), query)
        signature = query.rpartition("=")[2]
        if grant is None or not hmac.compare_digest(signature.encode(errors="replace"), self._sign(grant).encode()):
            raise UrlNotValid(f"The platform has not signed this URL for {method}: use one as the platform returned it")
        if grant.expires <= self._clock.now().timestamp():
            raise UrlNotValid("The signed URL has expired: request a new one")
        return grant

    def secret_values(self) -> list[str]:
        """Return what nobody may be shown."""
        return [self._key.hex()]

    def _expiry(self) -> int:
        return int(self._clock.now().timestamp()) + URL_SECONDS

    def _url(self, grant: Grant) -> str:
        return f"{self._public_address.url}{SIGNED_PATH}{grant.id}?{_query(grant, self._sign(grant))}"

    def _sign(self, grant: Grant) -> str:
        # No value has a line break, so that no two grants have one text.
        return hmac.digest(self._key, "\n".join(map(str, astuple(grant))).encode(), "sha256").hex()


def _query(grant: Grant, signature: str) -> str:
    return urlencode(
        dict(
            zip(
                _NAMES,
                (grant.part, grant.expires, grant.length, grant.disposition, signature),
                strict=True,
            )
        )
    )


def _parse(method: str, id: str, query: str) -> Grant | None:
    """Return what a URL says that it is good for; None where it is not written as the platform writes them."""
    if method not in ("PUT", "GET") or not _ID.fullmatch(id) or len(query) > _MAX_QUERY:
        return None
    pairs = parse_qsl(query, keep_blank_values=True)
    if [name for name, _ in pairs] != _NAMES:
        return None
    part, expires, length, disposition, signature = (value for _, value in pairs)
    if not all(map(_NUMBER.fullmatch, (part, expires, length))) or disposition not in _DISPOSITIONS:
        return None
    grant = Grant(method, id, int(part), int(expires), int(length), disposition)
    # There is one way to write each of them.
    return grant if query == _query(grant, signature) else None


def _load_key(store: Store) -> bytes:
    with store.transaction():
        document = store.get(URL_KEY, URL_KEY)
        if document is None:
            document = {"key": secrets.token_hex(_KEY_BYTES)}
            store.put(URL_KEY, URL_KEY, document)
    return bytes.fromhex(document["key"])
