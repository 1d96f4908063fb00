"""Whether an address answers, and has the place on the page that a fragment names."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urlsplit

from docs_tools.links.addresses import Link

__all__ = ["Problem", "find_problems", "reason_against"]

_AGENT = "Mozilla/5.0 (compatible; link check of a documentation)"
_SECONDS = 20.0
_TRIES = 3
_PAUSE = 2.0
_LONGEST_PAUSE = 60.0
_TOO_MANY = 429
_SERVER_ERROR = 500
_OK = range(200, 300)
_MAX_BYTES = 10_000_000
_AT_ONCE = 8
# What GitHub puts before the anchors of a README.
_GITHUB_PREFIX = "user-content-"


class Problem(NamedTuple):
    """An address that is not what its page promises.

    Attributes:
        link: The address, and where it is named.
        reason: What is wrong.
    """

    link: Link
    reason: str

    def __str__(self) -> str:
        return f"{self.link.place}: {self.link.address} {self.reason}"


def find_problems(
    links: Iterable[Link], *, seconds: float = _SECONDS, tries: int = _TRIES, pause: float = _PAUSE
) -> list[Problem]:
    """Ask each address once, however often it is named, and list each place that names a bad one.

    Args:
        links: The addresses.
        seconds: How long one answer may take.
        tries: How often an address is asked that does not answer, or says that it cannot now.
        pause: How many seconds are between these.
    """
    links = sorted(links)
    addresses = list(dict.fromkeys(link.address for link in links))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        reasons = pool.map(lambda address: reason_against(address, seconds, tries, pause), addresses)
        found = dict(zip(addresses, reasons, strict=True))
    return [Problem(link, reason) for link in links if (reason := found[link.address])]


def reason_against(address: str, seconds: float = _SECONDS, tries: int = _TRIES, pause: float = _PAUSE) -> str | None:
    """Ask an address; return what is wrong, or None.

    The arguments are those of `find_problems`.
    """
    reason, wait = None, 0.0
    for attempt in range(tries):
        time.sleep(wait)
        try:
            return _ask(address, seconds)
        except urllib.error.HTTPError as error:
            with error:
                reason = f"answered {error.code}"
                if error.code != _TOO_MANY and error.code < _SERVER_ERROR:
                    return reason
                wait = max(pause * 2**attempt, _seconds_to_wait(error.headers.get("retry-after")))
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason, wait = f"did not answer ({_words(error)})", pause * 2**attempt
    return reason


def _ask(address: str, seconds: float) -> str | None:
    page, fragment = urldefrag(address)
    if fragment:
        return _look_for(page, unquote(fragment), seconds)
    try:
        with _open(page, "HEAD", seconds) as response:
            return _reason_of_redirect(page, response.url)
    except urllib.error.HTTPError as error:
        error.close()
    # Some refuse to be asked for their headers alone.
    with _open(page, "GET", seconds) as response:
        return _reason_of_redirect(page, response.url)


def _look_for(page: str, fragment: str, seconds: float) -> str | None:
    with _open(page, "GET", seconds) as response:
        content = response.read(_MAX_BYTES).decode("utf-8", errors="replace")
        reason = _reason_of_redirect(page, response.url)
    if reason:
        return reason
    anchors = _Anchors()
    anchors.feed(content)
    if {fragment, f"{_GITHUB_PREFIX}{fragment}"} & anchors.names:
        return None
    return f"has no #{fragment} on the page"


def _open(page: str, method: str, seconds: float) -> http.client.HTTPResponse:
    request = urllib.request.Request(page, headers={"user-agent": _AGENT, "accept": "*/*"}, method=method)
    response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=seconds)
    return response


def _reason_of_redirect(page: str, end: str) -> str | None:
    """Say why somebody should not be led there: somewhere that is not encrypted, though the address is."""
    if urlsplit(page).scheme == "https" != urlsplit(end).scheme:
        return f"leads to {end}, which is not encrypted"
    return None


def _seconds_to_wait(header: str | None) -> float:
    return min(float(header), _LONGEST_PAUSE) if header and header.isdecimal() else 0.0


def _words(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return str(reason) or type(reason).__name__


class _Anchors(HTMLParser):
    """The places on a page that fragments can name."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = ("id", "name") if tag == "a" else ("id",)
        self.names |= {value for name, value in attrs if name in names and value}
