"""What each view of the page works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from biot_emulator.page.administrator import Administrator
from biot_emulator.page.rendering import render
from biot_emulator.page.requests import Request
from biot_emulator.page.responses import Response, html, redirection
from biot_emulator.page.signing_in.sessions import Session
from biot_emulator.platform import Platform

__all__ = ["Context"]


@dataclass(frozen=True, slots=True)
class Context:
    """A request of somebody who has logged in, and what responds to it.

    Attributes:
        request: The request.
        session: The log-in.
        platform: The platform.
    """

    request: Request
    session: Session
    platform: Platform

    @property
    def administrator(self) -> Administrator:
        """Calls the platform for the session."""
        return Administrator(self.platform, self.session)

    def show(self, template: str, current: str, title: str, status_code: int = 200, /, **values: Any) -> Response:
        """Show a page.

        Args:
            template: Its template.
            current: The part of the page that it belongs to.
            title: Its title.
            status_code: The HTTP status.
            **values: What the template uses.
        """
        shell = {
            "current": current,
            "title": title,
            "username": self.session.username,
            "form_token": self.session.form_token,
            "messages": self.session.take_messages(),
        }
        return html(render(template, {**shell, **values}), status_code)

    def done(self, message: str, path: str) -> Response:
        """Tell that something is done on the page at a path."""
        self.session.tell(message)
        return redirection(path)

    def done_at(self, path: str) -> Response:
        """Go on at a path, which shows what has been done."""
        return redirection(path)
