"""The log-ins of browsers: a secret in a cookie, and the tokens of the platform, which never leave the emulator."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass, field

from biot_emulator.page.errors import Refused
from biot_emulator.page.requests import Request

__all__ = ["Session", "Sessions", "Tokens"]

_SECONDS = 12 * 60 * 60
_MOST = 100
_MOST_MESSAGES = 10
_PATH = "/_emulator/"
FORM_TOKEN = "form-token"  # noqa: S105
"""The field of a form, and the end of the header's name, that has a session's token."""


@dataclass(slots=True)
class Tokens:
    """The administrator's tokens.

    Attributes:
        access: What calls are made with.
        refresh: What another access token is made with, once this one has expired.
    """

    access: str
    refresh: str


@dataclass(slots=True)
class Session:
    """A log-in of a browser.

    Attributes:
        username: Who has logged in.
        tokens: The tokens for its calls.
        expires: When it ends, unless it is used, by the machine's time in seconds.
        form_token: What each form has, which no other page can read.
        messages: What the next page tells, with its kind.
        ended: Whether somebody has logged out, or another log-in has taken its place.
    """

    username: str
    tokens: Tokens
    expires: float
    form_token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    messages: list[tuple[str, str]] = field(default_factory=list)
    ended: bool = False

    def tell(self, message: str, kind: str = "done") -> None:
        """Have the next page tell something.

        Args:
            message: One sentence.
            kind: `done`, or `failed`.
        """
        self.messages = [*self.messages, (kind, message)][-_MOST_MESSAGES:]

    def take_messages(self) -> list[tuple[str, str]]:
        """Return what is to be told, once."""
        messages, self.messages = self.messages, []
        return messages

    def check_form(self, request: Request) -> None:
        """Check that the page has made a form.

        Raises:
            Refused: It does not have the session's token.
        """
        token = request.headers.get(f"x-{FORM_TOKEN}") or request.field(FORM_TOKEN)
        if not hmac.compare_digest(token.encode(), self.form_token.encode()):
            raise Refused("This form is from an earlier log-in, or from another page: load the page again")


class Sessions:
    """The log-ins that are in force; the oldest make room. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        #: By the hash of the secret: who reads this process's memory, or compares times, gets none.
        self._sessions: dict[str, Session] = {}

    def start(self, username: str, tokens: Tokens, request: Request) -> tuple[Session, tuple[str, str]]:
        """Start a session; return it with the header that has its cookie."""
        secret = secrets.token_urlsafe(32)
        session = Session(username, tokens, time.time() + _SECONDS)
        with self._lock:
            self._remove_expired()
            self._sessions[_hash(secret)] = session
            while len(self._sessions) > _MOST:
                self._remove(next(iter(self._sessions)))
        return session, _cookie(request, secret, _SECONDS)

    def find(self, request: Request) -> Session | None:
        """Return the session that a request belongs to, which lasts longer then; None where there is none."""
        secret = _cookies(request).get(_name(request), "")
        with self._lock:
            self._remove_expired()
            session = self._sessions.get(_hash(secret))
            if session:
                session.expires = time.time() + _SECONDS
            return session

    def renewed(self, request: Request) -> tuple[str, str]:
        """Return the header that has a browser keep the cookie of a request for as long as the session lasts by now."""
        return _cookie(request, _cookies(request).get(_name(request), ""), _SECONDS)

    def end(self, request: Request) -> tuple[str, str]:
        """End the session that a request belongs to; return the header that removes its cookie."""
        with self._lock:
            self._remove(_hash(_cookies(request).get(_name(request), "")))
        return _cookie(request, "", 0)

    def _remove_expired(self) -> None:
        now = time.time()
        for key in [key for key, session in self._sessions.items() if session.expires <= now]:
            self._remove(key)

    def _remove(self, key: str) -> None:
        session = self._sessions.pop(key, None)
        if session:
            session.ended = True


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _name(request: Request) -> str:
    """Return the cookie's name, which has the port: a browser sends cookies to every port of a host."""
    port = request.host.rpartition(":")[2]
    return f"biot-emulator-{port if port.isdigit() else '80'}"


def _cookies(request: Request) -> dict[str, str]:
    pairs = (pair.strip().partition("=") for pair in request.headers.get("cookie", "").split(";"))
    return {name: value for name, _, value in pairs}


def _cookie(request: Request, value: str, seconds: int) -> tuple[str, str]:
    return "set-cookie", f"{_name(request)}={value}; Path={_PATH}; Max-Age={seconds}; HttpOnly; SameSite=Strict"
