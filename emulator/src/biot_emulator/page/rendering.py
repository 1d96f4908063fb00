"""Makes pages from templates, which are loaded with the template engine when the first page is shown."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from biot_emulator.page.colours import json_parts, log_level
from biot_emulator.page.links import link
from biot_emulator.page.texts import amount, bytes_text, duration, pretty, short, short_json, visible

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["STATIC", "render", "static_file"]

_FOLDER = Path(__file__).parent
STATIC: Mapping[str, str] = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
"""The files that pages use, with their types."""


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return the text of a page.

    Args:
        template: The name of its template.
        values: What the template uses, by name.
    """
    return _environment().get_template(template).render(values)


@cache
def static_file(name: str) -> bytes:
    """Return the content of a file that pages use."""
    return (_FOLDER / "static" / name).read_bytes()


@cache
def _static_link(name: str) -> str:
    """Return the link to a file, which differs whenever the file does: a browser stores it for good."""
    digest = hashlib.sha256(static_file(name)).digest()[:9]
    return f"/_emulator/page/static/{name}?{base64.urlsafe_b64encode(digest).decode()}"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_shown,
    )
    environment.filters.update(
        amount=amount,
        bytes=bytes_text,
        clock=_clock,
        day=_day,
        duration=duration,
        json_parts=json_parts,
        log_level=log_level,
        pretty=pretty,
        short=short,
        short_day=_short_day,
        short_json=short_json,
        verbatim=_Verbatim,
    )
    environment.globals.update(static=_static_link, link=link)
    return environment


class _Verbatim(str):
    """A text that a form sends back as it is."""

    __slots__ = ()


def _shown(value: Any) -> Any:
    """Return what a template shows of a value: what callers and plugins write is read in the order of its letters."""
    is_text = isinstance(value, str) and not isinstance(value, _Verbatim) and not hasattr(value, "__html__")
    return visible(value) if is_text else value


def _clock(time: str) -> str:
    """Return the time of day of a timestamp, to the millisecond."""
    return _moment(time).strftime("%H:%M:%S.%f")[:-3]


def _day(time: str) -> str:
    """Return the day of a timestamp."""
    return _moment(time).strftime("%-d %b %Y")


def _short_day(time: str) -> str:
    """Return the day of a timestamp without its year."""
    return _moment(time).strftime("%-d %b")


def _moment(time: str) -> datetime:
    return datetime.fromisoformat(time)
