"""What a call is answered with, as a file of answers says it."""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from biot_plugin_cli.answers.platform_calls import PlatformCall
from biot_plugin_cli.errors import UsageError

__all__ = ["CONTENTS", "REPLY_KEYS", "Reply", "parse_reply"]

CONTENTS = ("answer", "file", "search", "download", "upload", "error")
"""What there may be one of in a reply."""
REPLY_KEYS = (*CONTENTS, "status", "headers")
"""The keys of a reply."""

_ERRORS = ("timeout", "unreachable")
_BODILESS = (204, 205, 304)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]{0,4096}")
_SET_HERE = frozenset({"content-length", "transfer-encoding", "connection"})
_MAX_FILE_BYTES = 64 * 1024 * 1024
_PAGE_LENGTH = 100
_JSON_TYPE = "application/json"
_UNKNOWN_TYPE = "application/octet-stream"


class Reply(NamedTuple):
    """What a call is answered with.

    Attributes:
        status_code: The HTTP status.
        headers: By lower-case name.
        body: The bytes of the body that a call gets.
        download: Name, media type and content of the file that a call gets the signed URL of; None for no file.
        accepts_uploads: Whether it is the answer to uploads of files, in parts too.
        error: `timeout`, or `unreachable` for a connection that ends; None for an answer.
    """

    status_code: int = 200
    headers: Mapping[str, str] = {}
    body: Callable[[PlatformCall], bytes] = lambda _: b""
    download: tuple[str, str, bytes] | None = None
    accepts_uploads: bool = False
    error: str | None = None


def parse_reply(table: Mapping[str, Any], folder: Path) -> Reply:
    """Parse a reply.

    Args:
        table: The reply's keys, which are known ones.
        folder: The folder that the names of files start from.

    Raises:
        UsageError: It is invalid; the message is the end of a sentence about it.
    """
    contents = [name for name in CONTENTS if name in table]
    if len(contents) > 1:
        raise UsageError(f"has both {contents[0]} and {contents[1]}: leave one of them out")
    content = contents[0] if contents else None
    _require_no_own_status(table)
    status_code = _status(table)
    if status_code in _BODILESS and content is not None:
        raise UsageError(f"has a body with status {status_code}, which has none: leave {content} out")
    headers = _headers(table.get("headers", {}))
    return _PARSERS[content](table, folder, status_code, headers)


def _require_no_own_status(table: Mapping[str, Any]) -> None:
    """Require that neither a file with a signed URL nor a failing connection has a status or headers of its own."""
    for content in (name for name in ("download", "upload", "error") if name in table):
        if extra := [name for name in ("status", "headers") if name in table]:
            raise UsageError(f"has both {content} and {extra[0]}: leave {extra[0]} out")


def _of_error(table: Mapping[str, Any], _: Path, __: int, ___: dict[str, str]) -> Reply:
    if table["error"] not in _ERRORS:
        raise UsageError(f"has an invalid error: make it one of {', '.join(_ERRORS)}")
    return Reply(error=str(table["error"]))


def _status(table: Mapping[str, Any]) -> int:
    status_code = table.get("status", 200)
    if not isinstance(status_code, int) or isinstance(status_code, bool) or not 200 <= status_code <= 599:
        raise UsageError("has an invalid status: make it a number from 200 to 599")
    return status_code


def _headers(headers: Any) -> dict[str, str]:
    if not isinstance(headers, dict):
        raise UsageError('has invalid headers: make them an object such as {"etag": "1"}')
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
            raise UsageError(f"has the invalid header {name!r}: make its value one line of ASCII text")
        if name.lower() in _SET_HERE:
            raise UsageError(f"has the header {name}, which is set by itself: leave it out")
    return {name.lower(): value for name, value in headers.items()}


def _of_json(table: Mapping[str, Any], _: Path, status_code: int, headers: dict[str, str]) -> Reply:
    content = _encode(table["answer"])
    return Reply(status_code, {"content-type": _JSON_TYPE, **headers}, lambda _: content)


def _of_nothing(_: Mapping[str, Any], __: Path, status_code: int, headers: dict[str, str]) -> Reply:
    return Reply(status_code, headers)


def _of_file(table: Mapping[str, Any], folder: Path, status_code: int, headers: dict[str, str]) -> Reply:
    file, content = _read(table["file"], "file", folder)
    return Reply(status_code, {"content-type": _media_type(file), **headers}, lambda _: content)


def _of_search(table: Mapping[str, Any], _: Path, status_code: int, headers: dict[str, str]) -> Reply:
    entities = table["search"]
    if not isinstance(entities, list) or not all(isinstance(entity, dict) for entity in entities):
        raise UsageError("has an invalid search: make it the list of the entities that are found")
    _encode(entities)

    def page(call: PlatformCall) -> bytes:
        request = call.search_request
        limit, number = _count(request.get("limit"), _PAGE_LENGTH) or _PAGE_LENGTH, _count(request.get("page"), 0)
        info = {"totalResults": len(entities), "page": number, "limit": limit}
        return _encode({"data": entities[number * limit : (number + 1) * limit], "metadata": {"page": info}})

    return Reply(status_code, {"content-type": _JSON_TYPE, **headers}, page)


def _of_download(table: Mapping[str, Any], folder: Path, status_code: int, headers: dict[str, str]) -> Reply:
    file, content = _read(table["download"], "download", folder)
    return Reply(status_code, headers, download=(file.name, _media_type(file), content))


def _of_uploads(table: Mapping[str, Any], _: Path, status_code: int, headers: dict[str, str]) -> Reply:
    if table["upload"] is not True:
        raise UsageError("has an invalid upload: make it true, or leave it out")
    return Reply(status_code, headers, accepts_uploads=True)


def _read(name: Any, key: str, folder: Path) -> tuple[Path, bytes]:
    if not isinstance(name, str) or not name or "\0" in name:
        raise UsageError(f"has an invalid {key}: make it the name of a file, from the folder of the answers")
    file = folder / name
    try:
        with file.open("rb") as stream:
            content = stream.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"has the {key} {file}, which cannot be read: {error.strerror}") from error
    if len(content) > _MAX_FILE_BYTES:
        raise UsageError(f"has the {key} {file}, which is larger than 64 MB: choose another one")
    return file, content


def _media_type(file: Path) -> str:
    return mimetypes.guess_type(file.name)[0] or _UNKNOWN_TYPE


def _encode(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise UsageError("has a value that JSON has not, such as a date: write it as text") from None


def _count(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else default


_PARSERS: Mapping[str | None, Callable[[Mapping[str, Any], Path, int, dict[str, str]], Reply]] = {
    None: _of_nothing,
    "answer": _of_json,
    "file": _of_file,
    "search": _of_search,
    "download": _of_download,
    "upload": _of_uploads,
    "error": _of_error,
}
