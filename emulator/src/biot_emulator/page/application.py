"""Responds to the requests of browsers: refuses those of other pages, asks for a log-in, and shows the page.

What shows the page is imported when somebody opens it: the emulator starts as fast as without it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from biot_emulator.page.administrator import log_in
from biot_emulator.page.errors import Failed, Missing, PageError, PlatformRefused
from biot_emulator.page.links import ROOT, link, owns
from biot_emulator.page.protection import protected
from biot_emulator.page.requests import Request
from biot_emulator.page.responses import Response, html, redirection
from biot_emulator.page.signing_in.one_time_links import Credentials, OneTimeLinks
from biot_emulator.page.signing_in.same_site import (
    check_host,
    check_source,
    is_foreign_navigation,
    is_page_host,
)
from biot_emulator.page.signing_in.sessions import Session, Sessions
from biot_emulator.platform import Platform

if TYPE_CHECKING:
    from biot_emulator.page.routes import Route

__all__ = ["Admission", "Page"]

_T = TypeVar("_T")

_log = logging.getLogger("biot_emulator")

_LOG_IN = link("log-in")
_LOG_OUT = link("log-out")
_STATIC = f"{ROOT}page/static/"
_SMALL = 64 * 1024
_LOG_IN_FAILURES = {
    "LOGIN_FAILED": "E-mail or password is wrong.",
    "ACCESS_DENIED": "This page is for the platform's administrator alone.",
}
_FOR_GOOD = ("cache-control", "private, max-age=31536000, immutable")


@dataclass(frozen=True, slots=True)
class Admission:
    """A request whose form may be read.

    Attributes:
        request: The request.
        most: Maximum size in bytes of the form.
        respond: Responds to the request with its form.
    """

    request: Request
    most: int
    respond: Callable[[Request], Response]


class Page:
    """The page of a platform.

    Args:
        platform: The platform.
        name: The name or address that it listens at.
    """

    def __init__(self, platform: Platform, name: str) -> None:
        self._platform = platform
        self._name = name
        self._sessions = Sessions()
        self._links = OneTimeLinks()

    def owns(self, path: str) -> bool:
        """Whether a path is the page's, and not an API's."""
        return owns(path)

    def is_at(self, host: str) -> bool:
        """Whether the page is shown at a host, as the header of that name has it in lower case."""
        return is_page_host(host, self._name)

    def one_time_link(self, credentials: Credentials) -> str:
        """Return a path that logs in whoever follows it first.

        Args:
            credentials: The administrator's user name and password.
        """
        return f"{_LOG_IN}?code={self._links.make(credentials)}"

    def respond(self, request: Request) -> Response:
        """Respond to a request with its form. Never raises."""
        admission = self.admit(request)
        return admission if isinstance(admission, Response) else self.finish(admission, request)

    def admit(self, request: Request) -> Admission | Response:
        """Return how a request is responded to once its form has been read, or what refuses it. Never raises."""
        response = self._guarded(request, lambda: self._admit(request))
        return protected(response, request) if isinstance(response, Response) else response

    def finish(self, admission: Admission, request: Request) -> Response:
        """Respond to a request that was admitted, with its form. Never raises."""
        return protected(self._guarded(request, lambda: admission.respond(request)), request)

    def refuse(self, error: PageError, request: Request) -> Response:
        """Return what a browser shows of an error."""
        return protected(self._failure(error, request), request)

    def _admit(self, request: Request) -> Admission | Response:
        check_host(request, self._name)
        check_source(request)
        if not self.is_at(request.host) and not request.changes:
            return self._to_address(request)
        if request.path.startswith(_STATIC):
            return _static(request.path.removeprefix(_STATIC))
        if request.path == _LOG_IN:
            return Admission(request, _SMALL, self._log_in)
        session = self._sessions.find(request)
        if session is None:
            return _ask_for_log_in(request)
        if request.path == _LOG_OUT and request.changes:
            return Admission(request, _SMALL, lambda full: self._log_out(full, session))
        if request.path == ROOT.rstrip("/"):
            return redirection(ROOT)
        from biot_emulator.page.routes import find_route

        route, variables = find_route(request.method, request.path)
        return Admission(
            request, route.most, lambda full: self._show(route, replace(full, variables=variables), session)
        )

    def _to_address(self, request: Request) -> Response:
        """Send a browser that knows this machine by its name on to its address, where no plugin has pages."""
        host, port = ("[::1]" if self._name == "::1" else "127.0.0.1"), request.host.rpartition(":")[2]
        return redirection(f"http://{host}{f':{port}' if port.isdigit() else ''}{request.address}")

    def _show(self, route: Route, request: Request, session: Session) -> Response:
        from biot_emulator.page.context import Context

        if request.changes:
            session.check_form(request)
        try:
            response = route.view(Context(request, session, self._platform))
            return replace(response, headers=(*response.headers, self._sessions.renewed(request)))
        except PlatformRefused as error:
            if error.status_code != 401:
                raise
            message = "Your log-in has ended: log in again."
            values = {"message": message, "target": ROOT if request.changes else request.address}
            return _shown("log_in.html", values, 401, self._sessions.end(request))

    def _log_in(self, request: Request) -> Response:
        code, target = request.parameter("code"), _target(request)
        if request.changes:
            return self._started((request.field("username"), request.field("password")), request, target)
        if code and request.method == "GET" and (credentials := self._links.take(code)):
            return self._started(credentials, request, target)
        if self._sessions.find(request):
            return redirection(target)
        message = "This link has been used, or is not from this emulator: log in here." if code else ""
        return _shown("log_in.html", {"message": message, "target": target})

    def _started(self, credentials: Credentials, request: Request, target: str) -> Response:
        try:
            tokens = log_in(self._platform, *credentials)
        except PlatformRefused as error:
            message = _LOG_IN_FAILURES.get(error.code, str(error))
            return _shown("log_in.html", {"message": message, "target": target}, error.status_code)
        self._sessions.end(request)
        _, cookie = self._sessions.start(credentials[0], tokens, request)
        # Not a redirection: somebody may follow the link from elsewhere, and a browser would send no cookie then.
        return _shown("go_on.html", {"target": target}, 200, cookie)

    def _log_out(self, request: Request, session: Session) -> Response:
        session.check_form(request)
        return redirection(_LOG_IN, self._sessions.end(request))

    def _guarded(self, request: Request, do: Callable[[], _T]) -> _T | Response:
        try:
            return do()
        except PageError as error:
            return self._failure(error, request)
        except Exception:
            # Not the path, which has ids of patients.
            _log.exception("The page failed")
            return self._failure(Failed("The page failed: the emulator's log says why"), request)

    def _failure(self, error: PageError, request: Request) -> Response:
        values = {"title": error.title, "message": str(error), "back": _back(request)}
        return _shown("failure.html", values, error.status_code)


def _shown(template: str, values: Mapping[str, Any], status_code: int = 200, *headers: tuple[str, str]) -> Response:
    from biot_emulator.page.rendering import render

    return html(render(template, values), status_code, *headers)


def _ask_for_log_in(request: Request) -> Response:
    if request.changes or request.headers.get("sec-fetch-dest", "document") != "document":
        return _shown("log_in.html", {"message": "Log in first.", "target": ROOT}, 401)
    target = request.address if request.path != ROOT.rstrip("/") else ROOT
    if is_foreign_navigation(request):
        return _shown("go_on.html", {"target": target})
    return redirection(link("log-in", to=target))


def _target(request: Request) -> str:
    """Return where to go after the log-in: a path of the page, and never another site."""
    target = request.field("to") or request.parameter("to")
    return target if owns(target.partition("?")[0]) and not target.startswith(_LOG_IN) else ROOT


def _back(request: Request) -> str:
    """Return a path that a reader of an error goes on at."""
    return ROOT if request.path == ROOT or not request.changes else quote(request.path.rpartition("/")[0])


def _static(name: str) -> Response:
    from biot_emulator.page.rendering import STATIC, static_file

    if name not in STATIC:
        raise Missing("There is no such file")
    return Response(200, static_file(name), (("content-type", STATIC[name]), _FOR_GOOD))
